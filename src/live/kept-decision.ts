import type { Decision } from '../routing/decide.ts';
import { type DecisionLine, decisionLine, type OutcomeLine } from './decision-line.ts';
import type { AttemptVerdict, DecidedCall } from './decision-notes.ts';
import type { NumberMask } from './number-mask.ts';

/** What changes about a decision that is kept, as more is heard of it. */
export interface DecisionNews {
  /** Counts whatever was learned of any decision; that of this one's last news. */
  readonly change: number;
  /** By place in the plan. */
  readonly attempts: readonly OutcomeLine[];
  /** Whether nothing more will be heard of its attempts, but for the length of an answered call. */
  readonly isOver: boolean;
}

/** A line costs as much as so many gateways of a group that are looked at. */
const COST_OF_LINE = 5;

/** Whom a failed attempt blames where it is a failure of ours, or of a gateway; a busy callee is none. */
const FAILURES: ReadonlySet<AttemptVerdict> = new Set(['gateway', 'ourselves', 'unjudged', 'not_called']);

/** Whether the attempt failed for a reason that lies neither with the callee nor with the caller. */
export function isFailedAttempt({ outcome }: Pick<OutcomeLine, 'outcome'>): boolean {
  return FAILURES.has(outcome);
}

/**
 * A decision that is kept, with what came of it so far. It is put into words when somebody asks, or when it has been kept
 * for a while: where many calls come in, most are forgotten before that, and cost next to nothing.
 */
export class KeptDecision {
  readonly id: string;
  readonly outcome: Decision['outcome'];
  /** Counts decisions, from 1. */
  readonly order: number;
  /** The last place of the plan; 0 = there is none. */
  readonly lastAttempt: number;
  readonly #mask: NumberMask;
  /** What was decided, until it is put into words. */
  #said: DecidedCall | DecisionLine;
  #news: DecisionNews;

  constructor(decided: DecidedCall, mask: NumberMask, order: number, change: number) {
    const { call, decision, isFollowed } = decided;
    this.id = call.decisionId;
    this.outcome = decision.outcome;
    this.order = order;
    this.lastAttempt =
      decision.outcome === 'planned' ? decision.legs.length + (decision.distributor === undefined ? 0 : 1) : 0;
    this.#mask = mask;
    this.#said = decided;
    this.#news = { change, attempts: [], isOver: decision.outcome !== 'planned' || !isFollowed };
  }

  /** In words. Once they are there, nothing of the snapshot that it was decided from is held any more. */
  get line(): DecisionLine {
    if ('kind' in this.#said) return this.#said;
    const line = decisionLine(this.#said, this.#mask);
    this.#said = line;
    return line;
  }

  /** Puts it into words now. @returns what that cost, in gateways looked at; 0 where it was done before */
  write(): number {
    if ('kind' in this.#said) return 0;
    const { decision } = this.#said;
    this.#said = this.line;
    return COST_OF_LINE + (decision.outcome === 'no_route' ? 0 : decision.route.group.members.length);
  }

  /** Whether it is in words already. */
  get isWritten(): boolean {
    return 'kind' in this.#said;
  }

  get news(): DecisionNews {
    return this.#news;
  }

  learn(news: DecisionNews): void {
    this.#news = news;
  }

  /** Whether somebody who looks for trouble wants to see it: it has no plan, or an attempt of it failed. */
  get isFailed(): boolean {
    return this.outcome !== 'planned' || this.#news.attempts.some(isFailedAttempt);
  }
}
