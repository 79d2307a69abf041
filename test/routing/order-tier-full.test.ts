import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/routing/gateway-group.ts';
import { orderTier } from '../../src/routing/order-tier.ts';
import { buildTier } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const nobody: ReadonlySet<number> = new Set();

const tierOf = (weights: readonly number[]): Tier =>
  buildTier(Object.fromEntries(weights.map((weight, at) => [`m${at}`, weight])));

/** Orders the tier once and takes its turns. */
function order(tier: Tier, full: ReadonlySet<number>, keeper: TurnKeeper, unusable = nobody, limit = 3) {
  const { positions, turns } = orderTier({ tier, unusable, full, isFirst: true, limit }, keeper);
  keeper.commit(turns);
  return positions;
}

/**
 * How many calls each member's first places are off what was due to it: at each call its share among those that were
 * not full then.
 */
function errorsOver(tier: Tier, patterns: Iterable<ReadonlySet<number>>): readonly number[] {
  const keeper = new TurnKeeper();
  const errors = tier.gateways.map(() => 0);
  for (const full of patterns) {
    const [first] = order(tier, full, keeper);
    const free = tier.lineup.members.map(({ weight }, at) => (full.has(at) ? 0 : weight));
    const total = free.reduce((sum, weight) => sum + weight, 0);
    for (const [at, weight] of free.entries()) errors[at]! += weight / total - (at === first ? 1 : 0);
  }
  return errors;
}

/** A tier, and for each call who of it is full; somebody is always free. */
const storms = groupWeights({ min: 2, max: 8 }).chain((weights) =>
  fc.record({
    tier: fc.constant(tierOf(weights)),
    phases: fc.array(
      fc.record({
        full: fc.subarray([...weights.keys()], { maxLength: weights.length - 1 }).map((out) => new Set(out)),
        calls: fc.integer({ min: 1, max: 30 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  }),
);

describe('the order of a tier in which some are full', () => {
  it('names everybody else, each once, and nobody who is full', () => {
    fc.assert(
      fc.property(storms, fc.nat(10), ({ tier, phases }, limit) => {
        const keeper = new TurnKeeper();
        for (const { full } of phases) {
          const positions = order(tier, full, keeper, nobody, limit);
          expect(new Set(positions).size).toBe(positions.length);
          expect(positions).toHaveLength(Math.min(limit, tier.gateways.length - full.size));
          expect(positions.filter((at) => full.has(at))).toEqual([]);
        }
      }),
    );
  });

  it('names nobody who is unusable or full, also where both are said of somebody', () => {
    const tier = tierOf([4, 3, 2, 1]);
    const keeper = new TurnKeeper();
    for (let call = 0; call < 20; call += 1) {
      expect(order(tier, new Set([1, 2]), keeper, new Set([0, 1])).toSorted()).toEqual([3]);
    }
  });

  it('is empty where everybody is full', () => {
    const tier = tierOf([3, 1]);
    expect(
      orderTier({ tier, unusable: nobody, full: new Set([0, 1]), isFirst: true, limit: 3 }, new TurnKeeper()),
    ).toEqual({ positions: [], turns: [] });
  });

  it('shares first places by the weights of those who are free, however often that changes', () => {
    fc.assert(
      fc.property(storms, ({ tier, phases }) => {
        const repeated = Array.from({ length: 30 }, () => phases).flat();
        const errors = errorsOver(
          tier,
          repeated.flatMap(({ full, calls }) => Array<ReadonlySet<number>>(calls).fill(full)),
        );
        // Less than one call while nothing changes; what changes take away is owed, and comes back.
        expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4);
      }),
      { numRuns: 100 },
    );
  });

  it('shares them within one call where one member is full at every other call', () => {
    const patterns = Array.from({ length: 3_000 }, (_, call) => (call % 2 === 0 ? nobody : new Set([0])));
    expect(Math.max(...errorsOver(tierOf([5, 3, 2]), patterns).map(Math.abs))).toBeLessThan(2);
  });

  it('gives nobody a burst who was full for long', () => {
    const tier = tierOf([1, 1, 1, 1]);
    const keeper = new TurnKeeper();
    for (let call = 0; call < 400; call += 1) order(tier, new Set([0]), keeper);
    const firsts = Array.from({ length: 40 }, () => order(tier, nobody, keeper)[0]);
    expect([0, 1, 2, 3].map((at) => firsts.filter((first) => first === at).length)).toEqual([10, 10, 10, 10]);
  });

  it('uses the same turns whether somebody is full or not, up to 512 members; beyond turns of their own', () => {
    const keysOf = (size: number, full: ReadonlySet<number>) =>
      orderTier(
        { tier: tierOf(Array<number>(size).fill(1)), unusable: nobody, full, isFirst: true, limit: 1 },
        new TurnKeeper(),
      ).turns.map(({ key }) => key);
    expect(keysOf(512, new Set([7]))).toEqual(keysOf(512, nobody));
    expect(keysOf(513, new Set([7]))).not.toEqual(keysOf(513, nobody));
    expect(keysOf(513, new Set([7]))).not.toEqual(keysOf(513, new Set([8])));
  });

  it('shares a large tier evenly among those who are free', () => {
    const tier = tierOf(Array<number>(600).fill(1));
    const keeper = new TurnKeeper();
    const full = new Set(Array.from({ length: 100 }, (_, at) => at * 3));
    const firsts = Array.from({ length: 1_000 }, () => order(tier, full, keeper)[0]!);
    const counts = new Map<number, number>();
    for (const first of firsts) counts.set(first, (counts.get(first) ?? 0) + 1);
    expect(counts.size).toBe(500);
    expect([...new Set(counts.values())]).toEqual([2]);
    expect(firsts.filter((at) => full.has(at))).toEqual([]);
  });
});
