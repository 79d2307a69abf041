import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Snapshot } from '../../src/routing/snapshot.ts';
import type { LoggedDecision } from '../../src/simulation/logged-decision.ts';
import { replay } from '../../src/simulation/replay.ts';
import type { TimedCall } from '../../src/simulation/simulate.ts';
import type { SimulatedCall } from '../../src/simulation/simulated-call.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';
import { simulatedCall } from './simulated-calls.ts';

const TODAY: SnapshotPlan = {
  groups: { g: { members: { a: 2, b: 1, c: { tier: 2 } } }, other: { members: { d: 1 } } },
  routes: [{ name: 'all' }, { name: 'german', destinationPrefix: '49', groupName: 'other' }],
};

const replayed = (today: Snapshot, proposal: Snapshot | undefined, calls: readonly TimedCall[]) =>
  replay({ today, proposal, calls, seed: 1, callSeconds: 60, onCall: () => undefined });

const timed = (parts: Partial<SimulatedCall> = {}, logged?: LoggedDecision): TimedCall => ({
  call: simulatedCall({ switch: '', number: '5', ...parts }),
  atMs: 0,
  logged,
});

/** What makes one call go elsewhere with a proposal. */
async function elsewhereOf(proposal: SnapshotPlan, parts: Partial<SimulatedCall> = {}, today = TODAY) {
  const { reasons, elsewhere, refused } = await replayed(buildSnapshot(today), buildSnapshot(proposal), [timed(parts)]);
  expect(elsewhere).toBe(reasons.length);
  return { refused, ...reasons[0] };
}

const groupsWith = (
  members: NonNullable<SnapshotPlan['groups']>[string],
  rest: Partial<SnapshotPlan> = {},
): SnapshotPlan => ({
  ...TODAY,
  groups: { ...TODAY.groups, g: members },
  ...rest,
});

describe('with a proposal', () => {
  it('no call goes elsewhere where only weights or turns differ', async () => {
    const property = fc.asyncProperty(
      groupWeights({ min: 2, max: 6 }),
      groupWeights({ min: 6, max: 6 }),
      async (weights, others) => {
        const plan = (given: readonly number[]): SnapshotPlan => ({
          groups: { g: { members: Object.fromEntries(weights.map((_, at) => [`gw${at}`, given[at]!])) } },
          routes: [{}],
        });
        const calls = Array.from({ length: 20 }, () => timed());
        const result = await replayed(buildSnapshot(plan(weights)), buildSnapshot(plan(others)), calls);
        expect(result).toMatchObject({
          compared: 'today with proposal',
          calls: 20,
          elsewhere: 0,
          refused: 0,
          reasons: [],
        });
        expect(result.shares.proposal?.planned).toBe(20);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it.each<[string, SnapshotPlan, Partial<SimulatedCall>, object]>([
    [
      'a member less',
      groupsWith({ members: { a: 2, c: { tier: 2 } } }),
      {},
      { kind: 'gateways', why: 'b is out: it is no member of the group' },
    ],
    [
      'a member more',
      groupsWith({ members: { a: 2, b: 1, e: 1, c: { tier: 2 } }, maxAttempts: 4 }),
      {},
      { kind: 'gateways', why: 'e is new in tier 1' },
    ],
    [
      'another tier',
      groupsWith({ members: { a: 2, b: { tier: 2 }, c: { tier: 2 } } }),
      {},
      { why: 'b goes from tier 1 to 2' },
    ],
    [
      'a drained gateway',
      { ...TODAY, gateways: { a: { state: 'drain' } } },
      {},
      { why: "a is out: its state is 'drain': no new calls" },
    ],
    [
      'another strategy',
      groupsWith({ members: { a: 2, b: 1, c: { tier: 2 } }, strategy: 'ordered' }),
      {},
      { kind: 'gateways', why: expect.stringContaining('strategy') as string },
    ],
    [
      'rules of a gateway',
      { ...TODAY, gateways: { b: { addPrefix: '00' } } },
      {},
      { kind: 'number', why: 'another number is dialled through b (strip_digits or add_prefix)' },
    ],
    [
      'rules of a route',
      { ...TODAY, routes: [{ name: 'all', addPrefix: '9' }] },
      {},
      { kind: 'number', why: expect.stringContaining("route 'all' makes another number") as string },
    ],
    [
      'another group',
      { ...TODAY, routes: [{ name: 'all', groupName: 'other' }] },
      {},
      { kind: 'group', why: "route 'all' leads to group 'other', not 'g'" },
    ],
    [
      'another prefix',
      { ...TODAY, routes: [{ name: 'all' }, { name: 'german', destinationPrefix: '+49', groupName: 'other' }] },
      { number: '4930' },
      { kind: 'route', why: "route 'all' takes it; the destination_prefix of route 'german' does not fit" },
    ],
    [
      'a route before',
      { ...TODAY, routes: [{ name: 'all' }, { name: 'new', position: 1, groupName: 'g' }] },
      {},
      { kind: 'route', why: "route 'new' takes it; it goes before route 'all'" },
    ],
    [
      'a route that is gone',
      { ...TODAY, routes: [{ name: 'german', destinationPrefix: '49', groupName: 'other' }] },
      {},
      { kind: 'refused', refused: 1, why: "no route matches; there is no route 'all' any more" },
    ],
    [
      'another context',
      { ...TODAY, routes: [{ name: 'all', context: 'public' }] },
      {},
      { kind: 'refused', why: "no route matches; route 'all' is for context 'public' now" },
    ],
    [
      'nobody left',
      { ...TODAY, gateways: { d: { state: 'disabled' } } },
      { number: '4930' },
      { kind: 'refused', refused: 1, why: "group 'other' has nobody left for it; d: its state is 'disabled'" },
    ],
    [
      'letters',
      { ...TODAY, routes: [{ name: 'all', destinationCharset: 'user' }] },
      { number: 'bob' },
      { kind: 'accepted', refused: 0, why: "route 'all' has a gateway for it" },
    ],
  ])('says why: %s', async (_what, proposal, parts, expected) => {
    expect(await elsewhereOf(proposal, parts)).toMatchObject({ calls: 1, ...expected });
  });

  it('is not moved by a tier that the tries never come to, or by rules that a dial_number overrides', async () => {
    const short = groupsWith({ members: { a: 1, b: 1, c: { tier: 2 } }, maxAttempts: 2 });
    expect(
      await elsewhereOf(groupsWith({ members: { a: 1, b: 1, e: { tier: 2 } }, maxAttempts: 2 }), {}, short),
    ).toEqual({ refused: 0 });
    const fixed = { ...TODAY, routes: [{ name: 'all', dialNumber: '110' }] };
    expect(await elsewhereOf({ ...fixed, gateways: { a: { stripDigits: 1 } } }, {}, fixed)).toEqual({ refused: 0 });
  });

  it('groups calls by reason, most first, and lists them', async () => {
    const proposal = buildSnapshot({ ...TODAY, gateways: { d: { state: 'drain' }, a: { state: 'drain' } } });
    const calls = ['1', '2', '491', '3'].map((number) => timed({ number }));
    const result = await replayed(buildSnapshot(TODAY), proposal, calls);
    expect(result).toMatchObject({ calls: 4, elsewhere: 4, refused: 1 });
    expect(result.reasons.map(({ kind, calls: count, example }) => [kind, count, example])).toEqual([
      ['gateways', 3, '1'],
      ['refused', 1, '491'],
    ]);
    expect(result.listed.map(({ number, at }) => [number, at])).toEqual(
      ['1', '2', '491', '3'].map((number) => [number, null]),
    );
  });
});

const LOGGED: LoggedDecision = {
  ...{
    atMs: 0,
    switch: '',
    context: 'default',
    number: '5',
    caller: '',
    source: '',
    headers: new Map(),
    isMasked: false,
  },
  ...{ outcome: 'planned', reason: '', route: 'all', group: 'g', numberAfterRoute: '5' },
  plan: [{ attempt: 1, gateway: 'b', number: '5' }],
};

describe('without a proposal', () => {
  it.each<[string, Partial<LoggedDecision>, object]>([
    ['nothing, for a plan that could be made today', {}, { elsewhere: 0, ofTheMoment: 0 }],
    [
      'nothing, for a call that was refused for its moment',
      { outcome: 'no_gateway', reason: 'full', plan: [] },
      { elsewhere: 0, ofTheMoment: 1 },
    ],
    [
      'a gateway that is gone',
      { plan: [{ attempt: 1, gateway: 'z', number: '5' }] },
      { reasons: [{ kind: 'gateways', why: 'z is out: it is no member of the group' }] },
    ],
    [
      'another route',
      { route: 'old', group: 'g' },
      { reasons: [{ kind: 'route', why: "route 'all' takes it; there is no route 'old' any more" }] },
    ],
    ['another group', { group: 'x' }, { reasons: [{ kind: 'group' }] }],
    ['another number', { numberAfterRoute: '95' }, { reasons: [{ kind: 'number' }] }],
    [
      'a call that is planned now',
      { outcome: 'no_route', route: '', group: '', plan: [] },
      { reasons: [{ kind: 'accepted', why: "route 'all' takes it; none did before" }] },
    ],
  ])('compares the log with today: %s', async (_what, parts, expected) => {
    const result = await replayed(buildSnapshot(TODAY), undefined, [timed({}, { ...LOGGED, ...parts })]);
    expect(result).toMatchObject({ compared: 'log with today', refused: 0, ...expected });
  });

  it('compares of masked numbers only what is left of them', async () => {
    const today = buildSnapshot({ ...TODAY, routes: [{ name: 'all', addPrefix: '00' }] });
    const masked = { ...LOGGED, number: '5000', isMasked: true, numberAfterRoute: '005xxx' };
    const found = async (logged: LoggedDecision) =>
      (await replayed(today, undefined, [timed({ number: '5000' }, logged)])).reasons;
    expect(await found(masked)).toEqual([]);
    expect(await found({ ...masked, numberAfterRoute: 'xxxxxx' })).toEqual([]);
    expect(await found({ ...masked, numberAfterRoute: '015xxx' })).toMatchObject([{ kind: 'number' }]);
    expect(await found({ ...masked, numberAfterRoute: '5xxx' })).toMatchObject([{ kind: 'number' }]);
    expect(await found({ ...masked, isMasked: false })).toMatchObject([{ kind: 'number' }]);
  });

  it('counts what is refused now and was not then, and the shares of then', async () => {
    const today = buildSnapshot({ ...TODAY, gateways: { d: { state: 'disabled' } } });
    const logged: LoggedDecision = {
      ...LOGGED,
      route: 'german',
      group: 'other',
      plan: [{ attempt: 1, gateway: 'd', number: '49' }],
    };
    const later = { ...LOGGED, plan: [{ attempt: 2, gateway: 'a', number: '5' }] };
    const result = await replayed(today, undefined, [
      timed({ number: '49' }, logged),
      timed({}, LOGGED),
      timed({}, later),
    ]);
    expect(result).toMatchObject({ elsewhere: 1, refused: 1, then: { g: { b: 1 }, other: { d: 1 } } });
    expect(result.listed).toMatchObject([{ kind: 'refused', at: '1970-01-01T00:00:00.000Z' }]);
  });

  it('says beside a proposal how many go elsewhere already', async () => {
    const today = buildSnapshot(TODAY);
    const result = await replayed(today, buildSnapshot(TODAY), [
      timed({}, { ...LOGGED, group: 'x' }),
      timed({}, LOGGED),
    ]);
    expect(result).toMatchObject({ elsewhere: 0, sinceTheLog: 1 });
  });
});
