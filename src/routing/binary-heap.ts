/**
 * A binary min-heap over objects, ordered by a comparison that is passed in.
 * Push and pop cost O(log n); the smallest item is at hand in O(1).
 */
export class BinaryHeap<Item> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  /** @param before whether `a` must come out before `b`; a strict order */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The smallest item, left where it is. */
  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    let index = items.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || !this.#before(item, parent)) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  /** Takes the smallest item out. */
  pop(): Item | undefined {
    const smallest = this.#items[0];
    const last = this.#items.pop();
    if (smallest === undefined || last === undefined || this.#items.length === 0) return smallest;
    this.#sinkFromTop(last);
    return smallest;
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** Every item, in no particular order. */
  values(): readonly Item[] {
    return this.#items;
  }

  #sinkFromTop(item: Item): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = items[childIndex];
      if (child === undefined) break;
      const right = items[childIndex + 1];
      if (right !== undefined && this.#before(right, child)) {
        childIndex += 1;
        child = right;
      }
      if (!this.#before(child, item)) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = item;
  }
}
