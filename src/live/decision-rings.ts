import type { AttemptVerdict } from './decision-notes.ts';
import type { DecisionLine, OutcomeLine } from './decision-line.ts';
import { Ring } from './ring.ts';

/** A decision that is kept, with what came of it so far. */
export interface KeptDecision {
  readonly line: DecisionLine;
  /** Counts decisions, from 1. */
  readonly order: number;
  /** Counts whatever was learned of any decision; that of this one's last news. */
  readonly change: number;
  /** By place in the plan. */
  readonly attempts: readonly OutcomeLine[];
  /** Whether nothing more will be heard of its attempts, but for the length of an answered call. */
  readonly isOver: boolean;
}

export interface RingSizes {
  /** Of any kind. */
  readonly recent: number;
  /** No gateway, or an attempt that failed: those that left the recent ones. */
  readonly failures: number;
  /** No route, or a number that is refused: those that left the recent ones. */
  readonly refusals: number;
  /** Planned calls that left the recent ones before it is known what came of them. */
  readonly waiting: number;
}

/** What is kept by default: some megabytes. */
export const RING_SIZES: RingSizes = { recent: 1_000, failures: 1_000, refusals: 200, waiting: 10_000 };

/** Whom a failed attempt blames where it is a failure of ours, or of a gateway; a busy callee is none. */
const FAILURES: ReadonlySet<AttemptVerdict> = new Set(['gateway', 'ourselves', 'unjudged', 'not_called']);

/** Whether the attempt failed for a reason that lies neither with the callee nor with the caller. */
export function isFailedAttempt({ outcome }: Pick<OutcomeLine, 'outcome'>): boolean {
  return FAILURES.has(outcome);
}

/** Whether somebody who looks for trouble wants to see the decision: it has no plan, or an attempt of it failed. */
export function isFailedDecision({ line, attempts }: KeptDecision): boolean {
  return line.outcome !== 'planned' || attempts.some(isFailedAttempt);
}

/**
 * The last decisions, and failed ones beyond them. Refused numbers and calls without a route have a ring of their own:
 * any caller can make as many of them as he likes, and they must not push out what tells of a gateway.
 */
export class DecisionRings {
  readonly #recent: Ring<string>;
  readonly #failures: Ring<string>;
  readonly #refusals: Ring<string>;
  readonly #waitingLimit: number;
  /** Every one that is kept, by id. */
  readonly #kept = new Map<string, KeptDecision>();
  readonly #isRecent = new Set<string>();
  /** Those that left the recent ones and are not over, oldest first. */
  readonly #waiting = new Set<string>();

  constructor(sizes: RingSizes) {
    this.#recent = new Ring(sizes.recent);
    this.#failures = new Ring(sizes.failures);
    this.#refusals = new Ring(sizes.refusals);
    this.#waitingLimit = sizes.waiting;
  }

  get(id: string): KeptDecision | undefined {
    return this.#kept.get(id);
  }

  /** Every one that can be shown, oldest first. */
  get all(): readonly KeptDecision[] {
    const ids = [this.#failures, this.#refusals, this.#recent].flatMap((ring) => ring.items);
    return ids.flatMap((id) => this.#kept.get(id) ?? []).sort((a, b) => a.order - b.order);
  }

  add(decision: KeptDecision): void {
    const { id } = decision.line;
    this.#kept.set(id, decision);
    this.#isRecent.add(id);
    const evicted = this.#recent.push(id);
    if (evicted === undefined) return;
    this.#isRecent.delete(evicted);
    const left = this.#kept.get(evicted);
    if (left !== undefined) this.#keepOrForget(left);
  }

  /** More is known of a decision that is kept. */
  replace(decision: KeptDecision): void {
    const { id } = decision.line;
    const before = this.#kept.get(id);
    if (before === undefined) return;
    this.#kept.set(id, decision);
    if (this.#isRecent.has(id) || isFailedDecision(before)) return;
    this.#waiting.delete(id);
    this.#keepOrForget(decision);
  }

  #keepOrForget(decision: KeptDecision): void {
    const { id, outcome } = decision.line;
    if (isFailedDecision(decision)) {
      const isCallers = outcome === 'no_route' || outcome === 'rejected_number';
      this.#forget((isCallers ? this.#refusals : this.#failures).push(id));
    } else if (decision.isOver) {
      this.#forget(id);
    } else {
      this.#waiting.add(id);
      if (this.#waiting.size <= this.#waitingLimit) return;
      const [oldest] = this.#waiting;
      if (oldest !== undefined) this.#waiting.delete(oldest);
      this.#forget(oldest);
    }
  }

  #forget(id: string | undefined): void {
    if (id !== undefined) this.#kept.delete(id);
  }
}
