import type { CommandContext } from './command-context.ts';

/** A terminal's line is written anew so often, and no sooner than after this. */
const REDRAWN_EVERY_MS = 200;

/** Where nobody looks, in a log, only what takes long says so, and rarely. */
const QUIET_MS = 2_000;
const TOLD_EVERY_MS = 10_000;

/** Tells on standard error how far a command is that takes long; those that do not say nothing. */
export class Progress {
  readonly #context: Pick<CommandContext, 'terminal' | 'clockMs'>;
  #toldMs: number;
  #isLineOpen = false;

  constructor(context: Pick<CommandContext, 'terminal' | 'clockMs'>) {
    this.#context = context;
    this.#toldMs = context.clockMs() + (context.terminal.showsProgress ? 0 : QUIET_MS - TOLD_EVERY_MS);
  }

  /** @param of left out where it is not known how much there is */
  tell(what: string, done?: number, of?: number): void {
    const { terminal, clockMs } = this.#context;
    const nowMs = clockMs();
    if (nowMs - this.#toldMs < (terminal.showsProgress ? REDRAWN_EVERY_MS : TOLD_EVERY_MS)) return;
    this.#toldMs = nowMs;
    const count = done === undefined ? '' : of === undefined ? `  ${done}` : `  ${done} of ${of}`;
    // The line before is overwritten, and what is left of it erased.
    terminal.err(terminal.showsProgress ? `\r\u001b[K${what}${count}` : `${what}${count}\n`);
    this.#isLineOpen = terminal.showsProgress;
  }

  /** Takes the line away, before anything else is printed. */
  end(): void {
    if (this.#isLineOpen) this.#context.terminal.err('\r\u001b[K');
    this.#isLineOpen = false;
  }
}
