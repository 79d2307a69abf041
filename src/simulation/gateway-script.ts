import { chance } from './chance.ts';
import type { LegAnswer } from './leg-fate.ts';

/** When a rule holds: calls from one number to another, both included, or seconds since the first call. */
export interface ScriptWindow {
  readonly unit: 'calls' | 'seconds';
  readonly from: number;
  /** Infinity = to the end. */
  readonly to: number;
}

/** One thing that goes wrong at a gateway. */
export interface ScriptRule {
  readonly gateway: string;
  /** From 0 to 1: of how many of its legs. */
  readonly share: number;
  readonly answer: LegAnswer;
  readonly window: ScriptWindow | undefined;
}

/** A moment of a simulation. */
export interface ScriptMoment {
  /** Of the call, from 1. */
  readonly call: number;
  readonly seconds: number;
}

/** What gateways do: they answer, unless a rule says otherwise. Of several rules the first that applies counts. */
export class GatewayScript {
  readonly #seed: number;
  readonly #rules = new Map<string, ScriptRule[]>();
  /** Those that are marked DOWN at some time. */
  readonly #downs: readonly ScriptRule[];

  constructor(rules: readonly ScriptRule[], seed: number) {
    this.#seed = seed;
    for (const rule of rules) this.#rules.set(rule.gateway, [...(this.#rules.get(rule.gateway) ?? []), rule]);
    this.#downs = rules.filter(({ answer }) => answer.kind === 'down');
  }

  answerOf(gateway: string, moment: ScriptMoment): LegAnswer {
    for (const [at, { window, share, answer }] of (this.#rules.get(gateway) ?? []).entries()) {
      if (!isWithin(window, moment)) continue;
      if (share >= 1 || chance(this.#seed, 'fails', gateway, moment.call, at) < share) return answer;
    }
    return { kind: 'answer' };
  }

  /** The gateways that a switch finds DOWN at this moment. */
  downAt(moment: ScriptMoment): ReadonlySet<string> {
    if (this.#downs.length === 0) return NOBODY;
    return new Set(this.#downs.filter(({ window }) => isWithin(window, moment)).map(({ gateway }) => gateway));
  }
}

const NOBODY: ReadonlySet<string> = new Set();

function isWithin(window: ScriptWindow | undefined, { call, seconds }: ScriptMoment): boolean {
  if (window === undefined) return true;
  const at = window.unit === 'calls' ? call : seconds;
  return at >= window.from && at <= window.to;
}
