import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planImport } from '../../src/import/plan-import.ts';
import type { ProposedRow, Reading } from '../../src/import/reading.ts';
import { blankInventory } from '../../src/inventory/blank-inventory.ts';
import { changedRows } from '../../src/inventory/changed-rows.ts';
import { openInventoryEditor } from '../../src/inventory/inventory-editor.ts';
import type { TableName, TableRow, TableRows } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const blank = blankInventory();

const proposed = (table: TableName, row: TableRow, line = 1): ProposedRow => ({
  table,
  row,
  from: { file: 'f', line },
});
const readingOf = (rows: readonly ProposedRow[]): Reading => ({ rows, leftOut: [], remarks: [] });
const plan = (rows: readonly ProposedRow[], on: TableRows = blank) => planImport(readingOf(rows), on);
const after = (rows: readonly ProposedRow[], on: TableRows = blank): TableRows =>
  changedRows(
    on,
    plan(rows, on).planned.map(({ change }) => change),
  );
const leftOut = (rows: readonly ProposedRow[], on?: TableRows) =>
  plan(rows, on).leftOut.map(({ from, what, why }) => `${from.line} ${what}: ${why}`);

const name = fc.constantFrom('a', 'A', 'b', 'c', '-bad', 'all');
const row: fc.Arbitrary<ProposedRow> = fc.oneof(
  fc
    .record({ name, proxy: fc.constantFrom('10.0.0.1', 'sip:x', '10.0.0.2:5080') })
    .map((it) => proposed('gateways', it)),
  fc
    .record({ name, max_calls: fc.constantFrom(0, 1, 5, null), proxy: fc.constant('h') })
    .map((it) => proposed('gateways', it)),
  fc.record({ name, max_attempts: fc.integer({ min: 0, max: 3 }) }).map((it) => proposed('gateway_groups', it)),
  fc
    .record({ group_name: name, gateway: name, weight: fc.integer({ min: -1, max: 3 }) })
    .map((it) => proposed('gateway_group_members', it)),
  fc
    .record({
      name: fc.constantFrom('r1', 'r2'),
      context: fc.constant('default'),
      group_name: name,
      destination_prefix: fc.constantFrom(null, '49', 'x y'),
    })
    .map((it) => proposed('routes', it)),
  fc.record({ context: fc.constantFrom('default', 'x'), group_name: name }).map((it) => proposed('routes', it)),
  fc
    .record({
      gateway: name,
      name: fc.constantFrom('v', 'w'),
      value: fc.constantFrom('1', '2', ''),
      direction: fc.constantFrom(null, 'inbound', 'both'),
    })
    .map((it) => proposed('gateway_variables', it)),
  fc
    .record({
      cause: fc.constantFrom('USER_BUSY', 'NORMAL_UNSPECIFIED', 'x'),
      action: fc.constantFrom('next', 'stop', 'go'),
    })
    .map((it) => proposed('failover_causes', it)),
);
const rows = fc.array(row, { maxLength: 15 });

describe('a plan', () => {
  it('can be written whole, gives what it said, and a second time there is nothing to do', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const editor = openInventoryEditor(temporaryInventory().path);
        try {
          for (const wanted of [first, second]) {
            const expected = after(wanted, editor.read());
            // Whether a server would serve it is another matter; what SQL refuses fails here.
            editor.change({ who: 'test', why: '' }, (on) => plan(wanted, on).planned.map(({ change }) => change), {
              force: true,
            });
            expect(sorted(editor.read())).toEqual(sorted(expected));
            expect(plan(wanted, editor.read()).planned).toEqual([]);
          }
        } finally {
          editor.close();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('keeps every proposed row: planned, as it is, said twice, or left out with a reason', () => {
    fc.assert(
      fc.property(rows, (wanted) => {
        const numbered = wanted.map((it, line) => ({ ...it, from: { file: 'f', line } }));
        const made = plan(numbered);
        const lines = [...made.planned.map(({ from }) => from.line), ...made.leftOut.map(({ from }) => from.line)];
        expect(new Set(lines).size).toBe(lines.length);
        const result = after(numbered);
        const nowhere = numbered.filter(({ from }) => !lines.includes(from.line));
        const isSo = ({ table, row: said }: ProposedRow): boolean =>
          result[table].some((it) => Object.entries(said).every(([column, value]) => it[column] === value));
        expect(nowhere.filter((it) => !isSo(it))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves columns that the files do not say, and rows that they do not mention', () => {
    const on = after([
      proposed('gateways', { name: 'a', proxy: 'h', max_calls: 5 }),
      proposed('gateways', { name: 'b', proxy: 'h' }),
    ]);
    const made = plan([proposed('gateways', { name: 'a', proxy: 'other' })], on);
    expect(
      made.planned.map(({ change }) => [
        change.before?.['proxy'],
        change.after?.['proxy'],
        change.after?.['max_calls'],
      ]),
    ).toEqual([['h', 'other', 5]]);
    expect(after([proposed('gateways', { name: 'a', proxy: 'other' })], on).gateways).toHaveLength(2);
  });

  it('knows a route by its name, or by all that is said of it', () => {
    const group = proposed('gateway_groups', { name: 'g' });
    const named = proposed('routes', { name: 'r', context: 'default', group_name: 'g' });
    const unnamed = proposed('routes', { context: 'x', group_name: 'g', destination_prefix: '49' });
    const on = after([group, named, unnamed]);
    expect(on.routes.map(({ id, name: it }) => [id, it])).toEqual([
      [1, 'r'],
      [2, null],
    ]);
    expect(plan([group, named, unnamed], on).planned).toEqual([]);
    expect(
      after([proposed('routes', { name: 'r', context: 'y', group_name: 'g' })], on).routes.map(({ id, context }) => [
        id,
        context,
      ]),
    ).toEqual([
      [1, 'y'],
      [2, 'x'],
    ]);
  });

  it('says of what it leaves out why', () => {
    const gateway = proposed('gateways', { name: 'a', proxy: 'h' }, 1);
    expect(
      leftOut([
        gateway,
        proposed('gateways', { name: 'a', proxy: 'h' }, 2),
        proposed('gateways', { name: 'a', proxy: 'other' }, 3),
        proposed('gateways', { name: 'A', proxy: 'h' }, 4),
        proposed('gateways', { name: 'x', proxy: 'sip:h' }, 5),
        proposed('gateway_groups', { name: 'g' }, 6),
        proposed('gateway_group_members', { group_name: 'g', gateway: 'x' }, 7),
        proposed('routes', { name: 'r', context: 'c', group_name: 'none' }, 8),
      ]),
    ).toEqual([
      "3 gateways['a']: f:1 says something else of it, and comes first",
      "4 gateways['A']: there is 'a', and names do not differ in case alone",
      "5 gateways['x']: the inventory takes no such value (gateways.proxy: host or host:port, without sip:)",
      "7 gateway_group_members['g', 'x']: there is no row 'x' in gateways: it was left out, or is not there",
      "8 routes['r']: there is no row 'none' in gateway_groups: it was left out, or is not there",
    ]);
  });
});

function sorted(tables: TableRows): unknown {
  return Object.fromEntries(
    Object.entries(tables).map(([table, all]) => [
      table,
      all.map((it) => JSON.stringify(Object.entries(it).sort())).sort(),
    ]),
  );
}
