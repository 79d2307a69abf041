import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../src/live/rate-window.ts';

describe('a rate window', () => {
  it('counts what happened within the last second, and nothing that is a second old', () => {
    const window = new RateWindow();
    for (const atMs of [0, 0, 500]) window.add(atMs);
    expect([0, 999, 1_000, 1_499, 1_500].map((nowMs) => window.count(nowMs))).toEqual([3, 3, 1, 1, 0]);
  });

  it('counts as one would by looking at every moment', () => {
    const steps = fc.array(
      fc.record({
        afterMs: fc.oneof(fc.nat(3), fc.nat(1_500)),
        isAdded: fc.boolean(),
        times: fc.integer({ min: 1, max: 40 }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const window = new RateWindow();
        const all: number[] = [];
        let nowMs = 0;
        for (const { afterMs, isAdded, times } of sequence) {
          nowMs += afterMs;
          for (let time = 0; isAdded && time < times; time += 1) {
            window.add(nowMs);
            all.push(nowMs);
          }
          expect(window.count(nowMs)).toBe(all.filter((atMs) => atMs > nowMs - 1_000).length);
        }
      }),
    );
  });

  it('forgets what is over when something happens, whether or not anybody asks', () => {
    const window = new RateWindow();
    window.add(0);
    window.add(1_000);
    // Asked about the past, it would know of both if it had kept them.
    expect(window.count(999)).toBe(1);
  });

  it('goes on counting over very many moments', () => {
    const window = new RateWindow();
    for (let atMs = 0; atMs < 20_000; atMs += 1) {
      window.add(atMs);
      expect(window.count(atMs)).toBe(Math.min(atMs + 1, 1_000));
    }
  });
});
