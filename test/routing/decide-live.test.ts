import { describe, expect, it } from 'vitest';
import { type Decision, decide, type LiveView, nothingLearned } from '../../src/routing/decide.ts';
import { tiersOn } from '../../src/routing/gateway-group.ts';
import { FULL_WEIGHT, healthView, type WeightFactors } from '../../src/routing/health-view.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildCall, type CallPlan } from '../support/build-call.ts';
import { buildSnapshot, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

/** What is learned of whom; who is not named is up and empty. */
interface Learned {
  readonly down?: readonly string[];
  readonly trial?: readonly string[];
  readonly full?: readonly string[];
  /** On trial, and the call before has not been judged yet. */
  readonly probing?: readonly string[];
}

const OUT: WeightFactors = { ...FULL_WEIGHT, healthPerMille: 0 };

function liveView({ down = [], trial = [], full = [], probing = [] }: Learned, keeper = new TurnKeeper()): LiveView {
  return {
    ...nothingLearned(keeper),
    viewOf: (group, hostname) =>
      healthView(
        tiersOn(group, hostname),
        group,
        ({ name }) => (trial.includes(name) ? { ...OUT, isOnTrial: true } : down.includes(name) ? OUT : FULL_WEIGHT),
        { keyOf: (key) => key, before: () => undefined },
      ),
    isFull: ({ name }) => full.includes(name),
    mayProbe: (_group, _hostname, { name }) => !probing.includes(name),
  };
}

type Gateways = Readonly<Record<string, GatewayPlan>>;

const snapshotOf = (group: GroupPlan, gateways: Gateways = {}): Snapshot =>
  buildSnapshot({ groups: { g: group }, gateways, routes: [{}] });

/** Everybody here may be full. */
const limited = (...names: readonly string[]): Gateways =>
  Object.fromEntries(names.map((name) => [name, { maxCalls: 1 }]));

function decided(group: GroupPlan, learned: Learned, gateways: Gateways = {}, call: CallPlan = {}): Decision {
  return decide(snapshotOf(group, gateways), liveView(learned), buildCall(call));
}

/** The names of the plan; else why there is none. */
function namesOf(decision: Decision): string {
  if (decision.outcome === 'planned') return decision.legs.map(({ gateway }) => gateway.name).join(' ');
  return 'reason' in decision ? decision.reason : decision.outcome;
}

const members = { a: 3, b: 2, c: { tier: 2, weight: 2 }, d: { tier: 2 } };

describe.each(['weighted', 'ordered'] as const)('a gateway that is full, in a %s group', (strategy) => {
  const plan = (full: readonly string[], maxAttempts = 4) =>
    namesOf(decided({ members, strategy, maxAttempts }, { full }, limited('a', 'b', 'c', 'd')));

  it('is passed over for the next of its tier, then for the next tier', () => {
    expect(plan([])).toBe('a b c d');
    expect(plan(['a'])).toBe('b c d');
    expect(plan(['a', 'b'])).toBe('c d');
    expect(plan(['a', 'b', 'c'])).toBe('d');
    expect(plan(['a', 'c'], 2)).toBe('b d');
  });

  it('leaves none where all are', () => {
    expect(plan(['a', 'b', 'c', 'd'])).toBe('full');
  });

  it('takes part again, by its weight, as soon as it has room', () => {
    const snapshot = snapshotOf({ members: { a: 1, b: 1 }, strategy, maxAttempts: 1 }, limited('a'));
    const keeper = new TurnKeeper();
    const firsts = Array.from({ length: 40 }, (_, call) => {
      const decision = decide(snapshot, liveView({ full: call < 20 ? ['a'] : [] }, keeper), buildCall());
      if (decision.outcome === 'planned') keeper.commit(decision.turns);
      return namesOf(decision);
    });
    expect(new Set(firsts.slice(0, 20))).toEqual(new Set(['b']));
    expect(firsts.slice(20).filter((name) => name === 'a')).toHaveLength(strategy === 'ordered' ? 20 : 10);
  });
});

describe('the next tier', () => {
  const keysOf = (learned: Learned, call: CallPlan = {}) => {
    const plan = { members: { a: 1, b: { tier: 2 }, c: { tier: 2 } }, maxAttempts: 2 };
    const decision = decided(plan, learned, { a: { maxCalls: 1, proxy: '192.0.2.7' } }, call);
    return decision.outcome === 'planned' ? decision.turns.map(({ key }) => key) : [];
  };

  it('has turns of its own for calls that only overflow into it', () => {
    expect(keysOf({})).toEqual(['g/1', 'g/2\nlater']);
  });

  it('has the turns of calls that begin there where nobody before it can take them', () => {
    const begin = ['g/2', expect.stringMatching(/^g\/2\nwithout [bc]$/) as string];
    expect(keysOf({ full: ['a'] })).toEqual(begin);
    expect(keysOf({ down: ['a'] })).toEqual(begin);
    expect(keysOf({}, { networkAddress: '192.0.2.7' })).toEqual(begin);
  });
});

describe('where nothing is learned', () => {
  it('nobody is down, full or on trial', () => {
    const snapshot = snapshotOf({ members, strategy: 'ordered', maxAttempts: 4 }, limited('a', 'b', 'c', 'd'));
    const decision = decide(snapshot, nothingLearned(new TurnKeeper()), buildCall());
    expect([namesOf(decision), decision]).toMatchObject(['a b c d', { probe: undefined, isDoubted: false }]);
  });
});

describe('no gateway', () => {
  it('is called full where anybody would be there but for the limits, also on trial', () => {
    const all = limited('a', 'b', 'c', 'd');
    expect(namesOf(decided({ members }, { down: ['a', 'b'], full: ['c', 'd'] }, all))).toBe('full');
    expect(namesOf(decided({ members }, { trial: ['a', 'b', 'c', 'd'], full: ['a', 'b', 'c', 'd'] }, all))).toBe(
      'full',
    );
    expect(namesOf(decided({ members, whenAllDown: 'refuse' }, { down: ['a', 'b'], full: ['c', 'd'] }, all))).toBe(
      'full',
    );
  });

  it('is called full, not sent back, where the only one with room is where the call came from', () => {
    const gateways = { ...limited('a'), b: { proxy: '192.0.2.7' } };
    const plan = { members: { a: 1, b: 1 } };
    expect(namesOf(decided(plan, { full: ['a'] }, gateways, { networkAddress: '192.0.2.9' }))).toBe('b');
    // Another one could take it, and will again: a call that went in circles would not make it any emptier.
    expect(namesOf(decided(plan, { full: ['a'] }, gateways, { networkAddress: '192.0.2.7' }))).toBe('full');
    expect(namesOf(decided(plan, { down: ['a'] }, gateways, { networkAddress: '192.0.2.7' }))).toBe('b');
  });

  it('is called down where health leaves nobody and the group would rather refuse', () => {
    const down = ['a', 'b', 'c', 'd'];
    expect(namesOf(decided({ members, whenAllDown: 'refuse' }, { down }))).toBe('down');
    expect(namesOf(decided({ members, whenAllDown: 'refuse' }, { down, full: down }, limited(...down)))).toBe('down');
  });

  it('is a plan as if all were up, which says so, where the group would rather try', () => {
    const decision = decided({ members, maxAttempts: 4, strategy: 'ordered' }, { down: ['a', 'b', 'c', 'd'] });
    expect(decision).toMatchObject({ outcome: 'planned', isDoubted: true });
    expect(namesOf(decision)).toBe('a b c d');
    expect(decided({ members }, { down: ['a', 'b', 'c'] })).toMatchObject({ isDoubted: false });
  });

  it('is called not configured where the inventory gives the switch none, whatever was learned', () => {
    const elsewhere = { a: { switches: ['fs2'] }, b: { state: 'disabled' as const } };
    const plan = { members: { a: 1, b: 1 }, whenAllDown: 'refuse' as const };
    expect(namesOf(decided(plan, { down: ['a', 'b'], full: ['a', 'b'] }, elsewhere))).toBe('not_configured');
  });

  it('is called so by the number where nobody’s rules leave anything to dial, full or not', () => {
    const gateways = { a: { stripDigits: 3 }, b: { stripDigits: 3, maxCalls: 1 } };
    expect(namesOf(decided({ members: { a: 1, b: 1 } }, { full: ['b'] }, gateways, { number: '100' }))).toBe(
      'after_rules',
    );
  });
});

describe('a gateway on trial', () => {
  const trial = { trial: ['a'] };

  it('is called first, and all who would have been called without it come after it', () => {
    const decision = decided({ members, maxAttempts: 3, strategy: 'ordered' }, trial);
    expect(namesOf(decision)).toBe('a b c d');
    expect(decision).toMatchObject({ probe: { name: 'a' } });
    expect(namesOf(decided({ members, maxAttempts: 1, strategy: 'ordered' }, trial))).toBe('a b');
  });

  it('is the only try where no cause is continued on', () => {
    const causes = { NETWORK_OUT_OF_ORDER: 'stop', NORMAL_TEMPORARY_FAILURE: 'stop' } as const;
    expect(namesOf(decided({ members, strategy: 'ordered', causes }, trial))).toBe('a');
  });

  it('takes nobody’s turn: the next call goes where this one would have gone', () => {
    const snapshot = snapshotOf({ members: { a: 1, b: 2, c: 1, d: 1 } });
    const keeper = new TurnKeeper();
    const next = (learned: Learned) => {
      const decision = decide(snapshot, liveView(learned, keeper), buildCall());
      if (decision.outcome !== 'planned') throw new Error(decision.outcome);
      keeper.commit(decision.turns);
      return { names: namesOf(decision), turns: decision.turns.length };
    };
    for (let call = 0; call < 20; call += 1) {
      const before = keeper.describe();
      const probing = next(trial);
      expect([probing.turns, keeper.describe()]).toEqual([0, before]);
      const { names, turns } = next({ ...trial, probing: ['a'] });
      expect(turns).toBe(3);
      expect(probing.names).toBe(`a ${names}`);
    }
  });

  it('gets no second call before the first is judged', () => {
    const decision = decided({ members, strategy: 'ordered' }, { ...trial, probing: ['a'] });
    expect(namesOf(decision)).toBe('b c d');
    expect(decision).toMatchObject({ probe: undefined });
  });

  it('lets another one on trial go first instead', () => {
    expect(namesOf(decided({ members, strategy: 'ordered' }, { trial: ['a', 'b'], probing: ['a'] }))).toBe('b c d');
    expect(namesOf(decided({ members, strategy: 'ordered' }, { trial: ['a', 'b'] }))).toBe('a c d');
  });

  it('gets no call that came from its address, that it has no room for, or that it cannot dial', () => {
    const group = { members, strategy: 'ordered' as const };
    const back = { a: { proxy: '192.0.2.7' } };
    expect(namesOf(decided(group, trial, back, { networkAddress: '192.0.2.8' }))).toBe('a b c d');
    expect(namesOf(decided(group, trial, back, { networkAddress: '192.0.2.7' }))).toBe('b c d');
    expect(namesOf(decided(group, { ...trial, full: ['a'] }, limited('a')))).toBe('b c d');
    expect(namesOf(decided(group, trial, { a: { stripDigits: 3 } }, { number: '100' }))).toBe('b c d');
  });

  it('is asked for the number that its own rules make', () => {
    const decision = decided({ members }, trial, { a: { addPrefix: '9' } }, { number: '100' });
    expect(decision).toMatchObject({
      legs: [{ number: '9100' }, { number: '100' }, { number: '100' }, { number: '100' }],
    });
  });

  it('is not called ahead where mod_distributor makes the first choice', () => {
    const decision = decided({ members: { a: 1, b: 1, c: 1 }, chooser: 'mod_distributor' }, trial);
    expect(decision).toMatchObject({ probe: undefined, distributor: { exceptions: ['a'] } });
    expect(namesOf(decision)).not.toContain('a');
  });
});

describe('mod_distributor’s list', () => {
  const exceptionsOf = (learned: Learned, gateways: Gateways = {}, call: CallPlan = {}) => {
    const plan = { members: { a: 3, b: 2, c: 1, d: { tier: 2 } }, chooser: 'mod_distributor' as const };
    const decision = decided(plan, learned, gateways, call);
    return decision.outcome === 'planned' ? decision.distributor?.exceptions : decision.outcome;
  };

  it('has as exceptions whom health leaves out, and where the call came from', () => {
    expect(exceptionsOf({})).toEqual([]);
    expect(exceptionsOf({ down: ['b'] })).toEqual(['b']);
    expect(exceptionsOf({ down: ['c'] }, { b: { proxy: '192.0.2.7' } }, { networkAddress: '192.0.2.7' })).toEqual([
      'b',
      'c',
    ]);
  });

  it('is not asked where nobody of it is left', () => {
    expect(exceptionsOf({ down: ['a', 'b', 'c'] })).toBeUndefined();
  });

  it('is asked without exceptions where health is doubted', () => {
    expect(exceptionsOf({ down: ['a', 'b', 'c', 'd'] })).toEqual([]);
  });
});
