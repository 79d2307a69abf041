import type { Timers } from '../../../src/esl/timers.ts';

/** A clock that stands still until it is told to go on: for tests in which nothing may depend on the machine. */
export class ManualTimers implements Timers {
  #nowMs = 0;
  #pending: { readonly dueMs: number; readonly run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { dueMs: this.#nowMs + delayMs, run };
    this.#pending.push(entry);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== entry);
    };
  }

  /** Runs everything that is due in the meantime, at its own time and in that order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const dueMs = Math.min(...this.#pending.map((entry) => entry.dueMs));
      const next = this.#pending.find((entry) => entry.dueMs === dueMs);
      if (next === undefined || dueMs > untilMs) break;
      this.#pending = this.#pending.filter((entry) => entry !== next);
      this.#nowMs = dueMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }
}
