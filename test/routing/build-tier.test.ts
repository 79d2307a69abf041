import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTier, type WeightedGateway } from '../../src/routing/build-tier.ts';
import { type Lineup, WEIGHT_LIMIT } from '../../src/routing/lineup.ts';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';

/** These gateways, all with the same weight. */
function membersOf(gateways: Readonly<Record<string, GatewayPlan>>, weight = 1): readonly WeightedGateway[] {
  return buildSnapshot({ gateways }).gateways.map((gateway) => ({ gateway, weight }));
}

describe('a tier', () => {
  it('has each gateway where the line-up has its name', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: WEIGHT_LIMIT }), { minLength: 1, maxLength: 9 }), (weights) => {
        const gateways = membersOf(Object.fromEntries(weights.map((_, at) => [`gw${at}`, {}])));
        const members = gateways.map(({ gateway }, at) => ({ gateway, weight: weights[at]! }));
        const { lineup, gateways: placed } = buildTier('g/1', 1, members);
        expect(placed.map(({ name }) => name)).toEqual(lineup.members.map(({ name }) => name));
        expect(lineup.members.map(({ weight }) => weight)).toEqual(weights.toSorted((one, other) => other - one));
      }),
    );
  });

  it('says at which positions the limited ones are', () => {
    const { limited, gateways } = buildTier(
      'g/1',
      1,
      membersOf({ a: {}, b: { maxCalls: 5 }, c: { maxCps: 1 }, d: {}, e: { maxCalls: 1, maxCps: 1 } }),
    );
    expect(limited.map((at) => gateways[at]!.name)).toEqual(['b', 'c', 'e']);
  });

  it('says at which positions the proxies with an address are, by address', () => {
    const tier = buildTier(
      'g/1',
      1,
      membersOf({ a: { proxy: '192.0.2.7' }, b: { proxy: 'sbc.example' }, c: { proxy: '192.0.2.7:5080' } }),
    );
    expect([...tier.byProxyAddress]).toEqual([['192.0.2.7', [0, 2]]]);
  });

  it('holds each number rule once, and says whose it is', () => {
    const tier = buildTier(
      'g/1',
      1,
      membersOf({ a: { stripDigits: 1 }, b: {}, c: { stripDigits: 1 }, d: { addPrefix: '1' } }),
    );
    expect(tier.numberRulesOf).toEqual([0, 1, 0, 2]);
    expect(tier.numberRules).toEqual([0, 1, 3].map((at) => tier.gateways[at]!.numberRules));
  });

  it('has the line-up that is given back instead of its own', () => {
    const seen: Lineup[] = [];
    const before = buildTier('g/1', 1, membersOf({ a: {}, b: {} })).lineup;
    const pooled = (lineup: Lineup): Lineup => {
      seen.push(lineup);
      return before;
    };
    expect(buildTier('g/1', 1, membersOf({ a: {}, b: {} }), pooled).lineup).toBe(before);
    expect(seen).toEqual([before]);
  });

  it.each([0, -1, 1.5, WEIGHT_LIMIT + 1, NaN])('cannot have a member of weight %d', (weight) => {
    expect(() => buildTier('g/1', 1, membersOf({ a: {} }, weight))).toThrow(RangeError);
  });
});
