import type { CommandContext } from './command-context.ts';

/** Shown at most so often. */
const EVERY_MS = 200;

/** The clock is looked at only so often. */
const CALLS_BETWEEN_LOOKS = 256;

export interface CountProgress {
  readonly count: (calls: number) => void;
  /** Takes the line away again. */
  readonly end: () => void;
}

/** Shows on standard error how many calls there were, where somebody looks at it. */
export function countProgress({ terminal, clockMs }: Pick<CommandContext, 'terminal' | 'clockMs'>): CountProgress {
  if (!terminal.showsProgress) return { count: () => undefined, end: () => undefined };
  let shownAtMs = clockMs();
  let isShown = false;
  return {
    count: (calls) => {
      if (calls % CALLS_BETWEEN_LOOKS !== 0 || clockMs() - shownAtMs < EVERY_MS) return;
      shownAtMs = clockMs();
      isShown = true;
      terminal.err(`\r${calls} calls`);
    },
    end: () => {
      if (isShown) terminal.err('\r\u001b[K');
    },
  };
}
