import type { Gateway } from '../routing/gateway.ts';
import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';
import { MEMBERS_LIMIT, WEIGHT_LIMIT } from '../routing/lineup.ts';
import { sameNumberRules } from '../routing/number-rules.ts';
import { spreadOrder } from '../routing/spread-order.ts';
import { nameIn } from './compile-gateways.ts';
import { compileTiers, type LineupPool } from './compile-tiers.ts';
import { checkCauses, continueCauses } from './continue-causes.ts';
import { type Findings, rowAt } from './findings.ts';
import { groupRows } from './group-rows.ts';
import type { GroupRow, InventoryRows, MemberRow } from './inventory-rows.ts';

/** mod_distributor reads at most 100 words: the list's name, the exceptions, and one to spare (contract 4.3). */
const DISTRIBUTOR_MEMBERS_LIMIT = 98;

/** Compiles every group whose members can be resolved, by name. */
export function compileGroups(
  rows: InventoryRows,
  gateways: ReadonlyMap<string, Gateway>,
  pool: LineupPool,
  findings: Findings,
): ReadonlyMap<string, GatewayGroup> {
  checkCauses(rows, findings);
  const known = new Set(rows.groups.map(({ name }) => name));
  const membersOf = groupRows(rows.members, ({ groupName }) => groupName);
  const causesOf = groupRows(rows.groupFailoverCauses, ({ groupName }) => groupName);
  for (const stray of membersOf.keys()) {
    if (known.has(stray)) continue;
    const fix = `DELETE FROM gateway_group_members WHERE group_name = '${stray}'; or insert the group`;
    findings.add(
      'reference-broken',
      rowAt('gateway_group_members', stray, 'group_name'),
      `there is no group '${stray}'`,
      fix,
    );
  }
  const groups = new Map<string, GatewayGroup>();
  for (const row of rows.groups) {
    const name = nameIn(row.name, 'gateway_groups', row.name, 'name', findings);
    const memberRows = membersOf.get(row.name) ?? [];
    if (name === undefined || !fitsScheduler(row.name, memberRows, findings)) continue;
    const members = compileMembers(memberRows, rows, gateways, findings);
    const continueOn = continueCauses(rows.failoverCauses, causesOf.get(row.name) ?? []);
    const group = compileGroup(row, name, members, continueOn, pool);
    if (row.chooser === 'mod_distributor') checkDistributor(group, [...gateways.values()], findings);
    reportApproximation(group, findings);
    groups.set(row.name, group);
  }
  return groups;
}

function compileGroup(
  row: GroupRow,
  name: GatewayGroup['name'],
  members: readonly GroupMember[],
  continueOn: readonly string[],
  pool: LineupPool,
): GatewayGroup {
  return {
    name,
    strategy: row.strategy,
    chooser: row.chooser,
    maxAttempts: row.maxAttempts,
    progressTimeoutSeconds: row.progressTimeoutSeconds,
    answerTimeoutSeconds: row.answerTimeoutSeconds,
    continueOn,
    members,
    health: {
      mode: row.healthMode,
      whenAllDown: row.whenAllDown,
      faultLimit: row.faultLimitPercent / 100,
      confidence: row.faultConfidencePercent / 100,
      ejectSeconds: row.ejectSeconds,
      slowStartSeconds: row.slowStartSeconds,
    },
    ...compileViews(name, members, pool),
  };
}

function fitsScheduler(group: string, members: readonly MemberRow[], findings: Findings): boolean {
  if (members.length > MEMBERS_LIMIT) {
    const what = `it has ${members.length} members; shares are proven for up to ${MEMBERS_LIMIT}`;
    findings.add('group-too-large', rowAt('gateway_groups', group), what, 'split it into several groups or tiers');
    return false;
  }
  return members.every(({ gateway, weight }) => {
    const isWeight = Number.isInteger(weight) && weight >= 0 && weight <= WEIGHT_LIMIT;
    if (!isWeight) {
      const where = rowAt('gateway_group_members', `${group}, ${gateway}`, 'weight');
      findings.add('value-invalid', where, `${weight} is no weight`, `set it to an integer from 0 to ${WEIGHT_LIMIT}`);
    }
    return isWeight;
  });
}

function compileMembers(
  memberRows: readonly MemberRow[],
  rows: InventoryRows,
  gateways: ReadonlyMap<string, Gateway>,
  findings: Findings,
): readonly GroupMember[] {
  return memberRows.flatMap(({ groupName, gateway: gatewayName, tier, weight }) => {
    const gateway = gateways.get(gatewayName);
    if (gateway !== undefined) return [{ gateway, tier, weight }];
    // A gateway that exists but did not compile has a finding of its own.
    if (!rows.gateways.some(({ name }) => name === gatewayName)) {
      const where = rowAt('gateway_group_members', `${groupName}, ${gatewayName}`, 'gateway');
      const fix = `DELETE FROM gateway_group_members WHERE gateway = '${gatewayName}'; or insert the gateway`;
      findings.add('reference-broken', where, `there is no gateway '${gatewayName}'`, fix);
    }
    return [];
  });
}

function compileViews(
  name: GatewayGroup['name'],
  members: readonly GroupMember[],
  pool: LineupPool,
): Pick<GatewayGroup, 'tiers' | 'tiersBySwitch'> {
  const hostnames = new Set(members.flatMap(({ gateway }) => [...(gateway.switches ?? [])]));
  const views = [...hostnames].map((hostname) => [hostname, compileTiers(name, members, hostname, pool)] as const);
  return { tiers: compileTiers(name, members, '', pool), tiersBySwitch: new Map(views) };
}

/** FreeSWITCH picks the first gateway of such a group, so nothing that differs by gateway can hold for it. */
function checkDistributor(group: GatewayGroup, gateways: readonly Gateway[], findings: Findings): void {
  const { name, members } = group;
  const [first] = members;
  const where = rowAt('gateway_groups', name, 'chooser');
  const other = members.find(
    ({ gateway }) => first && !sameNumberRules(gateway.numberRules, first.gateway.numberRules),
  );
  if (first !== undefined && other !== undefined) {
    const what = `'${first.gateway.name}' and '${other.gateway.name}' have different strip_digits or add_prefix, but one dial string serves all`;
    findings.add('distributor-rules-differ', where, what, "make them equal, or set chooser = 'trunkhunt'");
  }
  for (const { gateway } of members) {
    if (gateway.maxCalls === undefined && gateway.maxCps === undefined) continue;
    const what = `'${gateway.name}' has max_calls or max_cps, which mod_distributor does not know of`;
    findings.add('distributor-limits', where, what, "set them to NULL, or set chooser = 'trunkhunt'");
  }
  if (members.length > DISTRIBUTOR_MEMBERS_LIMIT) {
    const what = `it has ${members.length} members; mod_distributor takes at most ${DISTRIBUTOR_MEMBERS_LIMIT} exceptions`;
    findings.add('distributor-too-large', where, what, "split it, or set chooser = 'trunkhunt'");
  }
  const profiles = new Set(members.map(({ gateway }) => gateway.profile));
  const askedAbout = gateways.filter(({ profile, state }) => state !== 'disabled' && profiles.has(profile));
  if (askedAbout.length > DISTRIBUTOR_MEMBERS_LIMIT) {
    const what = `its profiles (${[...profiles].sort().join(', ')}) have ${askedAbout.length} gateways; were more than ${DISTRIBUTOR_MEMBERS_LIMIT} of them down, mod_distributor would not read all exceptions`;
    findings.add('distributor-exceptions', where, what, "use fewer gateways a profile, or set chooser = 'trunkhunt'");
  }
}

function reportApproximation(group: Pick<GatewayGroup, 'name' | 'tiers' | 'tiersBySwitch'>, findings: Findings): void {
  const lowest = [group.tiers[0], ...[...group.tiersBySwitch.values()].map(([tier]) => tier)];
  const errors = lowest.map((tier) => (tier === undefined ? 0 : spreadOrder(tier.lineup.members).shareError));
  const worst = Math.max(0, ...errors);
  if (worst === 0) return;
  const what = `its weights do not fit into a list of 512 nodes: the list's shares are off by up to ${(worst * 100).toPrecision(2)} percentage points`;
  const fix =
    'nothing, unless a dialplan of yours uses the list: plans of this program are exact; else use smaller weights';
  findings.add('list-approximated', rowAt('gateway_groups', group.name), what, fix);
}

/** Whether anybody could be called through this group, on any switch. */
export function hasUsableMember(group: GatewayGroup): boolean {
  return group.tiers.length > 0 || [...group.tiersBySwitch.values()].some((tiers) => tiers.length > 0);
}
