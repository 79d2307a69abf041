import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { localFiles } from '../../src/export/local-files.ts';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { dialledText } from '../../src/routing/dial-number.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildCall } from '../support/build-call.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';
import { LocalSwitch } from '../support/local-switch.ts';

const CAUSES = { NORMAL_TEMPORARY_FAILURE: 'next', NO_USER_RESPONSE: 'next', USER_BUSY: 'stop' } as const;

const fails = (): string => 'NORMAL_TEMPORARY_FAILURE';

const character = fc.constantFrom(...Array.from('0123456789*#+ab._-@ $\n'));
const number = fc.oneof(
  fc.string({ unit: character, maxLength: 8 }),
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('0', '1', '4', '9'), minLength: 1, maxLength: 6 }) },
  fc.string({ unit: fc.constantFrom('4', '9'), minLength: 55, maxLength: 66 }),
  fc.string({ unit: fc.constantFrom('4', '9'), minLength: 1, maxLength: 64 }).map((it) => `+${it}`),
  fc.constantFrom('1004\n', '', '+', '49,sofia/gateway/x/1', '${system(id)}', 'é49', '490|1', '49@host'),
);
const someRules = fc.record({
  stripDigits: fc.constantFrom(0, 1, 2, 5, 64),
  addPrefix: fc.constantFrom('', '00', '+', '+49', '9'.repeat(60)),
});
const rules = fc.oneof({ weight: 3, arbitrary: fc.constant({ stripDigits: 0, addPrefix: '' }) }, someRules);
const pattern = fc.constantFrom(
  null,
  null,
  null,
  null,
  '^49',
  '9$',
  '^\\+?(4)(9*)',
  '[^1]',
  '(?i)A',
  '^\\d{3,}$',
  '4\\s',
  '^(?:1|4.)',
);
const route = fc.record({
  position: fc.constantFrom(1, 1, 2),
  destinationPrefix: fc.constantFrom(null, null, null, '4', '49', '+', '+49', '1'),
  destinationPattern: pattern,
  callerPattern: fc.constantFrom(null, null, null, null, '^1', '5$'),
  sourceNetwork: fc.constantFrom(
    null,
    null,
    null,
    null,
    '192.0.2.0/24',
    '2001:db8::/32',
    '0.0.0.0/0',
    '192.0.2.128/26',
  ),
  header: fc.constantFrom(null, null, null, null, 'acme|x', '^$'),
  groupName: fc.constantFrom('g', 'h'),
  dialNumber: fc.constantFrom(null, null, null, '112'),
  destinationCharset: fc.constantFrom('digits', 'user'),
  rules,
});
const inventory = fc.record({
  routes: fc.array(route, { minLength: 1, maxLength: 4 }),
  gateways: fc.array(rules, { minLength: 4, maxLength: 4 }),
  isOneRule: fc.boolean(),
  strategy: fc.constantFrom('weighted' as const, 'ordered' as const),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  tiers: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
});
const call = fc.record({
  number,
  caller: fc.constantFrom('', '15', '5', '6', 'x'.repeat(300)),
  networkAddress: fc.constantFrom('', '192.0.2.7', '192.0.2.130', '::ffff:192.0.2.7', '2001:db8::1', '198.51.100.1'),
  header: fc.constantFrom('', 'acme', 'other'),
});

type InventoryPlan = typeof inventory extends fc.Arbitrary<infer T> ? T : never;
type CallPlan = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** What the schema or `check` would refuse is left out. */
function planOf({ routes, gateways, isOneRule, strategy, maxAttempts, tiers }: InventoryPlan): SnapshotPlan {
  const names = ['a', 'b', 'c', 'd'];
  const columns = names.map((name, at) => [name, gateways[isOneRule ? 0 : at]!] as const);
  const member = (at: number) => ({ tier: tiers[at]!, weight: at + 1 });
  return {
    gateways: Object.fromEntries(columns),
    groups: {
      g: { members: { a: member(0), b: member(1), c: member(2) }, strategy, maxAttempts },
      h: { members: { d: member(3), c: member(1) }, strategy: 'weighted' },
    },
    routes: routes.map(({ header, rules: own, ...rest }, at) => ({
      name: `r${at + 1}`,
      headerName: header === null ? null : 'X-Account',
      headerPattern: header,
      ...own,
      ...rest,
      dialNumber: rest.dialNumber ?? (rest.destinationPattern?.startsWith('^\\+?(4)') === true ? '7$1$2' : null),
    })),
  };
}

describe('an exported dialplan', () => {
  it('does with a call what a decision would, whatever the inventory and the call', () => {
    let planned = 0;
    fc.assert(
      fc.property(inventory, fc.array(call, { minLength: 1, maxLength: 8 }), (plan, calls) => {
        let snapshot: Snapshot;
        try {
          snapshot = buildSnapshot({ failoverCauses: CAUSES, ...planOf(plan) });
        } catch {
          // Refused: `check` says why.
          return;
        }
        const { files, notExpressed } = localFiles(snapshot, '');
        expect(notExpressed).toEqual([]);
        const local = new LocalSwitch(files);
        local.dial = fails;
        for (const it of calls) planned += agrees(snapshot, local, it) ? 1 : 0;
      }),
      { numRuns: 200 },
    );
    expect(planned).toBeGreaterThan(50);
  });
});

/** @returns whether the call was planned */
function agrees(snapshot: Snapshot, local: LocalSwitch, { header, ...it }: CallPlan): boolean {
  // A caller profile holds no variables (contract 6.4), and an empty header is not told of (1.3).
  const asked = { context: 'default', ...it, number: it.number.replaceAll('${', '%{') };
  const run = local.call({ ...asked, headers: header === '' ? {} : { 'X-Account': header } });
  const headers = header === '' ? {} : { 'x-account': header };
  const decision = decide(snapshot, nothingLearned(new Map()), buildCall({ ...asked, headers }));
  if (/[^\x20-\x7e]/.test(asked.number)) {
    // Patterns are matched with plain text alone: it may be another route that refuses it.
    expect(run.tried).toEqual([]);
    return false;
  }
  if (decision.outcome === 'no_route') {
    expect(run.outcome).toBe('no_extension');
    return false;
  }
  const isRefused = isDeepStrictEqual(run.outcome, { respond: 484 });
  expect(run.extension).toBe(`trunkhunt ${decision.route.label}${isRefused ? ' (refused)' : ''}`);
  if (decision.outcome === 'rejected_number') {
    // Where each gateway's own rules refuse it, the switch finds nobody left to call.
    expect([{ respond: 484 }, { respond: 503 }]).toContainEqual(run.outcome);
    expect(run.tried).toEqual([]);
    return false;
  }
  if (decision.outcome === 'no_gateway') {
    expect(run.outcome).toEqual({ respond: 503 });
    return false;
  }
  const { group } = decision.route;
  const tierOf = (name: string): number => group.members.find(({ gateway }) => gateway.name === name)!.tier;
  const names = run.tried.map(({ gateway }) => gateway);
  expect(new Set(names).size).toBe(names.length);
  // As many of each tier as planned, and the tiers in their order.
  expect(names.map(tierOf)).toEqual(decision.legs.map(({ gateway }) => tierOf(gateway.name)));
  const numbers = new Map(
    decision.legs.map(({ gateway, number: dialled }) => [String(gateway.name), dialledText(dialled)]),
  );
  for (const { gateway, number: dialled } of run.tried) {
    if (numbers.has(gateway)) expect(dialled).toBe(numbers.get(gateway));
  }
  if (group.strategy === 'ordered') expect(names).toEqual([...numbers.keys()]);
  return true;
}

/** Calls one after the other; of each, who was tried, as one text. */
function callsOver(local: LocalSwitch, count: number): readonly string[] {
  return Array.from({ length: count }, () =>
    local
      .call({ context: 'default', number: '1004' })
      .tried.map(({ gateway }) => gateway)
      .join(' '),
  );
}

function countOf(texts: readonly string[], wanted: string): number {
  return texts.filter((it) => it === wanted).length;
}

const switchOf = (plan: SnapshotPlan): LocalSwitch =>
  new LocalSwitch(localFiles(buildSnapshot({ failoverCauses: CAUSES, routes: [{}], ...plan }), '').files);

describe('shares on a switch that is on its own', () => {
  const weights = { a: 5, b: 3, c: 2 };

  it('are those of the weights, exactly, and nobody bursts', () => {
    const first = callsOver(switchOf({ groups: { g: { members: weights } } }), 100);
    expect(['a', 'b', 'c'].map((it) => countOf(first, it))).toEqual([50, 30, 20]);
    expect(first.slice(0, 10)).toEqual(first.slice(10, 20));
    expect(first.join('')).not.toContain('aaa');
  });

  it('hold among the others while one fails', () => {
    const local = switchOf({ groups: { g: { members: weights } } });
    local.dial = (gateway) => (gateway === 'a' ? 'NORMAL_TEMPORARY_FAILURE' : 'answer');
    const answered = callsOver(local, 500).map((it) => it.split(' ').at(-1));
    expect(answered.filter((it) => it === 'b').length / 500).toBeCloseTo(0.6, 2);
    expect(answered.filter((it) => it === 'c').length / 500).toBeCloseTo(0.4, 2);
  });

  it('hold among the others while one is down, which is not tried at all', () => {
    const local = switchOf({ groups: { g: { members: weights } } });
    local.down.add('a');
    const first = callsOver(local, 100);
    expect([countOf(first, 'b'), countOf(first, 'c')]).toEqual([60, 40]);
  });

  it('hold in a later tier, which does not move on while it is not asked', () => {
    const members = { a: 1, b: { tier: 2, weight: 2 }, c: { tier: 2, weight: 1 } };
    const local = switchOf({ groups: { g: { members } } });
    const [before] = callsOver(local, 7);
    expect(before).toBe('a');
    local.down.add('a');
    expect(callsOver(local, 6)).toEqual(['b', 'c', 'b', 'b', 'c', 'b']);
  });
});

describe('a plan on a switch that is on its own', () => {
  const failing = (plan: SnapshotPlan): LocalSwitch => {
    const local = switchOf(plan);
    local.dial = fails;
    return local;
  };

  it.each(['weighted', 'ordered'] as const)('%s: a gateway that is down is no attempt', (strategy) => {
    const members = { a: 4, b: 3, c: { tier: 2, weight: 2 }, d: { tier: 3, weight: 1 } };
    const local = failing({ groups: { g: { members, strategy, maxAttempts: 2 } } });
    expect(callsOver(local, 1)).toEqual(['a b']);
    local.down.add('a').add('b');
    expect(callsOver(local, 2)).toEqual(['c d', 'c d']);
    local.down.add('c');
    expect(callsOver(local, 1)).toEqual(['d']);
    local.down.add('d');
    expect(local.call({ context: 'default', number: '1' }).outcome).toEqual({ respond: 503 });
  });

  it('stops after a cause that stops, and after an answer', () => {
    const local = switchOf({ groups: { g: { members: { a: 1, b: 1 } } } });
    local.dial = () => 'USER_BUSY';
    expect(local.call({ context: 'default', number: '1' })).toMatchObject({ outcome: { hangup: 'USER_BUSY' } });
    local.dial = () => 'answer';
    expect(local.call({ context: 'default', number: '1' })).toMatchObject({ outcome: 'answered', tried: [{}] });
  });

  it('one try is all where no cause continues, and who is down is still passed over', () => {
    const plan = { failoverCauses: { USER_BUSY: 'stop' }, groups: { g: { members: { a: 2, b: 1 } } } } as const;
    const local = failing(plan);
    local.down.add('a');
    expect(callsOver(local, 3)).toEqual(['b', 'b', 'b']);
    const ordered = failing({ ...plan, groups: { g: { ...plan.groups.g, strategy: 'ordered' } } });
    expect(callsOver(ordered, 2)).toEqual(['a', 'a']);
    ordered.down.add('a');
    expect(callsOver(ordered, 2)).toEqual(['b', 'b']);
  });

  it('a list that the switch does not have leaves nobody to call, and says so', () => {
    const files = localFiles(buildSnapshot({ routes: [{}], groups: { g: { members: { a: 1 } } } }), '').files;
    const other = files.map((it) => ({ ...it, content: it.content.replace('<list name="g">', '<list name="x">') }));
    expect(new LocalSwitch(other).call({ context: 'default', number: '1' }).outcome).toEqual({ respond: 503 });
  });
});
