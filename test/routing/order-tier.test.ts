import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/routing/gateway-group.ts';
import { orderTier } from '../../src/routing/order-tier.ts';
import { buildGroup, buildTier } from '../support/build-snapshot.ts';
import { LagLedger } from '../support/lag-ledger.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const nobody: ReadonlySet<number> = new Set();

const tierOf = (weights: readonly number[]): Tier =>
  buildTier(Object.fromEntries(weights.map((weight, at) => [`m${at}`, weight])));

/** Orders the tier for this many calls, one after the other, and takes the turns of each. */
function orders(
  tier: Tier,
  calls: number,
  { unusable = nobody, limit = 3, keeper = new TurnKeeper() } = {},
): readonly (readonly number[])[] {
  return Array.from({ length: calls }, () => {
    const { positions, turns } = orderTier({ tier, unusable, full: nobody, isFirst: true, limit }, keeper);
    keeper.commit(turns);
    return positions;
  });
}

/** What is out of bounds among those that come after these, whoever is in front; one text for each. */
function unfairPlaces(tier: Tier, plans: readonly (readonly number[])[], place: number, unusable = nobody) {
  const ledgers = new Map<string, LagLedger>();
  for (const plan of plans) {
    const before = plan.slice(0, place).sort((a, b) => a - b);
    const out = new Set([...before, ...unusable]);
    const ledger =
      ledgers.get(before.join()) ??
      new LagLedger(tier.lineup.members.map(({ weight }, at) => (out.has(at) ? 0 : weight)));
    ledgers.set(before.join(), ledger);
    ledger.serve(plan[place] ?? -1);
  }
  return [...ledgers].flatMap(([before, ledger]) => ledger.violations().map((text) => `after ${before}: ${text}`));
}

/** A tier, who of it cannot be used, and how many calls to look at. */
const situations = fc
  .tuple(groupWeights({ min: 4, max: 12 }), fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), fc.nat({ max: 400 }))
  .map(([weights, left, calls]) => {
    const unusable = new Set(left.filter((at) => at < weights.length - 3).slice(0, weights.length - 3));
    return { tier: tierOf(weights), unusable, calls };
  });

describe('the order of a tier', () => {
  it('names each gateway once, none that is unusable, and as many as the limit allows', () => {
    fc.assert(
      fc.property(
        groupWeights({ min: 1, max: 12 }),
        fc.array(fc.nat({ max: 11 })),
        fc.nat({ max: 14 }),
        (w, left, limit) => {
          const unusable = new Set(left.filter((at) => at < w.length));
          for (const plan of orders(tierOf(w), 40, { unusable, limit })) {
            expect(new Set(plan).size).toBe(plan.length);
            expect(plan).toHaveLength(Math.min(limit, w.length - unusable.size));
            expect(plan.every((at) => at >= 0 && at < w.length && !unusable.has(at))).toBe(true);
          }
        },
      ),
    );
  });

  it('shares first places by weight', () => {
    fc.assert(
      fc.property(situations, ({ tier, unusable, calls }) => {
        expect(unfairPlaces(tier, orders(tier, calls, { unusable }), 0, unusable)).toEqual([]);
      }),
    );
  });

  it('shares the second places behind each first choice by the weights of the others', () => {
    fc.assert(
      fc.property(situations, ({ tier, unusable, calls }) => {
        expect(unfairPlaces(tier, orders(tier, calls, { unusable }), 1, unusable)).toEqual([]);
      }),
    );
  });

  it('shares the third places behind each pair by the weights of the others', () => {
    fc.assert(
      fc.property(situations, ({ tier, unusable, calls }) => {
        expect(unfairPlaces(tier, orders(tier, calls, { unusable }), 2, unusable)).toEqual([]);
      }),
    );
  });

  it('spreads the calls of a gateway that is dead over all others as their weights say', () => {
    const tier = tierOf([4, 3, 2, 1]);
    const seconds = orders(tier, 6_000)
      .filter(([first]) => first === 0)
      .map(([, second]) => second);
    const count = (position: number) => seconds.filter((at) => at === position).length;
    expect([count(1), count(2), count(3)]).toEqual([1_200, 800, 400]);
  });

  it('goes on through the line-up after the third place, round its end', () => {
    const tier = tierOf([1, 1, 1, 1, 1, 1]);
    for (const plan of orders(tier, 60, { limit: 6 })) {
      const third = plan[2]!;
      const rest = [1, 2, 3, 4, 5].map((step) => (third + step) % 6).filter((at) => !plan.slice(0, 3).includes(at));
      expect(plan.slice(3)).toEqual(rest);
    }
  });

  it('is the same again until the turns are taken, and changes nothing itself', () => {
    fc.assert(
      fc.property(situations, ({ tier, unusable, calls }) => {
        const keeper = new TurnKeeper();
        orders(tier, calls % 50, { unusable, keeper });
        const before = keeper.describe();
        const [first, second] = [0, 1].map(
          () => orderTier({ tier, unusable, full: nobody, isFirst: true, limit: 3 }, keeper).positions,
        );
        expect(first).toEqual(second);
        expect(keeper.describe()).toBe(before);
      }),
    );
  });

  it('is dealt apart for calls that only overflow into the tier, and for calls that cannot use all of it', () => {
    const tier = tierOf([5, 3, 2]);
    const undisturbed = orders(tier, 50);
    const keeper = new TurnKeeper();
    const disturbed = Array.from({ length: 50 }, () => {
      keeper.commit(orderTier({ tier, unusable: nobody, full: nobody, isFirst: false, limit: 3 }, keeper).turns);
      keeper.commit(orderTier({ tier, unusable: new Set([1]), full: nobody, isFirst: true, limit: 3 }, keeper).turns);
      return orders(tier, 1, { keeper })[0];
    });
    expect(disturbed).toEqual(undisturbed);
  });

  it('carries lags over when weights change, for all three places', () => {
    const keeper = new TurnKeeper();
    orders(tierOf([5, 3, 2, 2]), 57, { keeper });
    const changed = tierOf([1, 3, 2, 9]);
    const lagsBefore = orderTier(
      { tier: changed, unusable: nobody, full: nobody, isFirst: true, limit: 3 },
      keeper,
    ).turns.map(({ scheduler }) => [...scheduler.lags()]);
    expect(lagsBefore.every((lags) => lags.some((lag) => lag !== 0))).toBe(true);
    const plans = orders(changed, 1_500, { keeper });
    for (const place of [0, 1, 2]) {
      const behind = new Map<string, number[]>();
      for (const plan of plans) {
        const before = plan.slice(0, place).sort().join();
        behind.set(before, [...(behind.get(before) ?? []), plan[place]!]);
      }
      for (const [before, given] of behind) {
        const out = new Set(before === '' ? [] : before.split(',').map(Number));
        const others = changed.lineup.members.map(({ weight }, at) => (out.has(at) ? 0 : weight));
        const total = others.reduce((sum, weight) => sum + weight, 0);
        for (const [member, weight] of others.entries()) {
          // Lags are below 1 at the change and at the end.
          const off = (given.length * weight) / total - given.filter((at) => at === member).length;
          expect(Math.abs(off), `place ${place} after ${before}`).toBeLessThan(2);
        }
      }
    }
  });
});

describe('the keys of schedulers', () => {
  const hostnames = ['h', 'h later', 'h except a', 'h without a', 'h later without a', 'h@h', 'h/2'];

  it('never meet, whatever the switches are called', () => {
    // Every switch sees other members, so what one of them is dealt must not depend on another's turns.
    const bound = Object.fromEntries(hostnames.map((hostname, at) => [`only${at}`, { switches: [hostname] }]));
    const members = Object.fromEntries(['a', 'b', 'c', ...Object.keys(bound)].map((name) => [name, 1]));
    const group = buildGroup({ members }, bound);
    const seen = new Map<string, string>();
    for (const [hostname, tiers] of [...group.tiersBySwitch, ['', group.tiers] as const]) {
      for (const [unusable, isFirst] of [
        [nobody, true],
        [nobody, false],
        [new Set([0]), true],
        [new Set([1]), false],
      ] as const) {
        const { turns } = orderTier({ tier: tiers[0]!, unusable, full: nobody, isFirst, limit: 3 }, new TurnKeeper());
        for (const { key } of turns) {
          expect(seen.get(key) ?? hostname, key).toBe(hostname);
          seen.set(key, hostname);
        }
      }
    }
  });

  it('differ by tier, overflow, who is left out and who is before, and do not by the order of those before', () => {
    const group = buildGroup({ members: { a: 1, b: 1, c: 1, d: 1, e: { tier: 2 }, f: { tier: 2 } } });
    const keys = group.tiers.flatMap((tier) =>
      [true, false].flatMap((isFirst) =>
        [nobody, new Set([0]), new Set([1])].flatMap((unusable) =>
          orderTier({ tier, unusable, full: nobody, isFirst, limit: 3 }, new TurnKeeper()).turns.map(({ key }) => key),
        ),
      ),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const keeper = new TurnKeeper();
    const thirds = new Set<string>();
    for (let call = 0; call < 500; call += 1) {
      const { turns } = orderTier(
        { tier: group.tiers[0]!, unusable: nobody, full: nobody, isFirst: true, limit: 3 },
        keeper,
      );
      keeper.commit(turns);
      thirds.add(turns[2]!.key);
    }
    // Of four members there are six pairs.
    expect(thirds.size).toBeLessThanOrEqual(6);
  });

  it('stay short however many members a call cannot use, since a caller has the choice of them', () => {
    const tier = tierOf(Array.from({ length: 1_000 }, () => 1));
    const unusable = new Set(Array.from({ length: 900 }, (_, at) => at));
    const { turns } = orderTier({ tier, unusable, full: nobody, isFirst: true, limit: 3 }, new TurnKeeper());
    for (const { key } of turns) expect(key.length).toBeLessThan(1_000);
  });
});
