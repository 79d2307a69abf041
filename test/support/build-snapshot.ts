import { compileSnapshot } from '../../src/inventory/compile-snapshot.ts';
import type {
  CauseRow,
  GatewayRow,
  GroupRow,
  InventoryRows,
  MemberRow,
  RouteRow,
} from '../../src/inventory/inventory-rows.ts';
import type { GatewayGroup, Tier } from '../../src/routing/gateway-group.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';

/** A weight in tier 1, or both. */
export type MemberPlan = number | { readonly tier?: number; readonly weight?: number };

export interface GatewayPlan extends Partial<Omit<GatewayRow, 'name'>> {
  /** The switches that it is bound to; none named = all. */
  readonly switches?: readonly string[];
}

export interface GroupPlan extends Partial<Omit<GroupRow, 'name'>> {
  readonly members: Readonly<Record<string, MemberPlan>>;
  readonly causes?: Readonly<Record<string, 'next' | 'stop'>>;
}

/** An inventory as a test wants to say it: whatever it leaves out is as the columns' defaults are. */
export interface SnapshotPlan {
  /** Only those that differ from the defaults: members of groups need not be named here. */
  readonly gateways?: Readonly<Record<string, GatewayPlan>>;
  readonly groups?: Readonly<Record<string, GroupPlan>>;
  /** A route has the id of its place, from 1, and leads to the first group from context `default`. */
  readonly routes?: readonly Partial<RouteRow>[];
  /** Replaces the filled table. */
  readonly failoverCauses?: Readonly<Record<string, 'next' | 'stop'>>;
  /** Besides those that gateways are bound to. */
  readonly switches?: readonly string[];
}

const defaultCauses = { NETWORK_OUT_OF_ORDER: 'next', NORMAL_TEMPORARY_FAILURE: 'next', USER_BUSY: 'stop' } as const;

/**
 * Compiles a plan into a snapshot, without SQL.
 * @throws where the inventory would be refused
 */
export function buildSnapshot(plan: SnapshotPlan, previous?: Snapshot): Snapshot {
  const { snapshot, findings } = compileSnapshot(buildRows(plan), previous);
  if (snapshot === undefined) throw new Error(`refused: ${JSON.stringify(findings, null, 2)}`);
  return snapshot;
}

/** The only group of a snapshot with these members. */
export function buildGroup(plan: GroupPlan, gateways: NonNullable<SnapshotPlan['gateways']> = {}): GatewayGroup {
  return buildSnapshot({ gateways, groups: { g: plan } }).groups[0]!;
}

/** The tier of a group in which these gateways have these weights. */
export function buildTier(weights: Readonly<Record<string, number>>): Tier {
  return buildGroup({ members: weights }).tiers[0]!;
}

/** The rows that SQL would hold, in the order in which it gives them. */
function buildRows(plan: SnapshotPlan): InventoryRows {
  const groups = Object.entries(plan.groups ?? {})
    .map(([name, group]) => groupRows(name, group))
    .sort((a, b) => (a.row.name < b.row.name ? -1 : 1));
  const named = new Map(Object.entries(plan.gateways ?? {}));
  const gateways = [...new Set([...named.keys(), ...groups.flatMap(({ members }) => members.map((it) => it.gateway))])]
    .sort()
    .map((name) => gatewayRows(name, named.get(name) ?? {}));
  const gatewaySwitches = gateways.flatMap((it) => it.switches);
  const hostnames = new Set([...(plan.switches ?? []), ...gatewaySwitches.map(({ hostname }) => hostname)]);
  return {
    gateways: gateways.map(({ row }) => row),
    gatewayParams: [],
    gatewayVariables: [],
    groups: groups.map(({ row }) => row),
    members: groups.flatMap(({ members }) => members),
    routes: (plan.routes ?? [])
      .map((route, at) => routeRow(at + 1, Object.keys(plan.groups ?? {})[0] ?? 'g', route))
      .sort((a, b) => a.position - b.position || a.id - b.id),
    failoverCauses: causeRows(plan.failoverCauses ?? defaultCauses),
    groupFailoverCauses: groups.flatMap(({ row, causes }) => causes.map((it) => ({ groupName: row.name, ...it }))),
    outcomeBlame: [],
    switches: [...hostnames].sort().map((hostname) => ({ hostname, eslHost: null, eslPort: 8021, eslPassword: null })),
    gatewaySwitches,
    profiles: [],
    profileSettings: [],
  };
}

function gatewayRows(gateway: string, { switches = [], ...columns }: GatewayPlan) {
  return {
    row: { ...gatewayRow(gateway), ...columns },
    switches: switches.map((hostname) => ({ gateway, hostname })),
  };
}

function groupRows(name: string, { members, causes = {}, ...columns }: GroupPlan) {
  return { row: { ...groupRow(name), ...columns }, members: memberRows(name, members), causes: causeRows(causes) };
}

function gatewayRow(name: string): GatewayRow {
  return {
    name,
    profile: 'external',
    proxy: `${name.toLowerCase()}.example`,
    realm: null,
    username: null,
    password: null,
    register: 0,
    registerTransport: 'udp',
    expireSeconds: null,
    retrySeconds: null,
    callerIdInFrom: 1,
    pingSeconds: null,
    pingMin: null,
    pingMax: null,
    extension: null,
    context: null,
    maxCalls: null,
    maxCps: null,
    stripDigits: 0,
    addPrefix: '',
    state: 'active',
    drainSeconds: 300,
  };
}

function groupRow(name: string): GroupRow {
  return {
    name,
    strategy: 'weighted',
    chooser: 'trunkhunt',
    maxAttempts: 3,
    progressTimeoutSeconds: 10,
    answerTimeoutSeconds: 60,
    healthMode: 'enforce',
    whenAllDown: 'try_all',
    faultLimitPercent: 10,
    faultConfidencePercent: 95,
    ejectSeconds: 30,
    slowStartSeconds: 60,
  };
}

function memberRows(groupName: string, members: GroupPlan['members']): readonly MemberRow[] {
  return Object.entries(members)
    .map(([gateway, plan]) => {
      const { tier = 1, weight = 1 } = typeof plan === 'number' ? { weight: plan } : plan;
      return { groupName, gateway, tier, weight };
    })
    .sort((a, b) => a.tier - b.tier || b.weight - a.weight || (a.gateway < b.gateway ? -1 : 1));
}

function routeRow(id: number, groupName: string, columns: Partial<RouteRow>): RouteRow {
  return {
    id,
    name: null,
    context: 'default',
    position: 100,
    destinationPrefix: null,
    destinationPattern: null,
    callerPattern: null,
    sourceNetwork: null,
    headerName: null,
    headerPattern: null,
    groupName,
    stripDigits: 0,
    addPrefix: '',
    dialNumber: null,
    destinationCharset: 'digits',
    callerIdNumber: null,
    callerIdName: null,
    ...columns,
  };
}

function causeRows(causes: Readonly<Record<string, 'next' | 'stop'>>): readonly CauseRow[] {
  return Object.entries(causes)
    .map(([cause, action]) => ({ cause, action }))
    .sort((a, b) => (a.cause < b.cause ? -1 : 1));
}
