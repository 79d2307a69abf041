import type { DecisionNews, KeptDecision } from './kept-decision.ts';
import { Ring } from './ring.ts';

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

/** What is kept by default: some megabytes, and some tens of them while thousands of calls are being set up. */
export const RING_SIZES: RingSizes = { recent: 1_000, failures: 1_000, refusals: 200, waiting: 10_000 };

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
    const { id } = decision;
    this.#kept.set(id, decision);
    this.#isRecent.add(id);
    const evicted = this.#recent.push(id);
    if (evicted === undefined) return;
    this.#isRecent.delete(evicted);
    const left = this.#kept.get(evicted);
    if (left !== undefined) this.#keepOrForget(left);
  }

  /** More is known of a decision that is kept. */
  learn(decision: KeptDecision, news: DecisionNews): void {
    const { id, isFailed: wasFailed } = decision;
    decision.learn(news);
    if (this.#isRecent.has(id) || wasFailed) return;
    this.#waiting.delete(id);
    this.#keepOrForget(decision);
  }

  /** Those of the first so many decisions that are kept and not put into words yet. */
  unwritten(upToOrder: number): readonly KeptDecision[] {
    return [...this.#kept.values()].filter(({ isWritten, order }) => !isWritten && order <= upToOrder);
  }

  #keepOrForget(decision: KeptDecision): void {
    const { id, outcome } = decision;
    if (decision.isFailed) {
      const isCallers = outcome === 'no_route' || outcome === 'rejected_number';
      this.forget((isCallers ? this.#refusals : this.#failures).push(id));
    } else if (decision.news.isOver) {
      this.forget(id);
    } else {
      this.#waiting.add(id);
      if (this.#waiting.size <= this.#waitingLimit) return;
      const [oldest] = this.#waiting;
      if (oldest !== undefined) this.#waiting.delete(oldest);
      this.forget(oldest);
    }
  }

  /** Its place in a ring stays empty until it is taken. */
  forget(id: string | undefined): void {
    if (id !== undefined) this.#kept.delete(id);
  }
}
