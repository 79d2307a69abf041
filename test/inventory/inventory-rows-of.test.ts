import fc from 'fast-check';
import { expect, it } from 'vitest';
import BetterSqlite from 'better-sqlite3';
import { inventoryRowsOf } from '../../src/inventory/inventory-rows-of.ts';
import { type InventoryRows, readInventoryRows } from '../../src/inventory/inventory-rows.ts';
import { readTableRows } from '../../src/inventory/read-table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const NAMES = ['a', 'B', 'c-1', '_d'] as const;

const content = fc.record({
  gateways: fc.uniqueArray(fc.constantFrom(...NAMES)),
  groups: fc.uniqueArray(fc.constantFrom(...NAMES)),
  weights: fc.array(
    fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES), fc.nat(5), fc.integer({ min: 1, max: 3 })),
  ),
  routes: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: -2, max: 2 }), fc.boolean())),
  directions: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(null, 'inbound', 'outbound'))),
});

it('is what the compiler reads from a file that holds these tables', () => {
  const inventory = temporaryInventory();
  const database = new BetterSqlite(inventory.path);
  database.pragma('synchronous = OFF');
  database.pragma('foreign_keys = OFF');
  const insert = (sql: string, ...values: readonly (string | number | null)[]): void => {
    database.prepare(sql).run(...values);
  };
  fc.assert(
    fc.property(content, ({ gateways, groups, weights, routes, directions }) => {
      database.exec('BEGIN');
      for (const name of gateways) insert("INSERT INTO gateways (name, proxy, note) VALUES (?, 'x', 'n')", name);
      for (const name of groups) insert('INSERT INTO gateway_groups (name) VALUES (?)', name);
      for (const row of weights) {
        insert(
          'INSERT OR IGNORE INTO gateway_group_members (group_name, gateway, weight, tier) VALUES (?, ?, ?, ?)',
          ...row,
        );
      }
      for (const [group, position, isEnabled] of routes) {
        insert(
          "INSERT INTO routes (context, group_name, position, enabled) VALUES ('d', ?, ?, ?)",
          group,
          position,
          Number(isEnabled),
        );
      }
      for (const row of directions) {
        insert(
          "INSERT OR IGNORE INTO gateway_variables (gateway, direction, name, value) VALUES (?, ?, 'v', 'w')",
          ...row,
        );
      }
      const read = readInventoryRows(database);
      const made = inventoryRowsOf(readTableRows(database));
      // Tables have a column or two that the compiler does not ask for.
      for (const table of Object.keys(read) as readonly (keyof InventoryRows)[]) {
        expect(made[table], table).toEqual(
          (read[table] as readonly object[]).map((row): unknown => expect.objectContaining(row)),
        );
      }
      database.exec('ROLLBACK');
    }),
    { numRuns: 60 },
  );
  database.close();
});
