const WINDOW_MS = 1_000;

/** Counts what happened within the last second, exactly: a sliding window of every moment. */
export class RateWindow {
  /** In order; those before `#from` are over. */
  #moments: number[] = [];
  #from = 0;

  add(atMs: number): void {
    // Perhaps nobody ever asks.
    this.#forget(atMs - WINDOW_MS);
    this.#moments.push(atMs);
  }

  /** How many happened in the second up to now. */
  count(nowMs: number): number {
    this.#forget(nowMs - WINDOW_MS);
    return this.#moments.length - this.#from;
  }

  #forget(untilMs: number): void {
    const moments = this.#moments;
    while (this.#from < moments.length && (moments[this.#from] ?? 0) <= untilMs) this.#from += 1;
    if (this.#from > 1024 && this.#from * 2 > moments.length) {
      this.#moments = moments.slice(this.#from);
      this.#from = 0;
    }
  }
}
