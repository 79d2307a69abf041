import { describe, expect, it } from 'vitest';

import { scaledTimers } from './scaled-timers.ts';

describe('scaledTimers', () => {
  it('runs things when they are due by its own clock, and in that order', async () => {
    const timers = scaledTimers(1000);
    const ran: number[] = [];
    const late = (due: number) => {
      const startedMs = timers.nowMs();
      return new Promise<number>((resolve) => {
        timers.after(due, () => {
          ran.push(due);
          resolve(timers.nowMs() - startedMs - due);
        });
      });
    };
    const delays = await Promise.all([3000, 1000, 2000, 1000.5, 0].map(late));
    expect(ran).toEqual([0, 1000, 1000.5, 2000, 3000]);
    expect(delays.every((delay) => delay >= 0)).toBe(true);
  });

  it('runs faster than the clock on the wall, and from 0', async () => {
    const timers = scaledTimers(1000);
    expect(timers.nowMs()).toBeLessThan(10_000);
    const startedMs = performance.now();
    await new Promise<void>((resolve) => {
      timers.after(30_000, resolve);
    });
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('cancels', async () => {
    const timers = scaledTimers(1000);
    const ran: string[] = [];
    const cancel = timers.after(500, () => ran.push('cancelled'));
    timers.after(600, () => ran.push('kept'));
    const cancelLater = timers.after(900, () => ran.push('cancelled later'));
    timers.after(700, cancelLater);
    cancel();
    await new Promise<void>((resolve) => {
      timers.after(1000, resolve);
    });
    expect(ran).toEqual(['kept']);
  });
});
