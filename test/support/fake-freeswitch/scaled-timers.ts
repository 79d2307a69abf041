import type { Timers } from '../../../src/esl/timers.ts';

interface Entry {
  readonly dueMs: number;
  readonly run: () => void;
}

/**
 * Real timers over a clock that starts at 0 and runs `speed` times faster: with 100, thirty seconds take 0.3. Nothing
 * runs before the clock says that it is due, and everything in the order in which it is due, however Node rounds.
 */
export function scaledTimers(speed: number): Timers {
  const startedMs = performance.now();
  const nowMs = (): number => (performance.now() - startedMs) * speed;
  /** The next first; of two that are due together, the older. */
  const queue: Entry[] = [];
  let wake: NodeJS.Timeout | undefined;

  const arm = (): void => {
    clearTimeout(wake);
    const [next] = queue;
    wake = next === undefined ? undefined : setTimeout(runDue, (next.dueMs - nowMs()) / speed);
  };
  const runDue = (): void => {
    try {
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        if (next.dueMs > nowMs()) break;
        queue.shift();
        next.run();
      }
    } finally {
      arm();
    }
  };
  return {
    nowMs,
    after: (delayMs, run) => {
      const entry = { dueMs: nowMs() + delayMs, run };
      const at = firstAfter(queue, entry.dueMs);
      queue.splice(at, 0, entry);
      if (at === 0) arm();
      return () => {
        // Taken out at once: what it would have run may hold on to much.
        const found = queue.indexOf(entry, firstDueAt(queue, entry.dueMs));
        if (found === -1) return;
        queue.splice(found, 1);
        if (found === 0) arm();
      };
    },
  };
}

/** Where an entry that is due then belongs: behind all that are due by then. */
function firstAfter(queue: readonly Entry[], dueMs: number): number {
  return bisect(queue, (entry) => entry.dueMs <= dueMs);
}

/** Where those that are due then begin. */
function firstDueAt(queue: readonly Entry[], dueMs: number): number {
  return bisect(queue, (entry) => entry.dueMs < dueMs);
}

/** The first for which it no longer holds. */
function bisect(queue: readonly Entry[], holds: (entry: Entry) => boolean): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(queue[middle]!)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
