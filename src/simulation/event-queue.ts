import { BinaryHeap } from '../routing/binary-heap.ts';

interface QueuedEvent {
  readonly atMs: number;
  /** Of one moment, the first that was put in comes first. */
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen, by simulated time. */
export class EventQueue {
  readonly #events = new BinaryHeap<QueuedEvent>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order));
  #count = 0;

  put(atMs: number, run: () => void): void {
    this.#count += 1;
    this.#events.push({ atMs, order: this.#count, run });
  }

  /** When the next one is due; Infinity = nothing is. */
  get nextMs(): number {
    return this.#events.peek()?.atMs ?? Infinity;
  }

  runNext(): void {
    this.#events.pop()?.run();
  }
}
