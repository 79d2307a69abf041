import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';

/** A look-up, from its form to its answer. What has a question mark is there at the end. */
export interface LookupSpan {
  /** Of the form, in characters. */
  readonly size: number;
  readonly switch?: string;
  readonly section?: string;
  readonly outcome?: string;
}

/** A decision, from the call to its plan. Numbers are left out: `decisionId` is on every leg. */
export interface DecideSpan {
  readonly decisionId: string;
  readonly switch: string;
  readonly context: string;
  readonly outcome?: string;
  readonly group?: string;
  /** Of the plan, in the order in which they are tried. */
  readonly gateways?: readonly string[];
}

/** A reconciliation of one switch. */
export interface ReconcileSpan {
  readonly switch: string;
  /** What was sent. */
  readonly commands?: readonly string[];
  /** What still differs afterwards. */
  readonly drift?: readonly string[];
}

/** The channels; each is `tracing:NAME:start`, `:end` and so on for whoever subscribes. */
export const SPANS = {
  lookup: tracingChannel<string, LookupSpan>('trunkhunt:lookup'),
  decide: tracingChannel<string, DecideSpan>('trunkhunt:decide'),
  reconcile: tracingChannel<string, ReconcileSpan>('trunkhunt:reconcile'),
} as const;

/**
 * Runs it between `start` and `end`; where nobody listens it is run, and nothing else.
 * @param begin what is known before
 * @param finish what its result adds; the result itself may hold passwords, and is not published
 */
export function spanSync<Span extends object, Result>(
  channel: TracingChannel<string, Span>,
  begin: () => NoInfer<Span>,
  run: () => Result,
  finish: (result: Result) => Partial<NoInfer<Span>>,
): Result {
  if (!isWatched(channel)) return run();
  const span = begin();
  const results: Result[] = [];
  channel.traceSync(() => {
    const result = run();
    results.push(result);
    Object.assign(span, finish(result));
  }, span);
  return results[0] as Result;
}

/** As `spanSync`, for what ends later: with `asyncEnd`. */
export async function spanPromise<Span extends object, Result>(
  channel: TracingChannel<string, Span>,
  begin: () => NoInfer<Span>,
  run: () => Promise<Result>,
  finish: (result: Result) => Partial<NoInfer<Span>>,
): Promise<Result> {
  if (!isWatched(channel)) return run();
  const span = begin();
  const results: Result[] = [];
  await channel.tracePromise(async () => {
    const result = await run();
    results.push(result);
    Object.assign(span, finish(result));
  }, span);
  return results[0] as Result;
}

/** Asked of each channel: the property that asks them all is not in the first releases of Node 20. */
function isWatched<Span extends object>(channel: TracingChannel<string, Span>): boolean {
  return (
    channel.start.hasSubscribers ||
    channel.end.hasSubscribers ||
    channel.asyncStart.hasSubscribers ||
    channel.asyncEnd.hasSubscribers ||
    channel.error.hasSubscribers
  );
}
