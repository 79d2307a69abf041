import { describe, expect, it } from 'vitest';
import { type Decision, decide, nothingLearned } from '../../src/routing/decide.ts';
import { buildCall, type CallPlan } from '../support/build-call.ts';
import { buildSnapshot, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

function decided(
  group: GroupPlan,
  gateways: Readonly<Record<string, GatewayPlan>> = {},
  call: CallPlan = {},
  route = {},
): Decision {
  const groups = { g: { ...group, chooser: 'mod_distributor' as const } };
  const snapshot = buildSnapshot({ groups, gateways, routes: [route] });
  return decide(snapshot, nothingLearned(new TurnKeeper()), buildCall(call));
}

/** The distributor's leg and the names of ours after it. */
function planned(decision: Decision) {
  if (decision.outcome !== 'planned') throw new Error(decision.outcome);
  return { distributor: decision.distributor, legs: decision.legs.map(({ gateway }) => gateway.name) };
}

describe('where mod_distributor chooses', () => {
  it('it is asked for a gateway of the list, and named legs follow, all of them max_attempts together', () => {
    const members = { a: 3, b: 2, c: 1, d: 1 };
    for (const maxAttempts of [2, 3, 4]) {
      const { distributor, legs } = planned(decided({ members, maxAttempts }, {}, { number: '100' }));
      expect(distributor).toMatchObject({ list: 'g', profiles: ['external'], exceptions: [], number: '100' });
      expect(legs).toHaveLength(maxAttempts - 1);
      // Whichever leg FreeSWITCH has chosen already is replaced by the spare one.
      const named = [...legs, distributor?.spare];
      expect(new Set(named).size).toBe(maxAttempts);
      expect(Object.keys(members)).toEqual(expect.arrayContaining(named));
    }
  });

  it('all members have a place where max_attempts would allow more', () => {
    const { distributor, legs } = planned(decided({ members: { a: 1, b: { tier: 2 } }, maxAttempts: 5 }));
    expect([...legs, distributor?.spare]).toEqual(['a', 'b']);
  });

  it('one named leg backs its -err where max_attempts is 1, or nobody else is there', () => {
    for (const group of [{ members: { a: 1, b: 1 }, maxAttempts: 1 }, { members: { a: 1 } }]) {
      const { distributor, legs } = planned(decided(group));
      expect(distributor).toMatchObject({ list: 'g', spare: undefined });
      expect(legs).toEqual(['a']);
    }
  });

  it('one named leg backs its -err where no cause is continued on', () => {
    const causes = { NETWORK_OUT_OF_ORDER: 'stop', NORMAL_TEMPORARY_FAILURE: 'stop' } as const;
    const { legs } = planned(decided({ members: { a: 1, b: 1 }, causes }));
    expect(legs).toHaveLength(1);
  });

  it('it is told the profiles of the lowest usable tier, each once, sorted', () => {
    const gateways = {
      a: { profile: 'wan' },
      b: { profile: 'lan' },
      c: { profile: 'wan' },
      d: { profile: 'off', state: 'drain' as const },
      e: { profile: 'next' },
    };
    const members = { a: 1, b: 1, c: 1, d: 1, e: { tier: 2 } };
    expect(planned(decided({ members }, gateways)).distributor?.profiles).toEqual(['lan', 'wan']);
  });

  it('the number is ruled once for all, and not at all where dial_number is set', () => {
    const rules = { stripDigits: 1, addPrefix: '9' };
    const gateways = { a: rules, b: rules };
    const members = { a: 1, b: 1 };
    const call = { number: '100' };
    expect(planned(decided({ members }, gateways, call)).distributor?.number).toBe('900');
    expect(planned(decided({ members }, gateways, call, { dialNumber: '7' })).distributor?.number).toBe('7');
  });

  it('a number that cannot be dialled is refused, and so is a call that has no gateway', () => {
    const gateways = { a: { stripDigits: 3 } };
    const members = { a: 1 };
    expect(decided({ members }, gateways, { number: '100' })).toMatchObject({ reason: 'after_rules' });
    expect(decided({ members, maxAttempts: 1 }, gateways, { number: '100' })).toMatchObject({ reason: 'after_rules' });
    expect(decided({ members }, {}, { number: 'x' })).toMatchObject({ reason: 'charset' });
    expect(decided({ members }, { a: { state: 'drain' } })).toMatchObject({ outcome: 'no_gateway' });
  });

  it('it is not asked where its list could only send the call back to where it came from', () => {
    const gateways = { back: { proxy: '192.0.2.7' } };
    const members = { back: 1, b: { tier: 2 } };
    const { distributor, legs } = planned(decided({ members }, gateways, { networkAddress: '192.0.2.7' }));
    expect(legs).toEqual(['b']);
    expect(distributor).toBeUndefined();
  });

  it('it must not name the gateway that the call came from, unless that is the only one', () => {
    const networkAddress = '192.0.2.7';
    const gateways = { back: { proxy: networkAddress }, back2: { proxy: '192.0.2.7:5080' } };
    const some = planned(decided({ members: { back: 1, b: 1, c: 1 } }, gateways, { networkAddress }));
    expect(some.distributor?.exceptions).toEqual(['back']);
    expect([...some.legs, some.distributor?.spare].sort()).toEqual(['b', 'c']);
    const all = planned(decided({ members: { back: 1, back2: 1 } }, gateways, { networkAddress }));
    expect(all.distributor?.exceptions).toEqual([]);
    const elsewhere = planned(decided({ members: { back: 1, b: 1 } }, gateways));
    expect(elsewhere.distributor?.exceptions).toEqual([]);
  });
});
