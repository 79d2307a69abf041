/** How often each of some words came up. */
export class Counts<Word extends string> {
  readonly #counts = new Map<Word, number>();
  #total = 0;

  add(word: Word): void {
    this.#counts.set(word, this.of(word) + 1);
    this.#total += 1;
  }

  of(word: Word): number {
    return this.#counts.get(word) ?? 0;
  }

  get total(): number {
    return this.#total;
  }

  /** By word. */
  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
