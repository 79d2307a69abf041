import { readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/** Fills a migrated, empty inventory with the example that ships in `examples/inventory.sql`. */
export function insertExampleInventory(database: Database): void {
  const sql = readFileSync(new URL('../../examples/inventory.sql', import.meta.url), 'utf8');
  database.transaction(() => database.exec(sql)).immediate();
}
