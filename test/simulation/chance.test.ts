import { describe, expect, it } from 'vitest';

import { chance, exponential } from '../../src/simulation/chance.ts';

const draws = Array.from({ length: 20_000 }, (_, at) => chance(1, 'fails', 'gw1', at));

describe('chance', () => {
  it('is spread evenly, and depends on what it is drawn for', () => {
    for (const limit of [0.01, 0.1, 0.5, 0.9]) {
      expect(draws.filter((draw) => draw < limit).length / draws.length).toBeCloseTo(limit, 1.7);
    }
    expect(new Set(draws).size).toBeGreaterThan(19_900);
    for (const draw of draws) expect(draw >= 0 && draw < 1).toBe(true);
    const values = [
      chance(1, 'a', 'b'),
      chance(1, 'ab'),
      chance(2, 'a', 'b'),
      chance(1, 'b', 'a'),
      chance(1, 'a', 'b', 0),
    ];
    expect(new Set(values).size).toBe(5);
    expect(chance(1, 'a', 'b')).toBe(values[0]);
  });

  it('makes lengths of the mean that is wanted', () => {
    const lengths = draws.map((draw) => exponential(180, draw));
    const mean = lengths.reduce((sum, it) => sum + it, 0) / lengths.length;
    expect(mean).toBeGreaterThan(170);
    expect(mean).toBeLessThan(190);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
  });
});
