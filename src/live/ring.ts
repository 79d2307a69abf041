/** The last so many of something. */
export class Ring<Item> {
  readonly #items: Item[] = [];
  readonly #capacity: number;
  /** Where the next one goes: on the oldest, once it is full. */
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns the oldest one, where it had to make room */
  push(item: Item): Item | undefined {
    const evicted = this.#items[this.#next];
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#capacity;
    return evicted;
  }

  /** Oldest first. */
  get items(): readonly Item[] {
    return [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
  }
}
