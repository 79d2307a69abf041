import type { Scheduler } from '../routing/scheduler.ts';

/** What a scheduler costs by itself, in members: it is some 1.5 kB without any. */
const OWN_FOOTPRINT = 8;

/** About this many served members are kept over all schedulers: some 200 MB when full. */
const FOOTPRINT_LIMIT = 500_000;

/**
 * The schedulers, by key. Those that deal first places are few and stay; of the others, one for each failover history,
 * the longest unused go when there are too many. A scheduler that went begins again even, which costs less than one
 * call of fairness.
 */
export class SchedulerStore {
  /** Longest unused first. */
  readonly #schedulers = new Map<string, Scheduler>();
  readonly #limit: number;
  #footprint = 0;

  constructor(limit: number = FOOTPRINT_LIMIT) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#schedulers.size;
  }

  get(key: string): Scheduler | undefined {
    return this.#schedulers.get(key);
  }

  /** Those that deal first places, each with its key. */
  get firstPlaces(): readonly (readonly [key: string, scheduler: Scheduler])[] {
    return [...this.#schedulers].filter(([key, { lineup }]) => key === lineup.key);
  }

  /** Stores the scheduler and gives its turn to whoever is next. */
  take(key: string, scheduler: Scheduler): void {
    const before = this.#schedulers.get(key);
    if (before !== undefined) this.#footprint -= costOf(before);
    scheduler.advance();
    this.#footprint += costOf(scheduler);
    this.#schedulers.delete(key);
    this.#schedulers.set(key, scheduler);
    if (this.#footprint > this.#limit) this.#dropLongestUnused();
  }

  /** Takes over a scheduler from before a restart; one that has taken turns since is not replaced. */
  restore(key: string, scheduler: Scheduler): void {
    if (this.#schedulers.has(key)) return;
    this.#schedulers.set(key, scheduler);
    this.#footprint += costOf(scheduler);
  }

  /** Forgets schedulers whose line-up is no longer there. */
  keepOnly(isKept: (lineupKey: string) => boolean): void {
    for (const [key, scheduler] of this.#schedulers) {
      if (!isKept(scheduler.lineup.key)) this.#drop(key, scheduler);
    }
  }

  #dropLongestUnused(): void {
    for (const [key, scheduler] of this.#schedulers) {
      if (this.#footprint <= this.#limit / 2) return;
      if (key !== scheduler.lineup.key) this.#drop(key, scheduler);
    }
  }

  #drop(key: string, scheduler: Scheduler): void {
    this.#schedulers.delete(key);
    this.#footprint -= costOf(scheduler);
  }
}

function costOf(scheduler: Scheduler): number {
  return OWN_FOOTPRINT + scheduler.footprint;
}
