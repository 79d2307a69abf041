import type { GatewayGroup } from '../routing/gateway-group.ts';

/**
 * The share of first choices that each member is to get: by weight within the lowest tier that has an active member,
 * without regard to which switch asks; the heaviest alone where the group is ordered.
 */
export function targetShares({ members, strategy }: GatewayGroup): ReadonlyMap<string, number> {
  const usable = members.filter(({ gateway, weight }) => gateway.state === 'active' && weight > 0);
  const lowest = Math.min(...usable.map(({ tier }) => tier));
  const first = usable.filter(({ tier }) => tier === lowest);
  const total = first.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>(members.map(({ gateway }) => [gateway.name, 0]));
  for (const [at, { gateway, weight }] of first.entries()) {
    if (strategy === 'weighted') shares.set(gateway.name, weight / total);
    else if (at === 0) shares.set(gateway.name, 1);
  }
  return shares;
}
