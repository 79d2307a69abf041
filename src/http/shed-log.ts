import type { Log } from '../config/log.ts';

const QUIET_MS = 60_000;

/** Tells of calls that are shed, once a minute at most: a line for each would be one more thing to do. */
export class ShedLog {
  readonly #log: Log;
  readonly #clockMs: () => number;
  #count = 0;
  #quietUntilMs = -Infinity;

  /** @param clockMs monotonic clock */
  constructor({ log, clockMs }: { readonly log: Log; readonly clockMs: () => number }) {
    this.#log = log;
    this.#clockMs = clockMs;
  }

  /** @param hostname the switch whose call was answered *not found* */
  note(hostname: string): void {
    this.#count += 1;
    const nowMs = this.#clockMs();
    if (nowMs < this.#quietUntilMs) return;
    const data = { switch: hostname, shed: this.#count };
    this.#log.warn(
      data,
      'more calls than can be answered in time: some are answered not found at once, and their switch goes on to its own files',
    );
    this.#quietUntilMs = nowMs + QUIET_MS;
    this.#count = 0;
  }
}
