import type { Gateway } from '../routing/gateway.ts';
import { isOnSwitch } from '../routing/gateway.ts';
import type { GroupMember, Tier } from '../routing/gateway-group.ts';
import { buildLineup, type Lineup, sameMembers } from '../routing/lineup.ts';
import type { Name } from '../routing/name.ts';
import { type NumberRules, numberRulesKey } from '../routing/number-rules.ts';

/** Line-ups of the snapshot before, and those of the one that is being compiled. */
export interface LineupPool {
  readonly before: ReadonlyMap<string, Lineup>;
  readonly now: Map<string, Lineup>;
}

/**
 * The usable tiers of a group as a switch sees them, lowest first. Line-ups that did not change are the same objects
 * as before, so that their schedulers go on as they are.
 * @param hostname "" for switches that no gateway is bound to
 */
export function compileTiers(
  group: Name,
  members: readonly GroupMember[],
  hostname: string,
  pool: LineupPool,
): readonly Tier[] {
  const usable = members.filter(
    ({ gateway, weight }) => gateway.state === 'active' && weight > 0 && isOnSwitch(gateway, hostname),
  );
  const numbers = [...new Set(usable.map(({ tier }) => tier))].sort((a, b) => a - b);
  return numbers.map((tier) => {
    const key = `${group}/${tier}${hostname === '' ? '' : `@${hostname}`}`;
    return compileTier(
      key,
      tier,
      usable.filter((member) => member.tier === tier),
      pool,
    );
  });
}

function compileTier(key: string, tier: number, members: readonly GroupMember[], pool: LineupPool): Tier {
  const lineup = pooledLineup(
    buildLineup(
      key,
      members.map(({ gateway, weight }) => ({ name: gateway.name, weight })),
    ),
    pool,
  );
  const byName = new Map(members.map(({ gateway }) => [gateway.name, gateway]));
  const gateways = lineup.members.flatMap(({ name }) => byName.get(name) ?? []);
  return { tier, lineup, gateways, ...distinctRules(gateways), byProxyAddress: positionsByProxy(gateways) };
}

function pooledLineup(lineup: Lineup, pool: LineupPool): Lineup {
  const before = pool.before.get(lineup.key);
  const kept = before !== undefined && sameMembers(before, lineup) ? before : lineup;
  pool.now.set(lineup.key, kept);
  return kept;
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
