import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';
import type { Lineup } from '../routing/lineup.ts';
import { type Findings, rowAt } from './findings.ts';
import { groupRows } from './group-rows.ts';
import { groupViews, onSwitch } from './group-views.ts';
import { listNames } from './list-names.ts';

/** A share above this is as good as all; 99 to 1 is how people try a gateway out. */
const NEARLY_ALL_PERCENT = 99;

/** Tiers in which one gateway has all the weight, or nearly all, though others are there to share it. */
export function reviewWeights(group: GatewayGroup, findings: Findings): void {
  const active = group.members.filter(({ gateway }) => gateway.state === 'active');
  for (const [tier, members] of groupRows(active, (member) => String(member.tier))) {
    if (!reportAll(group, tier, members, findings)) reportNearlyAll(group, tier, findings);
  }
}

/** Weight 0 is often meant as "in reserve", and means "never". */
function reportAll(group: GatewayGroup, tier: string, members: readonly GroupMember[], findings: Findings): boolean {
  const [taker, ...others] = members.filter(({ weight }) => weight > 0);
  const idle = members.filter(({ weight }) => weight === 0).map(({ gateway }) => gateway.name);
  if (taker === undefined || others.length > 0 || idle.length === 0) return false;
  const name = taker.gateway.name;
  const what = `in tier ${tier} '${name}' gets every call: the weight of ${listNames(idle)} is 0, which means no call at all, not even when '${name}' fails`;
  const fix =
    "give the others a weight to share calls, or put them into a later tier with weight 1 to have them in reserve; to take one out of service set its state to 'drain'";
  findings.add('weight-on-one', rowAt('gateway_group_members', `${group.name}, ${name}`, 'weight'), what, fix);
  return true;
}

/** Says it once for a tier, of the first switch that sees it so. An order needs no shares. */
function reportNearlyAll(group: GatewayGroup, tier: string, findings: Findings): void {
  if (group.strategy === 'ordered') return;
  for (const { hostname, tiers } of groupViews(group)) {
    const lineup = tiers.find((it) => String(it.tier) === tier)?.lineup;
    const heaviest = lineup && takerOf(lineup);
    if (lineup === undefined || heaviest === undefined) continue;
    const rest = lineup.totalWeight - heaviest.weight;
    const others =
      lineup.members.length === 2 ? 'the other gets' : `the other ${lineup.members.length - 1} together get`;
    const what = `${onSwitch(hostname)}in tier ${tier} '${heaviest.name}' has ${heaviest.weight} of ${lineup.totalWeight} parts of the weight: ${others} ${rest} of ${lineup.totalWeight} calls`;
    const fix =
      "weights are shares: bring them nearer to each other; if it is to be tried first always, put the others into tier 2, or set strategy = 'ordered'";
    const where = rowAt('gateway_group_members', `${group.name}, ${heaviest.name}`, 'weight');
    findings.add('weight-on-one', where, what, fix);
    return;
  }
}

function takerOf({ members, totalWeight }: Lineup): Lineup['members'][number] | undefined {
  const [heaviest] = members;
  if (heaviest === undefined || members.length < 2) return undefined;
  return heaviest.weight * 100 > totalWeight * NEARLY_ALL_PERCENT ? heaviest : undefined;
}
