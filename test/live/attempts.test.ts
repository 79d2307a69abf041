import { describe, expect, it } from 'vitest';
import { Attempts } from '../../src/live/attempts.ts';

const MINUTE_MS = 60_000;

/** Attempts over a clock that a test sets. */
function attempts() {
  let nowMs = 0;
  const tried = new Attempts(() => nowMs);
  return {
    tried,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('an attempt', () => {
  it('is worthwhile three times, and again after ten minutes', () => {
    const { tried, pass } = attempts();
    expect(tried.isWorthwhile('a', 'x')).toBe(true);
    expect([tried.failed('a', 'x'), tried.failed('a', 'x'), tried.isWorthwhile('a', 'x')]).toEqual([1, 2, true]);
    expect([tried.failed('a', 'x'), tried.isWorthwhile('a', 'x')]).toEqual([3, false]);
    pass(10 * MINUTE_MS - 1);
    expect(tried.isWorthwhile('a', 'x')).toBe(false);
    pass(1);
    expect(tried.isWorthwhile('a', 'x')).toBe(true);
    tried.failed('a', 'x');
    expect(tried.isWorthwhile('a', 'x')).toBe(false);
  });

  it('begins anew where something else is wanted', () => {
    const { tried } = attempts();
    for (let time = 0; time < 3; time += 1) tried.failed('a', 'x');
    expect([tried.isWorthwhile('a', 'y'), tried.isWorthwhile('a', ''), tried.isWorthwhile('b', 'x')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([tried.failed('a', 'y'), tried.isWorthwhile('a', 'x')]).toEqual([1, true]);
  });

  it('is forgotten by a reset', () => {
    const { tried } = attempts();
    for (let time = 0; time < 3; time += 1) tried.failed('a', 'x');
    tried.reset();
    expect([tried.isWorthwhile('a', 'x'), tried.failed('a', 'x')]).toEqual([true, 1]);
  });
});
