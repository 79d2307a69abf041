import type { Timers } from '../../../src/esl/timers.ts';

/** When the timers' clock stood at 0. Fixed, so that no test depends on the day it runs on. */
const epochMs = Date.UTC(2026, 10, 22, 7, 23, 0);

/** The wall clock of a switch, made of injected timers. Whatever was to happen later is forgotten with `stop`. */
export class SwitchClock {
  readonly #timers: Timers;
  readonly #pending = new Set<() => void>();
  #stopped = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** The timers' own clock: what results and logs are stamped with. */
  nowMs(): number {
    return this.#timers.nowMs();
  }

  /** Microseconds since 1970, as stamps have them. */
  stamp(): number {
    return Math.floor((epochMs + this.#timers.nowMs()) * 1000);
  }

  /** Whole seconds since 1970: what sofia and originate compare. */
  epochSeconds(): number {
    return Math.floor((epochMs + this.#timers.nowMs()) / 1000);
  }

  /** Runs once, later; what it returns cancels it. */
  after(delayMs: number, run: () => void): () => void {
    if (this.#stopped) return () => undefined;
    const cancelTimer = this.#timers.after(delayMs, () => {
      this.#pending.delete(cancel);
      run();
    });
    const cancel = (): void => {
      this.#pending.delete(cancel);
      cancelTimer();
    };
    this.#pending.add(cancel);
    return cancel;
  }

  /** Runs again and again. */
  every(intervalMs: number, run: () => void): void {
    this.after(intervalMs, () => {
      run();
      this.every(intervalMs, run);
    });
  }

  /** When the clock will have counted so many new seconds from now, as a delay. */
  untilSecond(seconds: number): number {
    const now = epochMs + this.#timers.nowMs();
    return (Math.floor(now / 1000) + seconds) * 1000 - now;
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of [...this.#pending]) cancel();
  }
}

/** `2026-11-22 07:23:00` of a stamp; the switch's time zone is UTC. */
export function localTime(stamp: number): string {
  return new Date(Math.floor(stamp / 1000)).toISOString().slice(0, 19).replace('T', ' ');
}

/** `0 years, 0 days, 0 hours, 1 minute, 5 seconds, 593 milliseconds, 603 microseconds` of microseconds. */
export function spelledDuration(micros: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['year', 31_536_000_000_000],
    ['day', 86_400_000_000],
    ['hour', 3_600_000_000],
    ['minute', 60_000_000],
    ['second', 1_000_000],
    ['millisecond', 1000],
    ['microsecond', 1],
  ];
  let left = Math.floor(micros);
  return units
    .map(([name, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return `${count} ${name}${count === 1 ? '' : 's'}`;
    })
    .join(', ');
}
