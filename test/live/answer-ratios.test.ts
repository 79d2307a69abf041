import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerRatios } from '../../src/live/answer-ratios.ts';
import { parseName } from '../../src/routing/name.ts';

const [a, b] = [parseName('a')!, parseName('b')!];
const MINUTE_MS = 60_000;

function ratioAfter(...legs: readonly (readonly [isAnswered: boolean, atMs: number])[]): number {
  const ratios = new AnswerRatios();
  for (const [isAnswered, atMs] of legs) ratios.note(a, isAnswered, atMs);
  return ratios.ratios[0]![1];
}

const many = (times: number, isAnswered: boolean) => Array.from({ length: times }, () => [isAnswered, 0] as const);

describe('the share of legs that were answered', () => {
  it('is kept for each gateway that had legs', () => {
    const ratios = new AnswerRatios();
    expect(ratios.ratios).toEqual([]);
    ratios.note(a, true, 0);
    ratios.note(b, false, 0);
    expect(ratios.ratios).toEqual([
      [a, 1],
      [b, 0],
    ]);
    ratios.keepOnly((name) => name === b);
    expect(ratios.ratios).toEqual([[b, 0]]);
  });

  it('has what a hundred legs, or a quarter of an hour, are past at half its weight', () => {
    // All before count 1 / (1 - 2^(-1/100)) legs at most, those since as much as they are short of it.
    expect(ratioAfter(...many(5_000, true), ...many(100, false))).toBeCloseTo(0.5, 2);
    expect(ratioAfter([true, 0], [false, 15 * MINUTE_MS])).toBeCloseTo(1 / 3, 2);
    expect(ratioAfter([true, 0], [false, 0])).toBeCloseTo(1 / 2, 2);
  });

  it('fades nothing where the clock goes back', () => {
    expect(ratioAfter([true, MINUTE_MS], [false, 0])).toBe(ratioAfter([true, 0], [false, 0]));
  });

  it('is a ratio, and rises only with an answer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(MINUTE_MS)), { minLength: 2, maxLength: 80 }), (legs) => {
        const [before, after] = [ratioAfter(...legs.slice(0, -1)), ratioAfter(...legs)];
        expect(after).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(1);
        if (legs.at(-1)![0]) expect(after).toBeGreaterThanOrEqual(before - 1e-12);
        else expect(after).toBeLessThanOrEqual(before + 1e-12);
      }),
    );
  });
});
