import BetterSqlite from 'better-sqlite3';

import type { Reading } from '../../src/import/reading.ts';
import type { CompiledInventory } from '../../src/inventory/compile-snapshot.ts';
import { INVENTORY_TABLES } from '../../src/inventory/inventory-tables.ts';
import { temporaryInventory } from './temporary-inventory.ts';

/** Writes what was read into an empty inventory, with foreign keys on, and compiles it. */
export function compileReading({ rows }: Reading): CompiledInventory {
  const inventory = temporaryInventory();
  const database = new BetterSqlite(inventory.path);
  try {
    database.pragma('foreign_keys = ON');
    for (const { table, row } of rows) {
      const { insert, columns, defaults } = INVENTORY_TABLES[table];
      const blank = Object.fromEntries(columns.map((column) => [column, null]));
      database.prepare(insert).run({ ...blank, ...defaults, ...row });
    }
  } finally {
    database.close();
  }
  return inventory.compile();
}
