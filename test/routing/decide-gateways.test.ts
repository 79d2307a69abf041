import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, nothingLearned } from '../../src/routing/decide.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildCall, type CallPlan } from '../support/build-call.ts';
import { buildSnapshot, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';
import { deepFreeze } from '../support/deep-freeze.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

const snapshotOf = (group: GroupPlan, gateways: Readonly<Record<string, GatewayPlan>> = {}): Snapshot =>
  buildSnapshot({ groups: { g: group }, gateways, routes: [{}] });

const legsOf = (decision: Decision): string =>
  decision.outcome === 'planned' ? decision.legs.map(({ gateway }) => gateway.name).join(' ') : decision.outcome;

/** The plans of this many calls, one after the other, each as names. */
function plans(snapshot: Snapshot, calls: number, call: CallPlan = {}): readonly string[] {
  const keeper = new TurnKeeper();
  return Array.from({ length: calls }, () => {
    const decision = decide(snapshot, nothingLearned(keeper), buildCall(call));
    if (decision.outcome === 'planned') keeper.commit(decision.turns);
    return legsOf(decision);
  });
}

/** Every gateway that some plan names, and every one that some plan begins with. */
const named = (lines: readonly string[]) => [...new Set(lines.flatMap((line) => line.split(' ')))].sort().join(' ');
const first = (lines: readonly string[]) => named(lines.map((line) => line.split(' ')[0]!));

describe('the plan of a weighted group', () => {
  it('has at most max_attempts gateways, each once', () => {
    for (const maxAttempts of [1, 2, 3, 5, 9]) {
      for (const plan of plans(snapshotOf({ members: { a: 3, b: 2, c: 2, d: 1, e: 1 }, maxAttempts }), 50)) {
        const names = plan.split(' ');
        expect(names).toHaveLength(Math.min(maxAttempts, 5));
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it('has every usable member of a tier before any of the next', () => {
    const members = { a: 1, b: 1, c: { tier: 2, weight: 9 }, d: { tier: 2 }, e: { tier: 7 } };
    const tiers: Record<string, number> = { a: 1, b: 1, c: 2, d: 2, e: 7 };
    for (const [maxAttempts, expected] of [
      [5, [1, 1, 2, 2, 7]],
      [3, [1, 1, 2]],
      [1, [1]],
    ] as const) {
      for (const plan of plans(snapshotOf({ members, maxAttempts }), 50)) {
        expect(plan.split(' ').map((name) => tiers[name])).toEqual(expected);
      }
    }
  });

  it('shares what overflows into the next tier by weight, apart from calls that begin there', () => {
    const members = { back: 1, b: { tier: 2, weight: 2 }, c: { tier: 2, weight: 2 } };
    const snapshot = snapshotOf({ members, maxAttempts: 2 }, { back: { proxy: '192.0.2.7' } });
    const keeper = new TurnKeeper();
    const pairs = Array.from({ length: 4 }, () =>
      [{}, { networkAddress: '192.0.2.7' }].map((call) => {
        const decision = decide(snapshot, nothingLearned(keeper), buildCall(call));
        if (decision.outcome === 'planned') keeper.commit(decision.turns);
        return legsOf(decision);
      }),
    );
    const [overflowing, beginning] = [0, 1].map((which) => pairs.map((pair) => pair[which]));
    expect(overflowing).toEqual(['back b', 'back c', 'back b', 'back c']);
    expect(beginning).toEqual(['b c', 'c b', 'b c', 'c b']);
  });

  it('has one gateway where no cause is continued on, for the others would never be tried', () => {
    const causes = { NETWORK_OUT_OF_ORDER: 'stop', NORMAL_TEMPORARY_FAILURE: 'stop' } as const;
    expect(new Set(plans(snapshotOf({ members: { a: 1, b: 1 }, causes }), 10))).toEqual(new Set(['a', 'b']));
    expect(plans(snapshotOf({ members: { a: 2, b: 1 }, causes, strategy: 'ordered' }), 3)).toEqual(['a', 'a', 'a']);
  });
});

describe('the plan of an ordered group', () => {
  it('goes by tier, then weight, heaviest first, then name, always the same', () => {
    const members = { b: 2, x: { tier: 3 }, a: 2, z: 5, y: { tier: 2, weight: 9 }, C: 2 };
    const snapshot = snapshotOf({ members, strategy: 'ordered', maxAttempts: 9 });
    expect(new Set(plans(snapshot, 20))).toEqual(new Set(['z C a b y x']));
  });

  it('takes no turns', () => {
    const snapshot = snapshotOf({ members: { a: 1, b: 1 }, strategy: 'ordered' });
    expect(decide(snapshot, nothingLearned(new TurnKeeper()), buildCall())).toMatchObject({ turns: [] });
  });
});

describe('no candidate', () => {
  it.each([
    ['of weight 0 here', { members: { a: 1, b: 0 } }, {}],
    ['drained', { members: { a: 1, b: 9 } }, { b: { state: 'drain' } }],
    ['disabled', { members: { a: 1, b: 9 } }, { b: { state: 'disabled' } }],
    ['on another switch', { members: { a: 1, b: 9 } }, { b: { switches: ['fs2'] } }],
  ] as const)('is a gateway %s', (_, group, gateways) => {
    expect(new Set(plans(snapshotOf(group, gateways), 20))).toEqual(new Set(['a']));
    expect(new Set(plans(snapshotOf({ ...group, strategy: 'ordered' }, gateways), 20))).toEqual(new Set(['a']));
  });

  it('keeps a tier from being passed by', () => {
    const snapshot = snapshotOf({ members: { a: { tier: 1, weight: 0 }, b: { tier: 2 } } });
    expect(plans(snapshot, 3)).toEqual(['b', 'b', 'b']);
  });

  it('is a gateway on a switch that it is not bound to; unknown switches see those that are bound to none', () => {
    const gateways = { here: { switches: ['fs1'] }, both: { switches: ['fs1', 'fs2'] } };
    const snapshot = snapshotOf({ members: { here: 1, both: 1, everywhere: 1 } }, gateways);
    expect(named(plans(snapshot, 20, { hostname: 'fs1' }))).toBe('both everywhere here');
    expect(named(plans(snapshot, 20, { hostname: 'fs2' }))).toBe('both everywhere');
    expect(named(plans(snapshot, 20, { hostname: 'unknown' }))).toBe('everywhere');
    expect(named(plans(snapshot, 20, { hostname: '' }))).toBe('everywhere');
  });

  it('is left on a switch that has none of the gateways', () => {
    const snapshot = snapshotOf({ members: { a: 1 } }, { a: { switches: ['fs1'] } });
    expect(plans(snapshot, 1, { hostname: 'fs2' })).toEqual(['no_gateway']);
  });
});

describe('the gateway that a call came from', () => {
  const networkAddress = '192.0.2.7';
  const gateways = { back: { proxy: '192.0.2.7:5060' }, back2: { proxy: '192.0.2.7;transport=tcp' } };

  for (const strategy of ['weighted', 'ordered'] as const) {
    it(`is passed over while another is usable (${strategy})`, () => {
      const snapshot = snapshotOf({ members: { back: 9, b: 1, c: 1 }, strategy }, gateways);
      expect(named(plans(snapshot, 30, { networkAddress }))).toBe('b c');
      expect(first(plans(snapshot, 30, { networkAddress: '192.0.2.8' }))).toContain('back');
    });

    it(`is passed over while another is usable in any later tier (${strategy})`, () => {
      const members = { back: 1, back2: { tier: 2 }, c: { tier: 3 } };
      expect(new Set(plans(snapshotOf({ members, strategy }, gateways), 9, { networkAddress }))).toEqual(
        new Set(['c']),
      );
    });

    it(`is used when it is the only one (${strategy})`, () => {
      const snapshot = snapshotOf({ members: { back: 1, b: 0, back2: { tier: 2 } }, strategy }, gateways);
      expect(new Set(plans(snapshot, 9, { networkAddress }))).toEqual(new Set(['back back2']));
    });

    it(`is used when no other could dial the number (${strategy})`, () => {
      const others = { ...gateways, b: { stripDigits: 10 } };
      const snapshot = snapshotOf({ members: { back: 1, b: 1 }, strategy }, others);
      expect(new Set(plans(snapshot, 9, { networkAddress }))).toEqual(new Set(['back']));
    });
  }

  it('is known by a literal proxy address only', () => {
    const snapshot = snapshotOf({ members: { a: 1 } }, { a: { proxy: 'sbc.example' } });
    expect(plans(snapshot, 3, { networkAddress: '' })).toEqual(['a', 'a', 'a']);
  });

  it('does not disturb the shares of calls from elsewhere', () => {
    const snapshot = snapshotOf({ members: { back: 2, b: 2, c: 1 } }, gateways);
    const keeper = new TurnKeeper();
    const undisturbed = plans(snapshot, 30);
    const mixed = Array.from({ length: 30 }, () => {
      const [fromBack, fromElsewhere] = [{ networkAddress }, {}].map((call) => {
        const decision = decide(snapshot, nothingLearned(keeper), buildCall(call));
        if (decision.outcome === 'planned') keeper.commit(decision.turns);
        return legsOf(decision);
      });
      expect(fromBack).not.toContain('back');
      return fromElsewhere;
    });
    expect(mixed).toEqual(undisturbed);
  });
});

describe('deciding', () => {
  it('changes neither the snapshot nor what is live, and decides the same again', () => {
    const strategies = fc.constantFrom('weighted' as const, 'ordered' as const);
    const weights = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        weights,
        weights,
        strategies,
        fc.nat({ max: 30 }),
        fc.boolean(),
        (one, two, strategy, calls, isBack) => {
          const members = Object.fromEntries([
            ...one.map((weight, at) => [`a${at}`, { weight }] as const),
            ...two.map((weight, at) => [`b${at}`, { weight, tier: 2 }] as const),
          ]);
          const snapshot = deepFreeze(snapshotOf({ members, strategy }, { a0: { proxy: '192.0.2.7' } }));
          const keeper = new TurnKeeper();
          const call = deepFreeze(buildCall(isBack ? { networkAddress: '192.0.2.7' } : {}));
          for (let before = 0; before < calls; before += 1) {
            const decision = decide(snapshot, nothingLearned(keeper), call);
            if (decision.outcome === 'planned') keeper.commit(decision.turns);
          }
          const state = keeper.describe();
          const decisions = [0, 1].map(() => decide(snapshot, nothingLearned(keeper), call));
          expect(keeper.describe()).toBe(state);
          expect(legsOf(decisions[0]!)).toBe(legsOf(decisions[1]!));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('goes on where it was after a snapshot in which the group did not change', () => {
    const plan = { groups: { g: { members: { a: 5, b: 3, c: 2 } }, h: { members: { x: 1 } } }, routes: [{}] };
    const keeper = new TurnKeeper();
    const run = (snapshot: Snapshot, calls: number) =>
      Array.from({ length: calls }, () => {
        const decision = decide(snapshot, nothingLearned(keeper), buildCall());
        if (decision.outcome === 'planned') keeper.commit(decision.turns);
        return legsOf(decision);
      });
    const first = buildSnapshot(plan);
    const expected = plans(first, 40);
    const second = buildSnapshot({ ...plan, groups: { ...plan.groups, h: { members: { x: 1, y: 1 } } } }, first);
    expect([...run(first, 13), ...run(second, 27)]).toEqual(expected);
  });
});
