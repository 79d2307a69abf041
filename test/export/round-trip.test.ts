import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { localFiles } from '../../src/export/local-files.ts';
import { lostValues } from '../../src/export/lost-values.ts';
import { readFreeswitch } from '../../src/import/read-freeswitch.ts';
import type { Reading } from '../../src/import/reading.ts';
import { compileSnapshot } from '../../src/inventory/compile-snapshot.ts';
import { INVENTORY_TABLES } from '../../src/inventory/inventory-tables.ts';
import { readInventoryRows } from '../../src/inventory/inventory-rows.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { completeRow, rowKey } from '../../src/inventory/row-key.ts';
import { readTableRows } from '../../src/inventory/read-table-rows.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from '../../src/inventory/table-rows.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 1 });
const words = fc
  .string({ unit: fc.constantFrom(...Array.from('ab9 $&<>"\'{}#|\\;=é😀-_./x')), minLength: 1, maxLength: 12 })
  .map((it) => (it.includes('$${') ? 'x' : it))
  .filter((it) => it.trim() === it);

const gatewayColumns = fc
  .record({
    profile: fc.constantFrom('external', 'internal'),
    proxy: fc.constantFrom('192.0.2.1', 'sip.example.net:5070', '[2001:db8::1]:5060'),
    realm: maybe(words),
    username: maybe(words),
    password: maybe(words),
    register: fc.constantFrom(0, 1),
    register_transport: fc.constantFrom('udp', 'tcp', 'sctp'),
    expire_seconds: maybe(fc.integer({ min: 5, max: 604_800 })),
    retry_seconds: maybe(fc.integer({ min: 5, max: 86_400 })),
    caller_id_in_from: fc.constantFrom(0, 1),
    ping_seconds: maybe(fc.integer({ min: 5, max: 86_400 })),
    ping_min: maybe(fc.constant(1)),
    ping_max: maybe(fc.integer({ min: 1, max: 9 })),
    extension: maybe(words),
    context: maybe(words),
  })
  .map((it) => (it.username === null || it.password === null ? { ...it, register: 0 } : it));

const further = fc.record({
  params: fc.uniqueArray(fc.tuple(fc.constantFrom('from-domain', 'from-user', 'contact-params'), words), {
    selector: ([name]) => name,
    maxLength: 2,
  }),
  variables: fc.uniqueArray(
    fc.tuple(fc.constantFrom('v', 'w.x'), words, fc.constantFrom('inbound', 'outbound', null)),
    { selector: ([name, , direction]) => `${name} ${direction}`, maxLength: 2 },
  ),
});

const groupColumns = fc.record({
  strategy: fc.constantFrom('weighted', 'ordered'),
  attempts: fc.integer({ min: 1, max: 4 }),
  progress_timeout_seconds: fc.integer({ min: 1, max: 30 }),
  answer_timeout_seconds: fc.integer({ min: 1, max: 120 }),
  weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
  laterFrom: fc.integer({ min: 1, max: 4 }),
  laterTier: fc.integer({ min: 2, max: 5 }),
});

const dialled = fc.oneof(
  fc.record({ strip_digits: fc.integer({ min: 0, max: 3 }), add_prefix: fc.constantFrom('', '00', '9#') }),
  fc.record({ dial_number: fc.constantFrom('112', '+4930') }),
);
const routeColumns = fc
  .record({
    context: fc.constantFrom('default', 'public', 'odd context'),
    destination_prefix: maybe(fc.constantFrom('49', '+49', '*1', '0')),
    destination_pattern: maybe(fc.constantFrom('^\\+?49\\d+$', '^(?:49|\\*1)', '^[0+*](\\d)(\\d*)$', '[0-9]{3}')),
    caller_pattern: maybe(fc.constantFrom('^1234$', '(?i)^anon', '5_/')),
    source_network: maybe(fc.constantFrom('192.0.2.0/24', '2001:db8::/32', '0.0.0.0/0', '::/0')),
    header: maybe(fc.constantFrom('^gold$', 'a\\$b')),
    destination_charset: fc.constantFrom('digits', 'user'),
    caller_id_number: maybe(fc.constantFrom('+4930123')),
    caller_id_name: maybe(fc.constantFrom('Zoë & Co. (Berlin)')),
    group_name: fc.constantFrom('g', 'h'),
  })
  .map(({ header, ...rest }) => ({
    ...rest,
    header_name: header === null ? null : 'X-Account',
    header_pattern: header,
  }));

const inventory = fc.record({
  gateways: fc.array(fc.tuple(gatewayColumns, further), { minLength: 4, maxLength: 4 }),
  groups: fc.tuple(groupColumns, groupColumns),
  routes: fc.array(fc.tuple(routeColumns, dialled), { maxLength: 3 }),
});

type Plan = typeof inventory extends fc.Arbitrary<infer T> ? T : never;

const NAMES = ['a', 'b-1', 'c_2', 'd.3'];

function divisorOf(numbers: readonly number[]): number {
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  return numbers.reduce(common, 0);
}

/** Two groups of two gateways or more; of weights only their ratio is in files, so they have no common divisor. */
function groupRows(name: string, plan: Plan['groups'][0]): readonly (readonly [TableName, TableRow])[] {
  const { strategy, attempts, weights, laterFrom, laterTier, ...timeouts } = plan;
  const tierOf = (at: number): number => (at < laterFrom ? 1 : laterTier);
  const members = NAMES.map((gateway, at) => {
    const others = weights.filter((_, other) => tierOf(other) === tierOf(at));
    return { group_name: name, gateway, tier: tierOf(at), weight: weights[at]! / divisorOf(others) };
  });
  return [
    ['gateway_groups', { name, strategy, max_attempts: attempts, ...timeouts }],
    ...members.map((row) => ['gateway_group_members', row] as const),
  ];
}

function rowsOf({ gateways, groups, routes }: Plan): readonly (readonly [TableName, TableRow])[] {
  const both = [...groupRows('g', groups[0]), ...groupRows('h', groups[1])];
  return [
    ...gateways.flatMap(([columns, { params, variables }], at): (readonly [TableName, TableRow])[] => {
      const gateway = NAMES[at]!;
      return [
        ['gateways', { name: gateway, ...columns }],
        ...params.map(([name, value]) => ['gateway_params', { gateway, name, value }] as const),
        ...variables.map(
          ([name, value, direction]) => ['gateway_variables', { gateway, name, value, direction }] as const,
        ),
      ];
    }),
    ...both,
    ...routes.map(
      ([columns, numbers], at) => ['routes', { id: at + 1, name: `r${at + 1}`, ...columns, ...numbers }] as const,
    ),
    // A group is a plan only by a route.
    ...['g', 'h'].map(
      (group, at) =>
        ['routes', { id: 10 + at, context: 'last', destination_prefix: `9${at}`, group_name: group }] as const,
    ),
  ];
}

/** What SQL holds of these rows, and the snapshot; undefined where a server would refuse them. */
function stored(
  rows: readonly (readonly [TableName, TableRow])[],
): { readonly rows: TableRows; readonly snapshot: Snapshot } | undefined {
  const temporary = temporaryInventory();
  const database = openInventory(temporary.path, { mode: 'write' });
  try {
    for (const [table, row] of rows) database.prepare(INVENTORY_TABLES[table].insert).run(completeRow(table, row));
    const { snapshot } = compileSnapshot(readInventoryRows(database));
    return snapshot && { rows: readTableRows(database), snapshot };
  } finally {
    database.close();
    temporary.remove();
  }
}

/** Of the files of an export, what an import makes. */
function readBack(snapshot: Snapshot): Reading {
  const folder = temporaryFolder();
  const root = `<document type="freeswitch/xml">
    ${['autoload_configs', 'dialplan', 'directory']
      .map(
        (name) => `<section name="${name === 'autoload_configs' ? 'configuration' : name}">
<X-PRE-PROCESS cmd="include" data="${name}/*.xml"/>
</section>`,
      )
      .join('\n')}
</document>`;
  const files = [{ path: 'freeswitch.xml', content: root }, ...localFiles(snapshot, '').files];
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const reading = readFreeswitch([folder]);
  rmSync(folder, { recursive: true });
  return reading;
}

/** Rows of a table as they are compared: with their defaults, in the order of their keys; routes in their own order. */
function comparable(table: TableName, rows: readonly TableRow[]): readonly TableRow[] {
  const whole = rows.map((row) => completeRow(table, row));
  if (table !== 'routes') return whole.sort((a, b) => (rowKey(table, a) < rowKey(table, b) ? -1 : 1));
  const contexts = [...new Set(whole.map((row) => row['context']))].sort();
  return contexts.flatMap((context) =>
    whole.filter((row) => row['context'] === context).map((row) => ({ ...row, id: null, position: null })),
  );
}

it('an import of an export is the inventory, but for what the export lists', () => {
  let compared = 0;
  fc.assert(
    fc.property(inventory, (plan) => {
      const inSql = stored(rowsOf(plan));
      if (inSql === undefined) return;
      const { rows, snapshot } = inSql;
      const lost = [...localFiles(snapshot, '').notExpressed, ...lostValues(rows, snapshot, '')];
      expect(lost.filter(({ table }) => table !== 'outcome_blame')).toEqual([]);
      const reading = readBack(snapshot);
      const labels = snapshot.routes.inOrder.map(({ id }) => id);
      const inOrder = [...rows.routes].sort(
        (a, b) => labels.indexOf(Number(a['id'])) - labels.indexOf(Number(b['id'])),
      );
      for (const table of TABLE_NAMES) {
        if (['failover_causes', 'outcome_blame'].includes(table)) continue;
        const back = reading.rows.filter((it) => it.table === table).map(({ row }) => row);
        expect([table, ...comparable(table, back)]).toEqual([
          table,
          ...comparable(table, table === 'routes' ? inOrder : rows[table]),
        ]);
      }
      compared += 1;
    }),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(10);
});

it('routes come back whatever they are called', () => {
  const names = [
    'x',
    'x (refused)',
    'x (refused) (refused)',
    ' b  c ',
    '#',
    '# 7',
    'trunkhunt x',
    '$${a} ${b} "q" <é😀>',
  ];
  const inSql = stored([
    ['gateways', { name: 'a', proxy: '192.0.2.1' }],
    ['gateway_groups', { name: 'g' }],
    ['gateway_group_members', { group_name: 'g', gateway: 'a' }],
    ...names.map(
      (name, at) =>
        ['routes', { id: at + 1, name, context: 'default', destination_prefix: `4${at}`, group_name: 'g' }] as const,
    ),
  ]);
  const { rows, leftOut } = readBack(inSql!.snapshot);
  expect(leftOut).toEqual([]);
  const routes = rows.filter(({ table }) => table === 'routes').map(({ row }) => row);
  expect(routes.map((row) => [row['name'], row['destination_prefix']])).toEqual(
    names.map((name, at) => [name, `4${at}`]),
  );
});
