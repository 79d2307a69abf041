import type { DecisionLine, OutcomeLine } from './decision-line.ts';
import { isFailedAttempt, isFailedDecision, type KeptDecision } from './decision-rings.ts';

/** Which decisions somebody wants to see. */
export interface DecisionQuestion {
  /** Part of the plan, or of what was tried; with `isFailed` the one that failed, or could not be had. */
  readonly gateway: string | undefined;
  readonly isFailed: boolean;
  readonly outcome: DecisionLine['outcome'] | undefined;
  /** As it was dialled, as the route made it, or the caller's. */
  readonly number: string | undefined;
  /** Only what changed after this change; undefined = the last ones there are. */
  readonly after: number | undefined;
  readonly limit: number;
}

/** A decision as it is answered with. */
export type DecisionReport = DecisionLine & {
  readonly attempts: readonly Omit<OutcomeLine, 'kind' | 'id'>[];
  readonly failed: boolean;
  /** Whether nothing more will be heard of its attempts, but for the length of an answered call. */
  readonly over: boolean;
};

export interface FoundDecisions {
  /** The last ones by time; those after a change in the order of their last change. */
  readonly decisions: readonly DecisionReport[];
  /** To go on from. */
  readonly change: number;
  /** Whether there are more after it already. */
  readonly more: boolean;
}

/**
 * Finds decisions among those that are kept.
 * @param all by time
 * @param changes the newest change
 */
export function findDecisions(
  all: readonly KeptDecision[],
  changes: number,
  question: DecisionQuestion,
): FoundDecisions {
  const { after, limit } = question;
  const wanted = all.filter((kept) => isWanted(kept, question));
  if (after === undefined) {
    return { decisions: wanted.slice(-limit).map(reportDecision), change: changes, more: false };
  }
  const later = wanted.filter(({ change }) => change > after).sort((a, b) => a.change - b.change);
  const more = later.length > limit;
  const shown = later.slice(0, limit);
  return { decisions: shown.map(reportDecision), change: more ? (shown.at(-1)?.change ?? after) : changes, more };
}

/** A decision as it is shown. */
export function reportDecision(kept: KeptDecision): DecisionReport {
  const attempts = kept.attempts.map((it) => ({
    at: it.at,
    attempt: it.attempt,
    gateway: it.gateway,
    outcome: it.outcome,
    cause: it.cause,
    sipStatus: it.sipStatus,
    postDialDelayMs: it.postDialDelayMs,
    answeredSeconds: it.answeredSeconds,
  }));
  return { ...kept.line, attempts, failed: isFailedDecision(kept), over: kept.isOver };
}

function isWanted(kept: KeptDecision, { gateway, isFailed, outcome, number }: DecisionQuestion): boolean {
  const { line } = kept;
  if (isFailed && !isFailedDecision(kept)) return false;
  if (outcome !== undefined && line.outcome !== outcome) return false;
  if (number !== undefined && ![line.number, line.numberAfterRoute, line.caller].includes(number)) return false;
  return gateway === undefined || concerns(kept, gateway, isFailed);
}

function concerns({ line, attempts }: KeptDecision, gateway: string, isFailed: boolean): boolean {
  const is = (it: { readonly gateway: string }): boolean => it.gateway === gateway;
  if (!isFailed) return line.plan.some(is) || attempts.some(is);
  return line.outcome === 'planned'
    ? attempts.some((attempt) => is(attempt) && isFailedAttempt(attempt))
    : line.gatewaysPassedOver.some(is);
}
