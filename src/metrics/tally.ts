import { Counter, type CounterConfiguration } from 'prom-client';

interface Sum {
  readonly labels: readonly string[];
  count: number;
}

/**
 * A counter for what happens at every look-up: it counts in plain numbers, and hands the sums over when somebody asks.
 * (prom-client files every single `inc` by its labels anew, those of a child too.)
 */
export class Tally<Label extends string> {
  readonly #counter: Counter<Label>;
  readonly #sums = new Map<string, Sum>();

  constructor(config: Omit<CounterConfiguration<Label>, 'collect'>) {
    const handOver = (): void => {
      this.#handOver();
    };
    this.#counter = new Counter({ ...config, collect: handOver });
  }

  /** @param labels in the order of the label names */
  inc(...labels: readonly string[]): void {
    let key = labels[0] ?? '';
    for (let at = 1; at < labels.length; at += 1) key += `\n${labels[at] ?? ''}`;
    const sum = this.#sums.get(key);
    if (sum === undefined) this.#sums.set(key, { labels, count: 1 });
    else sum.count += 1;
  }

  /** The series is there from now on, at 0 where nothing was counted. */
  begin(...labels: readonly string[]): void {
    this.#counter.labels(...labels).inc(0);
  }

  /** Forgets the series whose labels are not to be kept. */
  async keepOnly(isKept: (labels: Readonly<Partial<Record<Label, string | number>>>) => boolean): Promise<void> {
    for (const { labels } of (await this.#counter.get()).values) if (!isKept(labels)) this.#counter.remove(labels);
  }

  #handOver(): void {
    for (const { labels, count } of this.#sums.values()) this.#counter.labels(...labels).inc(count);
    this.#sums.clear();
  }
}
