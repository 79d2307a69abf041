import { buildTier } from '../routing/build-tier.ts';
import { isOnSwitch } from '../routing/gateway.ts';
import type { GroupMember, Tier } from '../routing/gateway-group.ts';
import { type Lineup, sameMembers } from '../routing/lineup.ts';
import type { Name } from '../routing/name.ts';

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
    const inTier = usable.filter((member) => member.tier === tier);
    return buildTier(key, tier, inTier, (lineup) => pooledLineup(lineup, pool));
  });
}

function pooledLineup(lineup: Lineup, pool: LineupPool): Lineup {
  const before = pool.before.get(lineup.key);
  const kept = before !== undefined && sameMembers(before, lineup) ? before : lineup;
  pool.now.set(lineup.key, kept);
  return kept;
}
