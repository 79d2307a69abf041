import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewayGroup, Tier } from '../../src/routing/gateway-group.ts';
import {
  configuredView,
  FULL_WEIGHT,
  type GroupView,
  healthView,
  type ViewNames,
  type WeightFactors,
} from '../../src/routing/health-view.ts';
import type { Lineup } from '../../src/routing/lineup.ts';
import { buildGroup, type GroupPlan } from '../support/build-snapshot.ts';

const OUT: WeightFactors = { ...FULL_WEIGHT, healthPerMille: 0 };
const TRIAL: WeightFactors = { ...OUT, isOnTrial: true };
const slow = (slowStartPerMille: number): WeightFactors => ({ ...FULL_WEIGHT, slowStartPerMille });

const asConfigured: ViewNames = { keyOf: (key) => key, before: () => undefined };

/** The view of a group in which these members are not as they should be. */
function viewOf(
  plan: GroupPlan | GatewayGroup,
  factors: Readonly<Record<string, WeightFactors>>,
  names = asConfigured,
): GroupView {
  const group = 'tiers' in plan ? plan : buildGroup(plan);
  return healthView(group.tiers, group, ({ name }) => factors[name] ?? FULL_WEIGHT, names);
}

/** Each tier as its members with their weights, heaviest first. */
const weightsOf = ({ tiers }: Pick<GroupView, 'tiers'>) =>
  tiers.map(({ lineup }) => Object.fromEntries(lineup.members.map(({ name, weight }) => [name, weight])));

const namesOf = (gateways: Tier['gateways']) => gateways.map(({ name }) => name);

describe('the view of a group', () => {
  it('is the configured one, the very same tiers, where nothing is held against anybody', () => {
    const group = buildGroup({ members: { a: 3, b: 1, c: { tier: 2 } } });
    const view = viewOf(group, {});
    expect(view).toEqual(configuredView(group.tiers));
    expect(view.tiers.every((tier, at) => tier === group.tiers[at])).toBe(true);
  });

  it('has not whom health leaves out, nor a tier of which nobody is left', () => {
    const members = { a: 3, b: 1, c: { tier: 2 }, d: { tier: 3 } };
    expect(weightsOf(viewOf({ members }, { b: OUT, c: OUT }))).toEqual([{ a: 1 }, { d: 1 }]);
  });

  it('keeps the other tiers as they are', () => {
    const group = buildGroup({ members: { a: 3, b: 1, c: { tier: 2 } } });
    expect(viewOf(group, { a: OUT }).tiers[1]).toBe(group.tiers[1]);
  });

  it('has weights times their factors, exactly where they fit', () => {
    const members = { a: 50, b: 30, c: 7 };
    expect(weightsOf(viewOf({ members }, { b: slow(300) }))).toEqual([{ a: 50, b: 9, c: 7 }]);
    expect(weightsOf(viewOf({ members }, { c: slow(100) }))).toEqual([{ a: 500, b: 300, c: 7 }]);
    // All of them alike: the shares are as before.
    expect(weightsOf(viewOf({ members }, { a: slow(500), b: slow(500), c: slow(500) }))).toEqual([members]);
  });

  const tenths = fc.integer({ min: 1, max: 10 }).map((step) => step * 100);
  const weighed = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), tenths), { minLength: 1, maxLength: 8 });

  it('has weights that are exact, or off by a millionth of the heaviest at most', () => {
    fc.assert(
      fc.property(weighed, (members) => {
        const [view] = weightsOf(
          viewOf(
            { members: Object.fromEntries(members.map(([weight], at) => [`m${at}`, weight])) },
            Object.fromEntries(members.map(([, perMille], at) => [`m${at}`, slow(perMille)])),
          ),
        );
        const wanted = members.map(([weight, perMille]) => weight * perMille);
        const [mostWanted, mostGiven] = [Math.max(...wanted), Math.max(...Object.values(view!))];
        const errors = wanted.map((weight, at) => Math.abs(view![`m${at}`]! / mostGiven - weight / mostWanted));
        expect(mostGiven).toBeLessThanOrEqual(1_000_000);
        expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6 + 1e-12);
      }),
    );
  });

  it('has weights in the very proportions where the reduced ones fit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000 }), tenths), { minLength: 1, maxLength: 8 }),
        (members) => {
          const [view] = weightsOf(
            viewOf(
              { members: Object.fromEntries(members.map(([weight], at) => [`m${at}`, weight])) },
              Object.fromEntries(members.map(([, perMille], at) => [`m${at}`, slow(perMille)])),
            ),
          );
          const [first] = members;
          for (const [at, [weight, perMille]] of members.entries()) {
            expect(view![`m${at}`]! * first![0] * first![1]).toBe(view!['m0']! * weight * perMille);
          }
        },
      ),
    );
  });
});

describe('a gateway on trial', () => {
  const members = { a: 2, b: 1, c: { tier: 2, weight: 5 }, d: { tier: 2, weight: 1 } };

  it('is called ahead of the lowest tier that works, and takes no turn in it', () => {
    const view = viewOf({ members }, { a: TRIAL });
    expect(weightsOf(view)).toEqual([{ b: 1 }, { c: 5, d: 1 }]);
    expect(namesOf(view.probes)).toEqual(['a']);
  });

  it('is called ahead too where its whole tier is out', () => {
    const view = viewOf({ members }, { a: TRIAL, b: OUT });
    expect(weightsOf(view)).toEqual([{ c: 5, d: 1 }]);
    expect(namesOf(view.probes)).toEqual(['a']);
  });

  it('takes part with a tenth of its weight in a tier that is reached only when others fail', () => {
    const view = viewOf({ members }, { c: TRIAL });
    expect(weightsOf(view)).toEqual([
      { a: 2, b: 1 },
      { c: 1, d: 2 },
    ]);
    expect(view.probes).toEqual([]);
  });

  it('is all there is where nobody else is left', () => {
    const view = viewOf({ members }, { a: TRIAL, b: OUT, c: OUT, d: TRIAL });
    expect(weightsOf(view)).toEqual([{ a: 1 }, { d: 1 }]);
    expect([view.probes, view.isDoubted]).toEqual([[], false]);
  });
});

describe('health that leaves nobody', () => {
  const members = { a: 2, b: 1, c: { tier: 2 } };
  const allOut = { a: OUT, b: OUT, c: OUT };

  it('is doubted: all count as up', () => {
    const group = buildGroup({ members });
    const view = viewOf(group, allOut);
    expect([view.isDoubted, view.probes]).toEqual([true, []]);
    expect(view.tiers).toEqual(group.tiers);
  });

  it('leaves nobody where the group would rather refuse', () => {
    expect(viewOf({ members, whenAllDown: 'refuse' }, allOut)).toEqual({ tiers: [], probes: [], isDoubted: false });
  });

  it('is not doubted while somebody is on trial, even where the group would refuse', () => {
    const view = viewOf({ members, whenAllDown: 'refuse' }, { ...allOut, b: TRIAL });
    expect([weightsOf(view), view.isDoubted]).toEqual([[{ b: 1 }], false]);
  });
});

describe('the line-ups of a view', () => {
  const group = buildGroup({ members: { a: 2, b: 1, c: { tier: 2 } } });

  it('have the keys that they are given, also where their members are the configured ones', () => {
    const view = viewOf(group, { a: OUT }, { ...asConfigured, keyOf: (key) => `${key}\nview fs2` });
    expect(view.tiers.map(({ lineup }) => lineup.key)).toEqual(['g/1\nview fs2', 'g/2\nview fs2']);
    expect(weightsOf(view)).toEqual([{ b: 1 }, { c: 1 }]);
  });

  it('are the same objects as before where they came out the same', () => {
    const kept = new Map<string, Lineup>();
    const names: ViewNames = { keyOf: (key) => key, before: (key) => kept.get(key) };
    const first = viewOf(group, { a: slow(500) }, names).tiers[0]!.lineup;
    kept.set(first.key, first);
    expect(viewOf(group, { a: slow(500) }, names).tiers[0]!.lineup).toBe(first);
    expect(viewOf(group, { a: slow(600) }, names).tiers[0]!.lineup).not.toBe(first);
  });
});
