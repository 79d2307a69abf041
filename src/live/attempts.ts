/** What did not work so often is left alone for a while, unless something else is wanted. */
const ATTEMPTS_LIMIT = 3;
const RETRY_AFTER_MS = 10 * 60_000;

/** Remembers what was tried in vain, so that a switch is not told the same thing for ever. */
export class Attempts {
  readonly #failures = new Map<string, { readonly wanted: string; readonly count: number; readonly lastMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * It did not work.
   * @param wanted what was to be reached; trying for something else begins anew
   * @returns how often it has not
   */
  failed(name: string, wanted: string): number {
    const before = this.#failures.get(name);
    const count = before?.wanted === wanted ? before.count + 1 : 1;
    this.#failures.set(name, { wanted, count, lastMs: this.#nowMs() });
    return count;
  }

  /** @param isHarmless whether it may be tried again and again, at long intervals */
  isWorthwhile(name: string, wanted: string, isHarmless = true): boolean {
    const failure = this.#failures.get(name);
    if (failure?.wanted !== wanted) return true;
    return failure.count < ATTEMPTS_LIMIT || (isHarmless && this.#nowMs() - failure.lastMs >= RETRY_AFTER_MS);
  }

  reset(): void {
    this.#failures.clear();
  }
}
