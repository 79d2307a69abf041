import { OperatorError } from '../errors/operator-error.ts';
import type { GatewayReport, UnplugObstacle } from '../live/gateway-report.ts';
import type { GatewaysAnswer } from './ask-for-gateways.ts';
import type { CommandContext } from './command-context.ts';
import { printable } from './table-text.ts';

const LOOK_EVERY_MS = 1_000;

export interface DrainCountdown {
  readonly ask: () => Promise<GatewaysAnswer>;
  readonly gateway: string;
  readonly timeoutSeconds: number | undefined;
  readonly stopped: Promise<void>;
  readonly context: CommandContext;
}

export interface DrainEnd {
  /** `unseen`: all that is left will never be known as things are. */
  readonly why: 'safe' | 'timeout' | 'stopped' | 'unseen';
  /** The last that the server said; undefined where it does not know the gateway. */
  readonly report: GatewayReport | undefined;
  /** What stands in the way of unplugging the gateway. */
  readonly obstacles: readonly UnplugObstacle[];
}

/**
 * Shows how many calls a gateway still has until nothing stands in the way of unplugging it, the time is over, or
 * somebody has seen enough. A server that has answered once may be away for a while.
 * @throws whatever `ask` throws the first time
 */
export async function watchDrain(countdown: DrainCountdown): Promise<DrainEnd> {
  const { gateway, timeoutSeconds, stopped, context } = countdown;
  const line = progressLine(context);
  const timeout = timer(context, timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000);
  const interruption = Promise.race([
    stopped.then(() => 'stopped' as const),
    timeout.over.then(() => 'timeout' as const),
  ]);
  try {
    let answer = await countdown.ask();
    for (;;) {
      const [report] = answer.gateways;
      const obstacles = obstaclesIn(answer);
      if (obstacles.length === 0) return { why: 'safe', report, obstacles };
      if (obstacles.every(({ kind }) => kind === 'unseen')) return { why: 'unseen', report, obstacles };
      line.show(`${gateway}: ${obstacles.map(({ what }) => what).join('; ')}`);
      const pause = timer(context, LOOK_EVERY_MS);
      const why = await Promise.race([interruption, pause.over]);
      pause.cancel();
      if (why !== undefined) return { why, report, obstacles };
      const next = await Promise.race([interruption, askAgain(countdown, answer)]);
      if (typeof next === 'string') return { why: next, report, obstacles };
      answer = next;
    }
  } finally {
    timeout.cancel();
    line.end();
  }
}

async function askAgain({ ask }: DrainCountdown, before: GatewaysAnswer): Promise<GatewaysAnswer> {
  try {
    return await ask();
  } catch (error) {
    const message = error instanceof OperatorError ? (error.findings[0]?.what ?? '') : String(error);
    const obstacles = [{ kind: 'pending', what: `the server cannot be asked: ${message}` }] as const;
    return { ...before, gateways: before.gateways.map((report) => ({ ...report, obstacles })) };
  }
}

const UNKNOWN_GATEWAY: UnplugObstacle = { kind: 'pending', what: 'the server does not serve this gateway (yet)' };

/** A change that the server refuses never comes into force there: that is why it waits. */
function obstaclesIn({ problems, gateways: [report] }: GatewaysAnswer): readonly UnplugObstacle[] {
  const obstacles = report?.obstacles ?? [UNKNOWN_GATEWAY];
  if (problems === 0 || (report !== undefined && report.state !== 'active')) return obstacles;
  const count = `${problems} problem${problems === 1 ? '' : 's'}`;
  return [...obstacles, { kind: 'pending', what: `it refuses the inventory for ${count}, see \`trunkhunt check\`` }];
}

interface Timer {
  /** Settles when the time has passed, never after `cancel`. */
  readonly over: Promise<undefined>;
  readonly cancel: () => void;
}

function timer({ after }: CommandContext, ms: number | undefined): Timer {
  let cancel = (): void => undefined;
  const over = new Promise<undefined>((resolve) => {
    if (ms === undefined) return;
    cancel = after(ms, () => {
      resolve(undefined);
    });
  });
  return {
    over,
    cancel: () => {
      cancel();
    },
  };
}

interface ProgressLine {
  show(text: string): void;
  end(): void;
}

/** One line that is written anew on a terminal; elsewhere a line each time that it changes. */
function progressLine({ terminal }: CommandContext): ProgressLine {
  let shown = '';
  return {
    show: (text) => {
      const line = printable(text);
      if (line === shown) return;
      shown = line;
      terminal.err(terminal.showsProgress ? `\r\u001b[K${cutTo(line, terminal.width)}` : `${line}\n`);
    },
    end: () => {
      if (terminal.showsProgress && shown !== '') terminal.err('\r\u001b[K');
    },
  };
}

/** A line that wraps could not be written anew. */
function cutTo(line: string, width: number): string {
  const letters = Array.from(line);
  const columns = Math.min(width, 200);
  return letters.length < columns ? line : `${letters.slice(0, columns - 2).join('')}\u2026`;
}
