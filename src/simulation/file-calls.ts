import type { CallFile } from './call-file.ts';
import type { TimedCall } from './simulate.ts';
import type { SimulatedCall } from './simulated-call.ts';

/** The same calls over and over, so many in all, at an even rate. */
export function* evenCalls(calls: readonly SimulatedCall[], count: number, perSecond: number): Iterable<TimedCall> {
  for (let at = 0; at < count && calls.length > 0; at += 1) {
    const call = calls[at % calls.length];
    if (call !== undefined) yield { call, atMs: (at * 1000) / perSecond };
  }
}

/**
 * The calls of a file: those of a log when they came, unless a rate is given.
 * @param perSecond undefined = by the log; where that says nothing, by `usualPerSecond`
 */
export async function* fileCalls(
  file: CallFile,
  perSecond: number | undefined,
  usualPerSecond: number,
): AsyncIterable<TimedCall> {
  const step = 1000 / (perSecond ?? usualPerSecond);
  let startedMs: number | undefined;
  let atMs = -step;
  for await (const { call, logged } of file.each()) {
    if (logged === undefined || perSecond !== undefined) atMs += step;
    else {
      startedMs ??= logged.atMs;
      atMs = Math.max(0, logged.atMs - startedMs);
    }
    yield { call, atMs, logged };
  }
}
