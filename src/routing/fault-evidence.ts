import { betaTail } from './beta-tail.ts';

/** After so many calls, what they showed counts half. */
const HALF_LIFE_CALLS = 9;

/** After so long it counts half as well: old news is no news. Four hours. */
const HALF_LIFE_MS = 4 * 3_600_000;

/**
 * What is believed of a gateway that nothing is known of: about four good calls. Chosen with the half-lives and the
 * shipped limit and confidence (10 %, 95 %) by simulation (`bench/ejection.mjs`): three faults of three eject, two do
 * not; of an established gateway the fifth in a row does; and 2 % of faults do not within 100,000 calls.
 */
const PRIOR_FAULTS = 0.1;
const PRIOR_GOODS = 4;

/** Calls that showed a fault of the gateway, and calls that showed it well; both fade. */
export interface FaultEvidence {
  readonly faults: number;
  readonly goods: number;
  /** Monotonic clock: when the sums were as they are. */
  readonly atMs: number;
}

/** Nothing is known yet. */
export function noEvidence(atMs: number): FaultEvidence {
  return { faults: 0, goods: 0, atMs };
}

/** Counts one more call; everything before fades by one call, and by the time that has passed. */
export function withCall(evidence: FaultEvidence, isFault: boolean, atMs: number): FaultEvidence {
  const fading = 2 ** (-1 / HALF_LIFE_CALLS) * fadingOverTime(evidence, atMs);
  return {
    faults: evidence.faults * fading + (isFault ? 1 : 0),
    goods: evidence.goods * fading + (isFault ? 0 : 1),
    atMs,
  };
}

/** Takes back a call that was counted as good, since it ended in a fault after all. */
export function withoutGood(evidence: FaultEvidence): FaultEvidence {
  return { ...evidence, goods: Math.max(0, evidence.goods - 1) };
}

/**
 * The probability that the gateway's rate of faults exceeds a limit, given what was seen: the tail of a Beta posterior.
 * @param limit 0 to 1
 */
export function faultProbability(evidence: FaultEvidence, limit: number, atMs: number): number {
  const fading = fadingOverTime(evidence, atMs);
  return betaTail(limit, PRIOR_FAULTS + evidence.faults * fading, PRIOR_GOODS + evidence.goods * fading);
}

/** A clock that jumped back fades nothing. */
function fadingOverTime(evidence: FaultEvidence, atMs: number): number {
  return 2 ** (-Math.max(0, atMs - evidence.atMs) / HALF_LIFE_MS);
}
