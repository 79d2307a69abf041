import type { DecisionLine, OutcomeLine } from './decision-line.ts';
import { isFailedAttempt, type KeptDecision } from './kept-decision.ts';

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
  const wanted = all.filter((kept) => kept.news.change > (after ?? 0) && isWanted(kept, question));
  if (after === undefined) {
    return { decisions: wanted.slice(-limit).map(reportDecision), change: changes, more: false };
  }
  const later = wanted.sort((a, b) => a.news.change - b.news.change);
  const more = later.length > limit;
  const shown = later.slice(0, limit);
  return { decisions: shown.map(reportDecision), change: more ? (shown.at(-1)?.news.change ?? after) : changes, more };
}

/** A decision as it is shown. */
export function reportDecision(kept: KeptDecision): DecisionReport {
  const attempts = kept.news.attempts.map((it) => ({
    at: it.at,
    attempt: it.attempt,
    gateway: it.gateway,
    outcome: it.outcome,
    cause: it.cause,
    sipStatus: it.sipStatus,
    postDialDelayMs: it.postDialDelayMs,
    answeredSeconds: it.answeredSeconds,
  }));
  return { ...kept.line, attempts, failed: kept.isFailed, over: kept.news.isOver };
}

function isWanted(kept: KeptDecision, { gateway, isFailed, outcome, number }: DecisionQuestion): boolean {
  if (isFailed && !kept.isFailed) return false;
  if (outcome !== undefined && kept.outcome !== outcome) return false;
  if (number !== undefined && !isOfNumber(kept.line, number)) return false;
  return gateway === undefined || concerns(kept, gateway, isFailed);
}

function isOfNumber(line: DecisionLine, number: string): boolean {
  return [line.number, line.numberAfterRoute, line.caller].includes(number);
}

function concerns({ line, news }: KeptDecision, gateway: string, isFailed: boolean): boolean {
  const is = (it: { readonly gateway: string }): boolean => it.gateway === gateway;
  if (!isFailed) return line.plan.some(is) || news.attempts.some(is);
  return line.outcome === 'planned'
    ? news.attempts.some((attempt) => is(attempt) && isFailedAttempt(attempt))
    : line.gatewaysPassedOver.some(is);
}
