/**
 * Compares what each gets of a row of calls with what each is due, after every call. Costs the same however many there
 * are: between two calls of its own a gateway only falls behind, so its extremes lie just before and just after them.
 */
export class ShareAccount {
  readonly shares: ReadonlyMap<string, number>;
  readonly #got = new Map<string, number>();
  readonly #furthest = new Map<string, number>();
  #calls = 0;

  /** @param shares of each, from 0 to 1 */
  constructor(shares: ReadonlyMap<string, number>) {
    this.shares = shares;
  }

  get calls(): number {
    return this.#calls;
  }

  /** The next call goes to this one; to whom no share is due as well. */
  give(name: string): void {
    this.#look(name);
    this.#calls += 1;
    this.#got.set(name, (this.#got.get(name) ?? 0) + 1);
    this.#look(name);
  }

  /** How far, in calls, the gateway was ever from what it was due. */
  furthest(name: string): number {
    this.#look(name);
    return this.#furthest.get(name) ?? 0;
  }

  #look(name: string): void {
    const lag = Math.abs(this.#calls * (this.shares.get(name) ?? 0) - (this.#got.get(name) ?? 0));
    if (lag > (this.#furthest.get(name) ?? 0)) this.#furthest.set(name, lag);
  }
}
