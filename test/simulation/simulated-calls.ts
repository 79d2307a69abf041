import type { Snapshot } from '../../src/routing/snapshot.ts';
import type { ScriptRule } from '../../src/simulation/gateway-script.ts';
import { parseScriptRule } from '../../src/simulation/parse-script-rule.ts';
import { simulate, type SimulationResult } from '../../src/simulation/simulate.ts';
import type { SimulatedCall } from '../../src/simulation/simulated-call.ts';
import { evenCalls } from '../../src/simulation/file-calls.ts';

/** A call in context `default` from a switch that may be listened to. */
export function simulatedCall(parts: Partial<SimulatedCall> = {}): SimulatedCall {
  return { number: '4930123', caller: '', context: 'default', source: '', switch: 'fs1', headers: new Map(), ...parts };
}

export interface SimulationPlan {
  readonly proposal?: Snapshot;
  readonly calls?: readonly SimulatedCall[];
  readonly count?: number;
  readonly perSecond?: number;
  readonly fail?: readonly string[];
  readonly seed?: number;
  readonly callSeconds?: number;
}

/** The rules, which have to be right. */
export function scriptOf(texts: readonly string[]): readonly ScriptRule[] {
  return texts.map((text) => {
    const rule = parseScriptRule(text);
    if (typeof rule === 'string') throw new Error(rule);
    return rule;
  });
}

/** Simulates as a command would that says only this much. */
export function simulated(today: Snapshot, plan: SimulationPlan = {}): Promise<SimulationResult> {
  const { calls = [simulatedCall()], count = 100, perSecond = 10, fail = [], seed = 1, callSeconds = 60 } = plan;
  return simulate({
    ...{ today, proposal: plan.proposal, rules: scriptOf(fail), seed, callSeconds },
    calls: evenCalls(calls, count, perSecond),
    onCall: () => undefined,
  });
}
