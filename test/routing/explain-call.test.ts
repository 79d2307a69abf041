import { describe, expect, it } from 'vitest';
import { nothingLearned } from '../../src/routing/decide.ts';
import { explainCall, type ExplainView, type GatewayWeight } from '../../src/routing/explain-call.ts';
import { healthView } from '../../src/routing/health-view.ts';
import { buildCall } from '../support/build-call.ts';
import { buildSnapshot, type GroupPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

const snapshotOf = (group: GroupPlan) =>
  buildSnapshot({
    groups: { g: group },
    gateways: group.chooser === 'mod_distributor' ? {} : { b: { maxCalls: 1 } },
    routes: [{ name: 'all' }],
  });

/** What is learned where these gateways are down and these are full; notes whose weights it was asked for. */
function learned({ down = [] as readonly string[], full = [] as readonly string[] }) {
  const keeper = new TurnKeeper();
  const asked: string[] = [];
  const view: ExplainView = {
    live: {
      ...nothingLearned(keeper),
      viewOf: (group) =>
        healthView(
          group.tiers,
          group,
          ({ name }) => ({ healthPerMille: down.includes(name) ? 0 : 1000, slowStartPerMille: 1000, isOnTrial: false }),
          { keyOf: (key) => key, before: () => undefined },
        ),
      isFull: ({ name }) => full.includes(name),
    },
    weightOf: ({ name: group }, hostname, { gateway, tier, weight: configured }): GatewayWeight => {
      asked.push(`${group} ${hostname} ${gateway.name}`);
      const isDown = down.includes(gateway.name);
      return {
        gateway: gateway.name,
        tier,
        configured,
        health: isDown ? 0 : 1,
        slowStart: 1,
        headroom: 1,
        effective: isDown ? 0 : configured,
        why: isDown ? 'the switch says DOWN' : '',
      };
    },
  };
  return { keeper, asked, view };
}

const members = { a: 3, b: 2, c: { tier: 2 }, off: { weight: 0 } };

describe('an explanation', () => {
  it('has the weight of every member of the group on this switch, in the order of the group', () => {
    const { view, asked } = learned({ down: ['b'] });
    const { weights } = explainCall(snapshotOf({ members }), buildCall({ hostname: 'fs7' }), view);
    expect(weights.map(({ gateway, tier, effective }) => [gateway, tier, effective])).toEqual([
      ['a', 1, 3],
      ['b', 1, 0],
      ['off', 1, 0],
      ['c', 2, 1],
    ]);
    expect(asked).toEqual(['g fs7 a', 'g fs7 b', 'g fs7 off', 'g fs7 c']);
  });

  it('has none where nothing was learned, or no route matches', () => {
    expect(explainCall(snapshotOf({ members }), buildCall()).weights).toEqual([]);
    const { view, asked } = learned({});
    expect(explainCall(snapshotOf({ members }), buildCall({ context: 'other' }), view).weights).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('has what leaves a gateway no weight as the reason for which it is passed over', () => {
    const { gatewaysPassedOver } = explainCall(snapshotOf({ members }), buildCall(), learned({ down: ['a'] }).view);
    expect(gatewaysPassedOver).toEqual([
      { gateway: 'a', reason: 'the switch says DOWN' },
      { gateway: 'off', reason: 'its weight in this group is 0' },
    ]);
  });

  it('shows the plan as what was learned makes it, and takes no turn', () => {
    const { view, keeper } = learned({ down: ['a'] });
    const [first, second] = [0, 1].map(() => explainCall(snapshotOf({ members }), buildCall(), view));
    expect(first!.plan).toEqual([
      { attempt: 1, gateway: 'b', number: '100' },
      { attempt: 2, gateway: 'c', number: '100' },
    ]);
    expect(second).toEqual(first);
    expect(keeper.describe()).toBe('[]');
  });

  it.each<[string, GroupPlan, Parameters<typeof learned>[0], string]>([
    [
      'all are full',
      { members: { b: 1 } },
      { full: ['b'] },
      'refused with 503, all gateways that are left are at their limits',
    ],
    [
      'all are down and the group refuses',
      { members, whenAllDown: 'refuse' },
      { down: ['a', 'b', 'c'] },
      "refused with 503, health leaves no gateway, and the group's when_all_down is 'refuse'",
    ],
    [
      'nobody is configured',
      { members: { off: 0, b: 0 } },
      {},
      'refused with 503, the group has no usable member on this switch',
    ],
    [
      'all are down and health is doubted',
      { members },
      { down: ['a', 'b', 'c'] },
      'the plan has 3 tries; health leaves no gateway, so it is doubted and all count as up',
    ],
    ['all is well', { members }, {}, 'the plan has 3 tries'],
    ['there is one', { members, maxAttempts: 1 }, {}, 'the plan has 1 try'],
  ])('says so where %s', (_, group, state, verdict) => {
    expect(explainCall(snapshotOf(group), buildCall(), learned(state).view).verdict).toBe(verdict);
  });

  it('numbers our tries after mod_distributor’s, which it names with its spare', () => {
    const group = { members: { a: 2, b: 1, c: 1 }, chooser: 'mod_distributor' as const, maxAttempts: 3 };
    const { distributor, plan, verdict } = explainCall(snapshotOf(group), buildCall());
    expect(plan.map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(distributor).toEqual({ list: 'g', spare: expect.any(String) as string });
    expect(plan.map(({ gateway }) => gateway)).not.toContain(distributor?.spare);
    expect(verdict).toBe('the plan has 3 tries');
  });
});
