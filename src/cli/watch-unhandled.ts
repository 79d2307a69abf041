import { inspect } from 'node:util';
import type { ProcessLog } from '../config/log.ts';
import type { UnhandledMetrics } from '../metrics/unhandled-metrics.ts';
import type { CommandContext } from './command-context.ts';

/** EX_SOFTWARE of sysexits.h: neither a question that was answered (1) nor wrong usage (2). Supervisors start it again. */
const CRASH_STATUS = 70;

/** Rejections that come as fast as calls do are told of so often. */
const TELL_EVERY_MS = 1_000;

export interface UnhandledParts {
  readonly metrics: UnhandledMetrics;
  readonly log: ProcessLog;
  /** What the server was doing, for the log. */
  readonly circumstances: () => object;
  /** Saves what can still be trusted, and lets go of callers; within seconds. */
  readonly leave: () => Promise<void>;
}

/**
 * Counts and tells of errors that nobody caught. A rejected promise ends one piece of work, which nobody waited for: the
 * server goes on. An exception breaks off whatever ran, half done: what it left cannot be trusted, so the process ends.
 */
export function watchUnhandled(
  { unhandled, endNow, clockMs }: Pick<CommandContext, 'unhandled' | 'endNow' | 'clockMs'>,
  { metrics, log, circumstances, leave }: UnhandledParts,
): void {
  const startedMs = clockMs();
  let quietUntilMs = -Infinity;
  let untold = 0;
  let isLeaving = false;
  const dataOf = (kind: string, error: unknown): object => ({
    kind,
    error: error instanceof Error ? (error.stack ?? error.message) : inspect(error, { depth: 0 }),
    uptimeSeconds: Math.round((clockMs() - startedMs) / 1000),
    ...circumstances(),
  });
  unhandled((kind, error) => {
    metrics.count(kind);
    if (kind === 'rejection') {
      untold += 1;
      if (clockMs() < quietUntilMs) return;
      const data = { ...dataOf(kind, error), rejections: untold };
      log.error(data, 'a piece of work failed and nobody took care, this is a mistake of trunkhunt; it goes on');
      quietUntilMs = clockMs() + TELL_EVERY_MS;
      untold = 0;
      return;
    }
    log.fatal(
      dataOf(kind, error),
      `nobody caught an error, this is a mistake of trunkhunt: it ends with status ${CRASH_STATUS}, to be started again`,
    );
    const end = (): void => {
      endNow(CRASH_STATUS);
    };
    // Another one, while it leaves: nothing is left to be saved.
    if (isLeaving) end();
    isLeaving = true;
    leave().then(end, end);
  });
}
