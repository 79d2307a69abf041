/** From so many on, and after this time, it is no coincidence. */
const MANY = 10;
const LONG_MS = 10_000;

/** Addresses that are told apart; when there are more, counting begins anew. */
const ADDRESSES_LIMIT = 1_000;

/**
 * Addresses that are asked for a password again and again, and never give one. A Digest client is asked too, before
 * every look-up, but then it answers.
 */
export class UnansweredChallenges {
  readonly #nowMs: () => number;
  readonly #byAddress = new Map<string, { count: number; readonly sinceMs: number }>();

  /** @param nowMs monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @returns whether this goes on for too long */
  challenged(address: string): boolean {
    const nowMs = this.#nowMs();
    const before = this.#byAddress.get(address);
    if (before === undefined) {
      if (this.#byAddress.size >= ADDRESSES_LIMIT) this.#byAddress.clear();
      this.#byAddress.set(address, { count: 1, sinceMs: nowMs });
      return false;
    }
    before.count += 1;
    return before.count >= MANY && nowMs - before.sinceMs >= LONG_MS;
  }

  answered(address: string): void {
    this.#byAddress.delete(address);
  }

  /** Nobody is waited for. */
  get isEmpty(): boolean {
    return this.#byAddress.size === 0;
  }
}
