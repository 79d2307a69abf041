import type { Gateway } from './gateway.ts';
import type { Tier } from './gateway-group.ts';
import { buildLineup, type Lineup } from './lineup.ts';
import { type NumberRules, numberRulesKey } from './number-rules.ts';

/** A gateway with its weight in one tier, 1 to WEIGHT_LIMIT. */
export interface WeightedGateway {
  readonly gateway: Gateway;
  readonly weight: number;
}

/**
 * Lines up the gateways of one tier.
 * @param key names the line-up
 * @param pooled gives the line-up to use instead where it has the same members: its schedulers then go on as they are
 * @throws RangeError as `buildLineup`
 */
export function buildTier(
  key: string,
  tier: number,
  members: readonly WeightedGateway[],
  pooled: (lineup: Lineup) => Lineup = (lineup) => lineup,
): Tier {
  const lineup = pooled(
    buildLineup(
      key,
      members.map(({ gateway, weight }) => ({ name: gateway.name, weight })),
    ),
  );
  const byName = new Map(members.map(({ gateway }) => [gateway.name, gateway]));
  const gateways = lineup.members.flatMap(({ name }) => byName.get(name) ?? []);
  return {
    tier,
    lineup,
    gateways,
    ...distinctRules(gateways),
    byProxyAddress: positionsByProxy(gateways),
    limited: gateways.flatMap(({ maxCalls, maxCps }, at) =>
      maxCalls === undefined && maxCps === undefined ? [] : [at],
    ),
  };
}

function distinctRules(gateways: readonly Gateway[]): Pick<Tier, 'numberRules' | 'numberRulesOf'> {
  const numberRules: NumberRules[] = [];
  const known = new Map<string, number>();
  const numberRulesOf = gateways.map(({ numberRules: rules }) => {
    const key = numberRulesKey(rules);
    const at = known.get(key) ?? numberRules.push(rules) - 1;
    known.set(key, at);
    return at;
  });
  return { numberRules, numberRulesOf };
}

function positionsByProxy(gateways: readonly Gateway[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [position, { proxyAddress }] of gateways.entries()) {
    if (proxyAddress === undefined) continue;
    const others = positions.get(proxyAddress);
    if (others === undefined) positions.set(proxyAddress, [position]);
    else others.push(position);
  }
  return positions;
}
