/** Keeps the labelled children of a metric, so that a request does not hash label sets. */
export class ChildCache<Child> {
  readonly #children = new Map<string, Child>();
  readonly #create: (...values: string[]) => Child;

  /** @param create makes the child for these label values */
  constructor(create: (...values: string[]) => Child) {
    this.#create = create;
  }

  get(...values: string[]): Child {
    const key = values.join('\n');
    let child = this.#children.get(key);
    if (child === undefined) {
      child = this.#create(...values);
      this.#children.set(key, child);
    }
    return child;
  }

  clear(): void {
    this.#children.clear();
  }
}
