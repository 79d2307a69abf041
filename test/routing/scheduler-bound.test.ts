import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineupMember, MEMBERS_LIMIT, WEIGHT_LIMIT } from '../../src/routing/lineup.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { LagLedger } from '../support/lag-ledger.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { takeTurns } from '../support/take-turns.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

/** What was out of bounds in this many calls, by a count of its own. */
function violations(weights: readonly number[], calls: number, excluded: ReadonlySet<number> = new Set()) {
  const lineup = numberedLineup(weights);
  const entitled = lineup.members.map(({ weight }: LineupMember, at) => (excluded.has(at) ? 0 : weight));
  const ledger = new LagLedger(entitled);
  for (const member of takeTurns(new Scheduler(lineup, excluded), calls)) ledger.serve(member);
  return ledger.violations();
}

describe('with constant weights every lag stays strictly between -1 and +1 at every call', () => {
  it('for any weights', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_500 }), (weights, calls) => {
        expect(violations(weights, calls)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('over several cycles of any small weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }), (weights) => {
        const cycle = weights.reduce((sum, weight) => sum + weight, 0);
        expect(violations(weights, 3 * cycle)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('for those that remain where some are left out, relative to their own weights', () => {
    fc.assert(
      fc.property(
        groupWeights({ min: 2, max: 40 }),
        fc.array(fc.nat({ max: 39 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 1_000 }),
        (weights, left, calls) => {
          const excluded = new Set(left.map((at) => at % weights.length).slice(0, weights.length - 1));
          expect(violations(weights, calls, excluded)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  const spread = (size: number, weightOf: (at: number) => number) =>
    Array.from({ length: size }, (_, at) => weightOf(at));
  it.each([
    ['1,000 that range over all powers of ten', spread(1_000, (at) => Math.ceil(10 ** (((at * 7) % 61) / 10)))],
    ['1,000 equals and one giant', [WEIGHT_LIMIT, ...spread(999, () => 1)]],
    ['10,000 of the largest weight', spread(MEMBERS_LIMIT, () => WEIGHT_LIMIT)],
    ['10,000 that all differ and hardly divide each other', spread(MEMBERS_LIMIT, (at) => 999_983 - 97 * at)],
    ['10,000 of which one is light', [1, ...spread(MEMBERS_LIMIT - 1, () => WEIGHT_LIMIT)]],
    ['10,000 of which one is heavy', [WEIGHT_LIMIT, ...spread(MEMBERS_LIMIT - 1, (at) => 1 + (at % 3))]],
  ])('for %s', (_, weights) => {
    expect(violations(weights, 30_000)).toEqual([]);
  });

  it('for hundreds of thousands of calls', () => {
    expect(violations([1_000_000, 999_983, 65_537, 4_099, 257, 17, 3, 1], 300_000)).toEqual([]);
  });
});
