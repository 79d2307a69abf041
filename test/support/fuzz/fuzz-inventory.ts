import { readFileSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';

import { type CompiledInventory, compileSnapshot } from '../../../src/inventory/compile-snapshot.ts';
import { readInventoryRows } from '../../../src/inventory/inventory-rows.ts';
import { temporaryInventory } from '../temporary-inventory.ts';
import { hostileText } from './hostile-text.ts';

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;
/** Rows by table, as SQL names both. */
export type Tables = Readonly<Record<string, readonly Row[]>>;

/** What an operator wrote: tables, some cells of which hold what no operator would write. */
export interface FuzzInventory {
  readonly tables: Tables;
  readonly injected: readonly Injection[];
}

interface Injection {
  readonly table: string;
  readonly column: string;
  readonly row: number;
  readonly text: string;
}

const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 2 });
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const GATEWAYS = ['gw1', 'gw2', 'Gw-3_x', '0123', 'x-pre-process', 'a.b', 'carrier', 'evil'] as const;
const GROUPS = ['pair', 'list', 'g.3', 'x-pre-process'] as const;
const HOSTS = ['fs1', 'fs-2'] as const;
const CAUSES = ['USER_BUSY', 'NO_ANSWER', 'CALL_REJECTED', 'NETWORK_OUT_OF_ORDER', 'NORMAL_TEMPORARY_FAILURE'] as const;

const rules = fc.record({
  strip_digits: fc.constantFrom(0, 0, 1, 3),
  add_prefix: fc.constantFrom('', '', '+', '00', '+49'),
});

const gateway = fc.record({
  profile: fc.constantFrom('external', 'external', 'internal'),
  proxy: fc.constantFrom('198.51.100.1', '198.51.100.2:5080', 'sip.example.net', '[2001:db8::1]', 'h;transport=tcp'),
  realm: orNull(fc.constantFrom('realm', 'a b')),
  username: fc.constantFrom('user', 'o\'neil <x> & "co"'),
  password: fc.constantFrom('secret', '$${x}&<>'),
  register: fc.constantFrom(0, 1),
  register_transport: fc.constantFrom('udp', 'tcp', 'tls'),
  expire_seconds: orNull(fc.constantFrom(60, 3600)),
  retry_seconds: orNull(fc.constantFrom(5, 30)),
  caller_id_in_from: fc.constantFrom(0, 1),
  ping_seconds: orNull(fc.constantFrom(5, 25)),
  ping_max: orNull(fc.constantFrom(1, 3)),
  extension: orNull(fc.constantFrom('auto', '1000')),
  context: orNull(fc.constantFrom('inbound', 'a b')),
  state: fc.constantFrom('active', 'active', 'active', 'active', 'drain', 'disabled'),
});

const group = fc.record({
  strategy: fc.constantFrom('weighted', 'ordered'),
  chooser: fc.constantFrom('trunkhunt', 'trunkhunt', 'mod_distributor'),
  max_attempts: fc.integer({ min: 1, max: 5 }),
  progress_timeout_seconds: fc.constantFrom(1, 10, 3600),
  answer_timeout_seconds: fc.constantFrom(1, 58, 59, 60, 3600),
});

/** Patterns that RE2 and JavaScript read alike. */
const PATTERNS = [
  '^\\+?49([0-9]+)$',
  '^([0-9]{3})([0-9]*)',
  '(.)(.?)',
  '^0*([0-9]*)$',
  '[0-9]',
  '^(a|b)?([^;]*)',
] as const;
const DIALLED = ['1004', '$1', '+49$1$2', '$2$1', 'x$1'] as const;

const route = fc.record({
  name: orNull(fc.constantFrom('a', 'b & c', 'Zoë', '<!--#x', '\ue000')),
  context: fc.constantFrom('public', 'public', 'public', 'Default', 'a b'),
  position: fc.constantFrom(1, 2, 100, 100),
  destination_prefix: rarely(fc.constantFrom('1', '10', '+49', '0', 'b', '*')),
  destination_pattern: rarely(fc.constantFrom(...PATTERNS)),
  caller_pattern: rarely(fc.constantFrom(...PATTERNS)),
  source_network: rarely(fc.constantFrom('192.0.2.0/24', '0.0.0.0/0', '10.0.0.0/8')),
  header: rarely(fc.tuple(fc.constantFrom('X-A', 'X-Account'), fc.constantFrom(...PATTERNS))),
  dial_number: orNull(fc.constantFrom(...DIALLED)),
  destination_charset: fc.constantFrom('digits', 'user'),
  caller_id_number: orNull(fc.constantFrom('+4930', '0', 'anonymous')),
  caller_id_name: orNull(fc.constantFrom('Zoë & Co', 'x-pre-process', '#1')),
  enabled: fc.integer({ min: 0, max: 9 }).map((it) => (it === 7 ? 0 : 1)),
  group: fc.nat(),
  rules,
});

/** What nothing else took, so that most calls get somewhere. */
const LAST = {
  ...{ context: 'public', position: 1000, destination_prefix: null, caller_pattern: null, source_network: null },
  ...{ header: null, enabled: 1 },
};

const tables: fc.Arbitrary<Tables> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...GATEWAYS), { minLength: 1, maxLength: 6 }),
    gateways: fc.array(gateway, { minLength: 6, maxLength: 6 }),
    own: fc.array(rules, { minLength: 6, maxLength: 6 }),
    sameRules: fc.boolean(),
    bound: fc.array(fc.constantFrom('', '', '', ...HOSTS), { minLength: 6, maxLength: 6 }),
    groupNames: fc.uniqueArray(fc.constantFrom(...GROUPS), { minLength: 1, maxLength: 3 }),
    groups: fc.array(group, { minLength: 3, maxLength: 3 }),
    members: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(1, 1, 2), fc.constantFrom(0, 1, 1, 2, 7)), {
      minLength: 3,
      maxLength: 12,
    }),
    routes: fc.array(route, { maxLength: 4, size: 'max' }),
    last: route,
    causes: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...CAUSES), fc.constantFrom('next', 'stop')), { maxLength: 4 }),
    noCauses: fc.constantFrom(false, false, false, true),
    profile: fc.boolean(),
    params: fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('from-user', 'from-domain', 'contact-params'),
        fc.constantFrom('x', '${x}', "a'b"),
      ),
      { maxLength: 3 },
    ),
    variables: fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('v', 'p:w'),
        fc.constantFrom('1', '<&>'),
        fc.constantFrom('inbound', 'outbound', null),
      ),
      { maxLength: 3 },
    ),
  })
  .map((it) => {
    const at = <Value>(list: readonly Value[], index: number): Value => list[index % list.length]!;
    const once = (rows: readonly Row[], ...key: readonly string[]): readonly Row[] => [
      ...new Map(rows.map((row) => [JSON.stringify(key.map((column) => row[column])), row])).values(),
    ];
    return {
      gateways: it.names.map((name, index) => ({ name, ...it.gateways[index]!, ...it.own[it.sameRules ? 0 : index]! })),
      gateway_params: once(
        it.params.map(([g, name, value]) => ({ gateway: at(it.names, g), name, value })),
        'gateway',
        'name',
      ),
      gateway_variables: once(
        it.variables.map(([g, name, value, direction]) => ({ gateway: at(it.names, g), name, value, direction })),
        ...['gateway', 'name', 'direction'],
      ),
      gateway_groups: it.groupNames.map((name, index) => ({ name, ...it.groups[index]! })),
      gateway_group_members: once(
        [
          ...it.groupNames.map((name) => ({ group_name: name, gateway: at(it.names, 0), tier: 1, weight: 1 })),
          ...it.members.map(([g, gw, tier, weight]) => ({
            group_name: at(it.groupNames, g),
            gateway: at(it.names, gw),
            tier,
            weight,
          })),
        ],
        ...['group_name', 'gateway'],
      ),
      routes: once(
        [...it.routes, { ...it.last, ...LAST }].map(({ group: of, header, rules: own, ...columns }, index) => ({
          id: index + 1,
          ...columns,
          name: columns.name === null ? null : `${columns.name} ${index}`,
          header_name: header?.[0] ?? null,
          header_pattern: header?.[1] ?? null,
          dial_number:
            columns.destination_pattern === null && columns.dial_number?.includes('$') === true
              ? null
              : columns.dial_number,
          group_name: at(it.groupNames, of),
          ...own,
        })),
        'id',
      ),
      group_failover_causes: once(
        [...it.causes.map(([g, cause, action]) => ({ group_name: at(it.groupNames, g), cause, action }))],
        ...['group_name', 'cause'],
      ),
      ...(it.noCauses ? { failover_causes: [] } : {}),
      switches: HOSTS.map((hostname) => ({ hostname })),
      gateway_switches: it.names.flatMap((name, index) =>
        it.bound[index] === '' ? [] : [{ gateway: name, hostname: it.bound[index]! }],
      ),
      profiles: it.profile ? [{ name: 'internal' }] : [],
      profile_settings: it.profile ? [{ profile: 'internal', name: 'sip-port', value: '5060' }] : [],
    };
  });

/** Every column of text but patterns, which are only matched with, and which engines read differently. */
const injection = fc.record({ at: fc.nat(), row: fc.nat({ max: 5 }), text: hostileText });

/** Inventories that a switch could be served from, with some cells overwritten by what no operator would write. */
export const fuzzInventory: fc.Arbitrary<FuzzInventory> = fc
  .tuple(tables, fc.array(injection, { maxLength: 2 }))
  .map(([made, injections]) => {
    const columns = Object.entries(made).flatMap(([table, rows]) =>
      Object.entries(rows[0] ?? {}).flatMap(([column]) =>
        /^(?:id|position|register|weight|tier|enabled)$|_(?:seconds|max|digits|attempts|from|pattern)$/.test(column)
          ? []
          : [{ table, column }],
      ),
    );
    const injected = injections.map(({ at, row, text }) => {
      const { table, column } = columns[at % columns.length]!;
      return { table, column, row: row % made[table]!.length, text };
    });
    let out: Tables = made;
    for (const { table, column, row, text } of injected) {
      const rows = out[table]!.map((it, index) => (index === row ? { ...it, [column]: text } : it));
      out = { ...out, [table]: rows };
    }
    return { tables: out, injected };
  });

/** The compiled inventory, and its tables as SQLite has them; undefined where SQLite itself refuses the rows. */
export interface WrittenInventory {
  readonly compiled: CompiledInventory;
  readonly tables: Tables;
}

let migrated: Buffer | undefined;

/** Writes the tables into a database in memory, with CHECKs and foreign keys off, and compiles what is there. */
export function writeInventory({ tables: wanted }: FuzzInventory): WrittenInventory | undefined {
  migrated ??= emptyInventory();
  const database = new BetterSqlite(migrated);
  try {
    database.pragma('foreign_keys = OFF');
    database.pragma('ignore_check_constraints = ON');
    for (const [table, rows] of Object.entries(wanted)) {
      if (table === 'failover_causes') database.exec('DELETE FROM failover_causes');
      for (const row of rows) {
        const columns = Object.keys(row);
        const places = columns.map(() => '?').join();
        database.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${places})`).run(...Object.values(row));
      }
    }
    const names = database.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const tablesOf = names.flatMap(({ name }) =>
      /^(?:gateway|route|failover|group|switch|profile)/.test(name)
        ? [[name, database.prepare<[], Row>(`SELECT * FROM ${name}`).all()] as const]
        : [],
    );
    return { compiled: compileSnapshot(readInventoryRows(database)), tables: Object.fromEntries(tablesOf) };
  } catch (error) {
    if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')) return undefined;
    throw error;
  } finally {
    database.close();
  }
}

function emptyInventory(): Buffer {
  const inventory = temporaryInventory();
  const file = readFileSync(inventory.path);
  inventory.remove();
  // A write-ahead log cannot be kept beside a database in memory: read and write version 1 is the other journal.
  file.fill(1, 18, 20);
  return file;
}
