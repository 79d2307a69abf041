import type { Schedulers, TurnTaken } from '../../src/routing/order-tier.ts';
import type { Scheduler } from '../../src/routing/scheduler.ts';

/** Keeps schedulers as the running server does, but forgets none. */
export class TurnKeeper implements Schedulers {
  readonly #schedulers = new Map<string, Scheduler>();

  get(key: string): Scheduler | undefined {
    return this.#schedulers.get(key);
  }

  /** Stores each scheduler and gives its turn to whoever is next. */
  commit(turns: readonly TurnTaken[]): void {
    for (const { key, scheduler } of turns) {
      scheduler.advance();
      this.#schedulers.set(key, scheduler);
    }
  }

  /** Everything that the schedulers hold, to compare before and after. */
  describe(): string {
    return JSON.stringify(
      [...this.#schedulers].map(([key, it]) => [key, it.next(), it.footprint, [...it.lags()], [...it.owed]]),
    );
  }
}
