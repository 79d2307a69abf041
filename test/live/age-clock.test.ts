import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ageClock } from '../../src/live/age-clock.ts';

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

it('makes nothing older than it is, wherever the wall clock is set', () => {
  const jumps = fc.array(fc.tuple(fc.nat(1e7), fc.integer({ min: -TEN_YEARS_MS, max: TEN_YEARS_MS })));
  fc.assert(
    fc.property(jumps, (course) => {
      let [trueMs, errorMs] = [1_795_332_252_000, 0];
      const now = ageClock(
        () => trueMs + errorMs,
        () => trueMs - 1e12,
      );
      for (const [passedMs, jumpMs] of course) {
        trueMs += passedMs;
        errorMs += jumpMs;
        expect(now()).toBe(Math.min(trueMs, trueMs + errorMs));
      }
    }),
  );
});
