import { describe, expect, it } from 'vitest';
import { type WeighedFacts, weighGateway } from '../../src/live/weigh-gateway.ts';
import { NEVER_EJECTED } from '../../src/routing/ejection.ts';
import { FULL_WEIGHT } from '../../src/routing/health-view.ts';
import { buildGroup, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';

/** How a gateway of weight 40 comes to its weight, 10 seconds after the clock began. */
function weighed(facts: Partial<WeighedFacts>, gateway: GatewayPlan = {}, group: Partial<GroupPlan> = {}) {
  const built = buildGroup({ members: { a: { tier: 2, weight: 40 }, other: 1 }, ...group }, { a: gateway });
  const member = built.members.find((it) => it.gateway.name === 'a')!;
  const usual: WeighedFacts = {
    factors: FULL_WEIGHT,
    reach: 'up',
    ejection: NEVER_EJECTED,
    limit: undefined,
    calls: 0,
  };
  return weighGateway({ ...usual, ...facts }, built, member, 10_000);
}

const OUT = { ...FULL_WEIGHT, healthPerMille: 0 as const };
const ejection = { ...NEVER_EJECTED, stage: 'ejected' as const, sinceMs: 0, strikes: 1 };

describe('the weight of a gateway', () => {
  it('is as configured where nothing is held against it', () => {
    expect(weighed({})).toEqual({
      gateway: 'a',
      tier: 2,
      configured: 40,
      health: 1,
      slowStart: 1,
      headroom: 1,
      effective: 40,
      why: '',
    });
    expect(weighed({ reach: 'unknown' }).why).toBe('');
  });

  it.each<[string, Partial<WeighedFacts>, GatewayPlan]>([
    ['the switch says DOWN', { factors: OUT, reach: 'down', ejection }, {}],
    ['the switch does not have it', { factors: OUT, reach: 'absent' }, {}],
    ['ejected for another 20 s, its calls fail', { factors: OUT, ejection }, {}],
    [
      'on trial, one call at a time: 2 went well',
      { factors: OUT, ejection: { ...ejection, stage: 'trial', trialGoods: 2 } },
      {},
    ],
    ['full: 7 of max_calls 7', { limit: 'max_calls', calls: 7 }, { maxCalls: 7 }],
    ['at its max_cps of 3', { limit: 'max_cps' }, { maxCps: 3 }],
  ])('is nothing since: %s', (why, facts, gateway) => {
    expect(weighed(facts, gateway)).toMatchObject({ effective: 0, why, configured: 40 });
  });

  it('is the product of its factors', () => {
    const growing = {
      factors: { ...FULL_WEIGHT, slowStartPerMille: 300 },
      ejection: { ...ejection, stage: 'slow_start' as const },
    };
    expect(weighed(growing)).toMatchObject({ slowStart: 0.3, effective: 12, why: 'its weight grows back: 30 %' });
    expect(weighed({ ...growing, limit: 'max_calls', calls: 9 }, { maxCalls: 9 })).toMatchObject({
      headroom: 0,
      effective: 0,
      why: 'its weight grows back: 30 %; full: 9 of max_calls 9',
    });
  });

  it.each(['drain', 'disabled'] as const)('is nothing where its state is %s, by configuration', (state) => {
    expect(weighed({}, { state })).toMatchObject({ configured: 0, health: 1, effective: 0 });
  });

  it('is whole where the group only observes, which says what it would do', () => {
    expect(weighed({ ejection }, {}, { healthMode: 'observe' })).toMatchObject({
      effective: 40,
      why: 'would be ejected, its calls fail',
    });
  });
});
