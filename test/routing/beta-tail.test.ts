import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaTail } from '../../src/routing/beta-tail.ts';

/** For whole a and b: fewer than a successes in a + b - 1 trials, summed up term by term. */
function byBinomialSum(limit: number, a: number, b: number): number {
  const trials = a + b - 1;
  let term = (1 - limit) ** trials;
  let sum = 0;
  for (let successes = 0; successes < a; successes += 1) {
    sum += term;
    term *= ((trials - successes) / (successes + 1)) * (limit / (1 - limit));
  }
  return sum;
}

const limits = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const counts = fc.double({ min: 0.05, max: 200, noNaN: true });

describe('the tail of a Beta distribution', () => {
  it('is the sum of the binomial terms where both parameters are whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), limits, (a, b, limit) => {
        expect(betaTail(limit, a, b)).toBeCloseTo(byBinomialSum(limit, a, b), 8);
      }),
    );
  });

  it.each([
    [0.5, 3, 3, 0.5],
    [0.3, 1, 1, 0.7],
    [0.1, 1, 4, 0.9 ** 4],
    [0.1, 4, 1, 1 - 0.1 ** 4],
    [0.25, 0.5, 0.5, 1 - (2 / Math.PI) * Math.asin(0.5)],
    [0.9, 0.5, 0.5, 1 - (2 / Math.PI) * Math.asin(Math.sqrt(0.9))],
  ])('beyond %d of Beta(%d, %d) is %d', (limit, a, b, expected) => {
    expect(betaTail(limit, a, b)).toBeCloseTo(expected, 8);
  });

  it('is what the other side of the mirrored distribution leaves', () => {
    fc.assert(
      fc.property(limits, counts, counts, (limit, a, b) => {
        expect(betaTail(limit, a, b) + betaTail(1 - limit, b, a)).toBeCloseTo(1, 8);
      }),
    );
  });

  it('is a probability, and never grows with the limit', () => {
    fc.assert(
      fc.property(limits, limits, counts, counts, (one, other, a, b) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const [more, less] = [betaTail(low, a, b), betaTail(high, a, b)];
        expect(more).toBeGreaterThanOrEqual(less - 1e-9);
        for (const probability of [more, less]) {
          expect(probability).toBeGreaterThanOrEqual(-1e-9);
          expect(probability).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  it('grows with a and shrinks with b', () => {
    fc.assert(
      fc.property(limits, counts, counts, fc.double({ min: 0.1, max: 20, noNaN: true }), (limit, a, b, more) => {
        expect(betaTail(limit, a + more, b)).toBeGreaterThanOrEqual(betaTail(limit, a, b) - 1e-9);
        expect(betaTail(limit, a, b + more)).toBeLessThanOrEqual(betaTail(limit, a, b) + 1e-9);
      }),
    );
  });

  it('is all of it beyond 0 or less, and nothing beyond 1 or more', () => {
    expect([-1, 0, 1, 2].map((limit) => betaTail(limit, 2, 3))).toEqual([1, 1, 0, 0]);
  });
});
