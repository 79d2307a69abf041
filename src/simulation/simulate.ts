import type { Snapshot } from '../routing/snapshot.ts';
import { DecisionComparison, type DecisionDifferences } from './decision-differences.ts';
import { GatewayScript, type ScriptRule } from './gateway-script.ts';
import type { LoggedDecision } from './logged-decision.ts';
import type { RunReport } from './run-report.ts';
import { RunTally } from './run-tally.ts';
import { requestOf, type SimulatedCall } from './simulated-call.ts';
import { SimulatedWorld } from './simulated-world.ts';

/** A call, and when it comes in: milliseconds from the first one. */
export interface TimedCall {
  readonly call: SimulatedCall;
  readonly atMs: number;
  /** What a server's log says of it. */
  readonly logged?: LoggedDecision | undefined;
}

export interface SimulationRequest {
  readonly today: Snapshot;
  readonly proposal: Snapshot | undefined;
  readonly calls: AsyncIterable<TimedCall> | Iterable<TimedCall>;
  readonly rules: readonly ScriptRule[];
  readonly seed: number;
  /** Mean length of an answered call. */
  readonly callSeconds: number;
  /** Told after each call how many there were. */
  readonly onCall: (count: number) => void;
}

export interface SimulationResult {
  readonly today: RunReport;
  readonly proposal: RunReport | undefined;
  readonly differences: DecisionDifferences | undefined;
}

/**
 * Puts the same calls to both inventories, each in a world of its own with the same luck. The same request has the same
 * result, to the last digit.
 */
export async function simulate(request: SimulationRequest): Promise<SimulationResult> {
  const { today, proposal, calls, onCall } = request;
  const now = newRun(today, request);
  const then = proposal === undefined ? undefined : newRun(proposal, request);
  const comparison = new DecisionComparison();
  let count = 0;
  let lastMs = 0;
  for await (const { call, atMs } of calls) {
    // A log may hold lines of one moment in any order.
    lastMs = Math.max(lastMs, atMs);
    const makeRequest = (number: number) => requestOf(call, number, lastMs);
    const decision = now.world.call(makeRequest, lastMs);
    if (then !== undefined) comparison.compare(decision, then.world.call(makeRequest, lastMs));
    count += 1;
    onCall(count);
  }
  now.world.finish();
  then?.world.finish();
  return {
    today: now.tally.report(),
    proposal: then?.tally.report(),
    differences: then === undefined ? undefined : comparison.report(),
  };
}

function newRun(snapshot: Snapshot, { rules, seed, callSeconds }: SimulationRequest) {
  const tally = new RunTally();
  const script = new GatewayScript(rules, seed);
  return { tally, world: new SimulatedWorld({ snapshot, script, seed, callSeconds, observer: tally }) };
}
