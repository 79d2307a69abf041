import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { gatewaysPassedOver, routesPassedOver } from '../../src/routing/passed-over.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildCall, type CallPlan } from '../support/build-call.ts';
import { buildSnapshot, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

/** The names in the plan of the first call, and the reason for each other member. */
function explained(snapshot: Snapshot, plan: CallPlan = {}) {
  const call = buildCall(plan);
  const decision = decide(snapshot, nothingLearned(new TurnKeeper()), call);
  return {
    legs: decision.outcome === 'planned' ? decision.legs.map(({ gateway }) => gateway.name as string) : [],
    reasons: Object.fromEntries(gatewaysPassedOver(decision, call).map(({ gateway, reason }) => [gateway, reason])),
  };
}

const snapshotOf = (group: GroupPlan, gateways: Readonly<Record<string, GatewayPlan>> = {}) =>
  buildSnapshot({ groups: { g: group }, gateways, routes: [{}] });

describe('a gateway that is not in the plan', () => {
  it('has a reason of its own', () => {
    const gateways = {
      drained: { state: 'drain' },
      off: { state: 'disabled' },
      elsewhere: { switches: ['fs2'] },
      back: { proxy: '192.0.2.7' },
      short: { stripDigits: 3 },
    } as const;
    const members = { a: 9, zero: 0, drained: 1, off: 1, elsewhere: 1, back: 1, short: 1, late: { tier: 2 } };
    const snapshot = snapshotOf({ members, maxAttempts: 1 }, gateways);
    expect(explained(snapshot, { number: '100', networkAddress: '192.0.2.7' })).toEqual({
      legs: ['a'],
      reasons: {
        drained: "its state is 'drain': no new calls",
        off: "its state is 'disabled'",
        zero: 'its weight in this group is 0',
        elsewhere: "gateway_switches does not give it to switch 'fs1'",
        back: 'the call came from its address, 192.0.2.7',
        short: 'its own strip_digits and add_prefix leave nothing to dial',
        late: 'the plan has its max_attempts of 1 without it',
      },
    });
  });

  it('is not said to be where the call came from when such gateways are all that there is', () => {
    const gateways = { a: { proxy: '192.0.2.7' }, b: { proxy: '192.0.2.7:5080' } };
    const snapshot = snapshotOf({ members: { a: 1, b: 1 }, strategy: 'ordered', maxAttempts: 1 }, gateways);
    expect(explained(snapshot, { networkAddress: '192.0.2.7' })).toEqual({
      legs: ['a'],
      reasons: { b: 'the plan has its max_attempts of 1 without it' },
    });
  });

  it('is not said to be beyond max_attempts when the plan ends earlier, because no cause is continued on', () => {
    const causes = { NETWORK_OUT_OF_ORDER: 'stop', NORMAL_TEMPORARY_FAILURE: 'stop' } as const;
    const { legs, reasons } = explained(snapshotOf({ members: { a: 2, b: 1 }, causes, maxAttempts: 3 }));
    expect(legs).toEqual(['a']);
    expect(reasons['b']).not.toContain('max_attempts of 3');
  });

  it('is not said to have rules in the way where a dial_number is set, for it is not changed by them', () => {
    const snapshot = buildSnapshot({
      groups: { g: { members: { a: 2, b: 1 }, maxAttempts: 1 } },
      gateways: { b: { stripDigits: 9 } },
      routes: [{ dialNumber: '7' }],
    });
    expect(explained(snapshot)).toEqual({
      legs: ['a'],
      reasons: { b: 'the plan has its max_attempts of 1 without it' },
    });
  });

  it('is so because of the number, where that is refused', () => {
    expect(explained(snapshotOf({ members: { a: 1, b: 0 } }), { number: 'x' })).toEqual({
      legs: [],
      reasons: { a: 'the number is refused', b: 'its weight in this group is 0' },
    });
  });

  it('has no reason where there is no route', () => {
    expect(explained(snapshotOf({ members: { a: 1 } }), { context: 'other' })).toEqual({ legs: [], reasons: {} });
  });
});

describe('the reasons', () => {
  const members = fc.array(
    fc.record({
      member: fc.record({ weight: fc.nat({ max: 3 }), tier: fc.integer({ min: 1, max: 3 }) }),
      gateway: fc.record({
        state: fc.constantFrom(
          'active' as const,
          'active' as const,
          'active' as const,
          'drain' as const,
          'disabled' as const,
        ),
        proxy: fc.constantFrom('192.0.2.7', '192.0.2.8', 'sbc.example'),
        switches: fc.constantFrom([], [], ['fs1'], ['fs2']),
        stripDigits: fc.constantFrom(0, 0, 3),
      }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const groups = fc.record({
    strategy: fc.constantFrom('weighted' as const, 'ordered' as const),
    maxAttempts: fc.integer({ min: 1, max: 8 }),
  });

  it('are true, and there is one for each member that the plan leaves out', () => {
    fc.assert(
      fc.property(members, groups, fc.constantFrom('100', '1000', 'x'), (plans, group, number) => {
        const byName = Object.fromEntries(plans.map((plan, at) => [`gw${at}`, { ...plan.gateway, ...plan.member }]));
        const gateways = Object.fromEntries(plans.map(({ gateway }, at) => [`gw${at}`, gateway]));
        const inGroup = Object.fromEntries(plans.map(({ member }, at) => [`gw${at}`, member]));
        const snapshot = snapshotOf({ ...group, members: inGroup }, gateways);
        const { legs, reasons } = explained(snapshot, { number, networkAddress: '192.0.2.7' });
        expect([...legs, ...Object.keys(reasons)].sort()).toEqual(Object.keys(byName).sort());

        const candidates = Object.values(byName).filter(
          ({ state, weight, switches, stripDigits }) =>
            state === 'active' && weight > 0 && switches[0] !== 'fs2' && stripDigits < number.length && number !== 'x',
        );
        const onlyBack = candidates.every(({ proxy }) => proxy === '192.0.2.7');
        for (const [name, reason] of Object.entries(reasons)) {
          const { state, weight, switches, stripDigits, proxy } = byName[name]!;
          if (reason.includes("'drain'")) expect(state).toBe('drain');
          else if (reason.includes("'disabled'")) expect(state).toBe('disabled');
          else if (reason.includes('weight')) expect(weight).toBe(0);
          else if (reason.includes('gateway_switches')) expect(switches).toEqual(['fs2']);
          else if (reason.includes('refused')) expect(number).toBe('x');
          else if (reason.includes('strip_digits')) expect(stripDigits).toBeGreaterThanOrEqual(number.length);
          else if (reason.includes('came from')) expect([proxy, onlyBack]).toEqual(['192.0.2.7', false]);
          else {
            expect(reason).toBe(`the plan has its max_attempts of ${group.maxAttempts} without it`);
            expect(legs).toHaveLength(group.maxAttempts);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('the routes passed over', () => {
  const routes = [{ callerPattern: '^9' }, { sourceNetwork: '192.0.2.0/24' }, { destinationPattern: '^1' }, {}];
  const snapshot = buildSnapshot({ groups: { g: { members: { a: 1 } } }, routes });
  const passed = (plan: CallPlan) =>
    routesPassedOver(snapshot, buildCall(plan)).map(({ route, unmet }) => `${route.label} ${unmet}`);

  it('are the candidates before the one that matches, each with what the call lacks', () => {
    expect(passed({ number: '100' })).toEqual(['#1 caller_pattern', '#2 source_network']);
    expect(passed({ number: '200' })).toEqual(['#1 caller_pattern', '#2 source_network', '#3 destination_pattern']);
    expect(passed({ caller: '9' })).toEqual([]);
  });

  it('are all candidates where none matches, and none in another context', () => {
    const narrow = buildSnapshot({ groups: { g: { members: { a: 1 } } }, routes: [{ callerPattern: '^9' }] });
    expect(routesPassedOver(narrow, buildCall())).toHaveLength(1);
    expect(passed({ context: 'other' })).toEqual([]);
  });
});
