import type { Finding } from '../errors/finding.ts';
import type { Lineup } from '../routing/lineup.ts';
import type { Name } from '../routing/name.ts';
import type { Route } from '../routing/route.ts';
import { RouteTable } from '../routing/route-table.ts';
import type { NeededFields, Profile, Snapshot } from '../routing/snapshot.ts';
import { checkValues } from './check-values.ts';
import { compileBlame } from './compile-blame.ts';
import { compileEventSockets, reportUnwatchedLimits } from './compile-event-sockets.ts';
import { compileGateways, nameIn, reportGlobals } from './compile-gateways.ts';
import { compileGroups } from './compile-groups.ts';
import { compileRoutes } from './compile-routes.ts';
import { Findings, rowAt } from './findings.ts';
import { groupRows } from './group-rows.ts';
import type { InventoryRows } from './inventory-rows.ts';
import { openSecrets, type SecretAccess, WITHOUT_KEYS } from './open-secrets.ts';

export interface CompiledInventory {
  /** Undefined where any finding is a problem: a snapshot is whole or not at all. */
  readonly snapshot: Snapshot | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Turns the tables into a snapshot, or tells everything that is wrong with them. Nothing from the rows is believed
 * that a document depends on: clients can switch constraints off.
 * @param previous the snapshot before, whose unchanged line-ups are kept
 * @param version of the inventory's history that the rows were read at
 * @param access how secrets are read that are encrypted
 */
export function compileSnapshot(
  stored: InventoryRows,
  previous?: Snapshot,
  version = 0,
  access: SecretAccess = WITHOUT_KEYS,
): CompiledInventory {
  const findings = new Findings();
  const rows = openSecrets(stored, access, findings);
  const lineups = new Map<string, Lineup>();
  checkValues(rows, findings);
  const gateways = compileGateways(rows, findings);
  const groups = compileGroups(rows, gateways, { before: previous?.lineups ?? new Map(), now: lineups }, findings);
  const routes = compileRoutes(rows, groups, findings);
  const profiles = compileProfiles(rows, findings);
  reportUnwatchedLimits(rows, findings);
  const blame = compileBlame(rows, findings);
  if (findings.hasProblem) return { snapshot: undefined, findings: findings.all };
  const snapshot: Snapshot = {
    gateways: [...gateways.values()],
    groups: [...groups.values()],
    routes: new RouteTable(routes),
    profiles,
    hostnames: new Set(rows.switches.map(({ hostname }) => hostname)),
    hostnamesWithOwnView: new Set(rows.gatewaySwitches.map(({ hostname }) => hostname)),
    eventSockets: compileEventSockets(rows),
    blame,
    neededFields: neededFields(routes),
    lineups,
    version,
  };
  return { snapshot, findings: findings.all };
}

function compileProfiles(rows: InventoryRows, findings: Findings): readonly Profile[] {
  const settings = groupRows(rows.profileSettings, ({ profile }) => profile);
  const names = new Set(rows.profiles.map(({ name }) => name));
  for (const profile of settings.keys()) {
    if (names.has(profile)) continue;
    const where = rowAt('profile_settings', profile, 'profile');
    const fix = `INSERT INTO profiles (name) VALUES ('${profile}'); or delete these settings`;
    findings.add('reference-broken', where, `there is no profile '${profile}'`, fix);
  }
  return rows.profiles.flatMap((row) => {
    const name: Name | undefined = nameIn(row.name, 'profiles', row.name, 'name', findings);
    if (name === undefined) return [];
    reportGlobals('profile_settings', row.name, settings.get(row.name) ?? [], findings);
    return [
      { name, settings: (settings.get(row.name) ?? []).map(({ name: setting, value }) => ({ name: setting, value })) },
    ];
  });
}

function neededFields(routes: readonly Route[]): NeededFields {
  const headers = new Map(routes.flatMap(({ header }) => (header ? [[header.name.toLowerCase(), header.name]] : [])));
  return {
    callerNumber: routes.some(({ callerPattern }) => callerPattern !== undefined),
    callerName: routes.some(({ callerIdName }) => callerIdName === undefined),
    networkAddress: routes.some(({ sourceNetwork }) => sourceNetwork !== undefined),
    headers: [...headers.values()].sort(),
  };
}
