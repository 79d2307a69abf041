import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';

/** How often the loop is looked at. */
const EVERY_MS = 250;

/** Some ten seconds, and an odd number, so that one of them is in the middle. */
const KEPT = 41;

/** Late means that half of the last looks came later than this. */
const LATE_MS = 200;

/** And in time again: less than half of it, so that it does not change every second. */
const IN_TIME_MS = 100;

export interface LoopWatchContext {
  readonly timers: Timers;
  readonly log: Log;
  /** Is told of each look. */
  readonly observe: (seconds: number) => void;
}

/**
 * Watches how late the process comes to its work. What counts is the median of the last ten seconds: an inventory that
 * takes seconds to compile is one late look among many, and only a process that is behind all the time is called late.
 */
export class LoopWatch {
  readonly #context: LoopWatchContext;
  /** Of the last looks, in milliseconds, each in its place: `#at` is the oldest. */
  readonly #delaysMs = new Array<number>(KEPT).fill(0);
  #at = 0;
  #isLate = false;
  #medianMs = 0;
  #cancel: () => void = () => undefined;

  constructor(context: LoopWatchContext) {
    this.#context = context;
  }

  start(): void {
    const { timers } = this.#context;
    const dueMs = timers.nowMs() + EVERY_MS;
    this.#cancel = timers.after(EVERY_MS, () => {
      this.#look(Math.max(0, timers.nowMs() - dueMs));
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** How late it usually is, in milliseconds, where that is too late; else undefined. */
  get lateMs(): number | undefined {
    return this.#isLate ? this.#medianMs : undefined;
  }

  #look(delayMs: number): void {
    this.#context.observe(delayMs / 1000);
    this.#delaysMs[this.#at] = delayMs;
    this.#at = (this.#at + 1) % KEPT;
    this.#medianMs = this.#delaysMs.toSorted((a, b) => a - b)[(KEPT - 1) / 2] ?? 0;
    const isLate = this.#medianMs > (this.#isLate ? IN_TIME_MS : LATE_MS);
    if (isLate === this.#isLate) return;
    this.#isLate = isLate;
    const data = { lateMs: Math.round(this.#medianMs) };
    if (isLate)
      this.#context.log.warn(data, 'not ready: the process is late all the time, it has more to do than it can');
    else this.#context.log.info(data, 'ready again: the process is in time');
  }
}
