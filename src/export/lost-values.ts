import { blankInventory } from '../inventory/blank-inventory.ts';
import { INVENTORY_TABLES } from '../inventory/inventory-tables.ts';
import type { TableName, TableRow, TableRows } from '../inventory/table-rows.ts';
import { isServed } from '../routing/gateway.ts';
import { type Tier, tiersOn } from '../routing/gateway-group.ts';
import { type Snapshot, viewOf } from '../routing/snapshot.ts';
import { spreadOrder } from '../routing/spread-order.ts';
import { tryLimit } from '../xml/local-plan.ts';
import { NOT_TRIED } from '../xml/plan-document.ts';
import { LOCAL_LIST } from '../xml/distributor-document.ts';
import type { NotExpressed } from './not-expressed.ts';

/** mod_distributor reads 100 words: a list's name, and exceptions (contract 4.3). */
const EXCEPTIONS_LIMIT = 98;

/** A column of which any value but the default is in no file. */
type LostColumn = readonly [table: TableName, columns: string, why: string];

const UNJUDGED = 'calls are not judged by how they end: only pings tell who is down';
const FOR_PEOPLE = 'files have no place for it';
const OUR_CONNECTION = 'only trunkhunt connects to it';

const LOST_COLUMNS: readonly LostColumn[] = [
  ['gateways', 'max_calls max_cps', 'calls are not counted: no limit holds'],
  ['gateways', 'drain_seconds', 'nobody takes a gateway away from a switch'],
  ['gateways', 'strip_digits add_prefix', 'the dialplan dials by it; a gateway itself has no such value'],
  ['gateways', 'note', FOR_PEOPLE],
  ['gateway_groups', 'chooser', 'mod_distributor chooses for every weighted group'],
  ['gateway_groups', 'health_mode when_all_down', UNJUDGED],
  ['gateway_groups', 'fault_limit_percent fault_confidence_percent eject_seconds slow_start_seconds', UNJUDGED],
  ['gateway_groups', 'note', FOR_PEOPLE],
  ['routes', 'position', 'the order of routes is kept, its numbers are not'],
  ['routes', 'enabled', 'it is disabled, and in no file'],
  ['routes', 'note', FOR_PEOPLE],
  ['switches', 'esl_host esl_port esl_password note', OUR_CONNECTION],
  ['gateway_switches', 'hostname', 'the files are what one switch sees'],
];

/**
 * Every value of the inventory that is not in the files of one switch, besides routes that are left out whole.
 * @param hostname the switch whose files they are; "" = what every switch has
 */
export function lostValues(rows: TableRows, snapshot: Snapshot, hostname: string): readonly NotExpressed[] {
  const view = viewOf(snapshot, hostname);
  return [
    ...LOST_COLUMNS.flatMap(([table, columns, why]) =>
      columns.split(' ').flatMap((column) => lostInColumn(rows, table, column, why)),
    ),
    ...lostBlame(rows),
    ...lostStates(rows),
    ...lostNames(rows),
    ...lostCauses(rows),
    ...lostSettings(rows, snapshot),
    ...lostMembers(rows, snapshot, view),
    ...lostTries(snapshot, view),
    ...lostByNames(snapshot, view),
  ];
}

function lostInColumn(rows: TableRows, table: TableName, column: string, why: string): readonly NotExpressed[] {
  const usual = INVENTORY_TABLES[table].defaults[column] ?? null;
  return rows[table].flatMap((row) =>
    (row[column] ?? null) === usual ? [] : [{ table, key: keyWords(table, row), column, why }],
  );
}

/** What is shipped comes again with any new inventory. */
function lostBlame(rows: TableRows): readonly NotExpressed[] {
  const shipped = new Set(blankInventory().outcome_blame.map((row) => JSON.stringify(row)));
  return rows.outcome_blame.flatMap((row) =>
    shipped.has(JSON.stringify(row))
      ? []
      : [{ table: 'outcome_blame', key: keyWords('outcome_blame', row), column: 'blame', why: UNJUDGED }],
  );
}

function lostStates(rows: TableRows): readonly NotExpressed[] {
  return rows.gateways.flatMap((row) => {
    if (row['state'] === 'active') return [];
    const why = row['state'] === 'drain' ? 'it is defined, and in no list' : 'it is disabled, and in no file';
    return [{ table: 'gateways', key: keyWords('gateways', row), column: 'state', why }];
  });
}

/** Without a name a route is called by its id. */
function lostNames(rows: TableRows): readonly NotExpressed[] {
  const why = 'it reads as that of a route without a name, and comes back as one';
  return rows.routes.flatMap((row) =>
    /^#\d+$/.test(String(row['name'])) ? [{ table: 'routes', key: keyWords('routes', row), column: 'name', why }] : [],
  );
}

/** Whoever was not tried is passed over, as health would, whatever causes say. */
function lostCauses(rows: TableRows): readonly NotExpressed[] {
  const why = 'a gateway that is down or missing is passed over in any case';
  return (['failover_causes', 'group_failover_causes'] as const).flatMap((table) =>
    rows[table].flatMap((row) =>
      row['action'] === 'stop' && NOT_TRIED.split(',').includes(String(row['cause']))
        ? [{ table, key: keyWords(table, row), column: 'action', why }]
        : [],
    ),
  );
}

/** A group's settings are in the plans of its routes; a group that no route uses is a list and no more. */
function lostSettings(rows: TableRows, snapshot: Snapshot): readonly NotExpressed[] {
  const used = new Set(snapshot.routes.inOrder.map(({ group }) => String(group.name)));
  const unused = rows.gateway_groups.filter(({ name }) => !used.has(String(name)));
  const why = 'no route uses the group: it is a list, without a plan';
  return ['strategy', 'max_attempts', 'progress_timeout_seconds', 'answer_timeout_seconds'].flatMap((column) =>
    lostInColumn({ ...rows, gateway_groups: unused }, 'gateway_groups', column, why),
  );
}

/** Lists hold turns: what has none is in no list, and of weights only their ratio shows. */
function lostMembers(rows: TableRows, snapshot: Snapshot, view: string): readonly NotExpressed[] {
  const tiers = new Map(snapshot.groups.map((group) => [String(group.name), tiersOn(group, view)]));
  const turns = new Map([...tiers].map(([group, of]) => [group, turnsIn(of)]));
  return rows.gateway_group_members.flatMap((row): readonly NotExpressed[] => {
    const lowest = tiers.get(String(row['group_name']))?.[0]?.tier;
    const found = turns.get(String(row['group_name']))?.get(String(row['gateway'])) ?? 0;
    const key = keyWords('gateway_group_members', row);
    const table = 'gateway_group_members';
    const tierLost =
      lowest !== undefined && lowest !== 1 && row['tier'] === lowest
        ? [{ table, key, column: 'tier', why: 'the lowest tier is the first in files' } as const]
        : [];
    if (found === row['weight'] && found > 0) return tierLost;
    const why = found === 0 ? 'it is in no list' : `lists hold turns: it has ${found} in a round`;
    return [...tierLost, { table, key, column: 'weight', why }];
  });
}

function turnsIn(tiers: readonly Tier[]): ReadonlyMap<string, number> {
  const turns = new Map<string, number>();
  for (const name of tiers.flatMap(({ lineup }) => spreadOrder(lineup.members).names)) {
    turns.set(name, (turns.get(name) ?? 0) + 1);
  }
  return turns;
}

/** Files have as many tries as can be made: more than there are gateways leave no trace, nor more than one without causes. */
function lostTries(snapshot: Snapshot, view: string): readonly NotExpressed[] {
  const used = new Set(snapshot.routes.inOrder.map(({ group }) => group.name));
  return snapshot.groups.flatMap((group): readonly NotExpressed[] => {
    const { name, maxAttempts } = group;
    const count = tiersOn(group, view).reduce((sum, { gateways }) => sum + gateways.length, 0);
    const tries = Math.min(count, tryLimit(group));
    const isUsual = maxAttempts === INVENTORY_TABLES.gateway_groups.defaults['max_attempts'];
    if (!used.has(name) || count === 0 || isUsual || tries === maxAttempts) return [];
    const why = `a call can make ${tries} tries, and that is what the files have`;
    return [{ table: 'gateway_groups', key: name, column: 'max_attempts', why }];
  });
}

function lostByNames(snapshot: Snapshot, view: string): readonly NotExpressed[] {
  const table = 'gateway_groups';
  return snapshot.groups.flatMap((group): readonly NotExpressed[] => {
    const found: NotExpressed[] = [];
    if (group.name.toLowerCase() === LOCAL_LIST) {
      const why = `the list that tells whether a switch runs on its files has this name, and is left out`;
      found.push({ table, key: group.name, column: 'name', why });
    }
    const profiles = new Set(tiersOn(group, view).flatMap(({ gateways }) => gateways.map(({ profile }) => profile)));
    const askedAbout = snapshot.gateways.filter((it) => profiles.has(it.profile) && isServed(it, view)).length;
    if (group.strategy === 'weighted' && askedAbout + group.maxAttempts > EXCEPTIONS_LIMIT) {
      const why = `its profiles have ${askedAbout} gateways: were more than ${EXCEPTIONS_LIMIT} of them down or tried, mod_distributor would not read all of them`;
      found.push({ table, key: group.name, column: 'max_attempts', why });
    }
    return found;
  });
}

/** A route by its name where it has one, as findings call it. */
function keyWords(table: TableName, row: TableRow): string {
  if (table === 'routes') return row['name'] === null ? `#${String(row['id'])}` : String(row['name']);
  return INVENTORY_TABLES[table].key.map((column) => String(row[column] ?? '')).join(', ');
}
