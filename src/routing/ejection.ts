import type { HealthPolicy } from './health-policy.ts';

/** A doubled ejection time never exceeds 64 times the first. */
export const STRIKES_LIMIT = 7;

/** So many calls have to go well on trial before the weight grows back. */
const TRIAL_CALLS = 3;

/** A strike is forgiven for every such span of service, in ejection times, with calls that went well. */
const FORGIVEN_AFTER = 10;

/** Slow start begins with a tenth of the weight and has nine steps: each is a change of the line-up. */
const RAMP_STEPS = 10;

/**
 * Where a gateway stands in a group by what its calls have shown, on one switch.
 * `in` -> `ejected` -> `trial` (one call at a time) -> `slow_start` (the weight grows) -> `in`.
 */
export interface Ejection {
  readonly stage: 'in' | 'ejected' | 'trial' | 'slow_start';
  /** Monotonic clock: when the stage began, or a strike was last forgiven. */
  readonly sinceMs: number;
  /** Ejections that are remembered. */
  readonly strikes: number;
  /** Calls that went well on trial. */
  readonly trialGoods: number;
}

/** Nothing has ever been held against the gateway. */
export const NEVER_EJECTED: Ejection = { stage: 'in', sinceMs: 0, strikes: 0, trialGoods: 0 };

/** Puts the gateway out; the time doubles with each strike. */
export function eject({ strikes }: Ejection, atMs: number): Ejection {
  return { stage: 'ejected', sinceMs: atMs, strikes: Math.min(strikes + 1, STRIKES_LIMIT), trialGoods: 0 };
}

/** When an ejection ends. */
export function ejectedUntilMs({ sinceMs, strikes }: Ejection, policy: HealthPolicy): number {
  return sinceMs + policy.ejectSeconds * 1000 * 2 ** (strikes - 1);
}

/** A call went well. On trial enough of them let the gateway back in; in service they make strikes forgotten. */
export function afterGoodCall(ejection: Ejection, policy: HealthPolicy, atMs: number): Ejection {
  if (ejection.stage === 'trial') {
    const trialGoods = ejection.trialGoods + 1;
    return trialGoods < TRIAL_CALLS
      ? { ...ejection, trialGoods }
      : { stage: 'slow_start', sinceMs: atMs, strikes: ejection.strikes, trialGoods: 0 };
  }
  const isForgiven =
    ejection.stage === 'in' &&
    ejection.strikes > 0 &&
    atMs - ejection.sinceMs >= FORGIVEN_AFTER * policy.ejectSeconds * 1000;
  return isForgiven ? { ...ejection, strikes: ejection.strikes - 1, sinceMs: atMs } : ejection;
}

/** What the mere passing of time makes of it; the same object where that is nothing. */
export function afterTime(ejection: Ejection, policy: HealthPolicy, canTry: boolean, atMs: number): Ejection {
  if (ejection.stage === 'ejected' && atMs >= ejectedUntilMs(ejection, policy)) {
    return { ...ejection, stage: canTry ? 'trial' : 'in', sinceMs: atMs, trialGoods: 0 };
  }
  // Who makes the first choice may have changed since; a trial would then never come.
  if (ejection.stage === 'trial' && !canTry) return { ...ejection, stage: 'in', sinceMs: atMs, trialGoods: 0 };
  if (ejection.stage === 'slow_start' && rampPerMille(ejection, policy, atMs) === 1000) {
    return { ...ejection, stage: 'in', sinceMs: atMs };
  }
  return ejection;
}

/** How much of its weight the gateway has by slow start, 100 to 1000 per mille, in steps. */
export function rampPerMille({ stage, sinceMs }: Ejection, policy: HealthPolicy, atMs: number): number {
  if (stage !== 'slow_start' || policy.slowStartSeconds === 0) return 1000;
  const done = Math.max(0, atMs - sinceMs) / (policy.slowStartSeconds * 1000);
  return done >= 1 ? 1000 : (1000 / RAMP_STEPS) * (1 + Math.floor(done * (RAMP_STEPS - 1)));
}
