import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { insertExampleInventory } from '../inventory/example-inventory.ts';
import { migrate } from '../inventory/migrate.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { readMigrations } from '../inventory/read-migrations.ts';
import { isUpToDate, requireSound, requireWhole } from '../inventory/require-whole.ts';

/** What became of the file before it is served. */
export interface PreparedDatabase {
  /** Of how it was before it was migrated. */
  readonly backup: string | undefined;
  readonly applied: number;
}

/**
 * Makes the example where it is wanted, and migrates. A file that is up to date is not written to: its disk may be
 * read-only.
 * @throws OperatorError inventory-damaged and what else `migrate` and `openInventory` throw
 */
export function prepareDatabase(path: string, make: boolean, nowMs: number): PreparedDatabase {
  if (make) mkdirSync(dirname(path), { recursive: true });
  requireWhole(path);
  if (!make && isUpToDate(path)) return { backup: undefined, applied: 0 };
  const database = openInventory(path, { mode: make ? 'create' : 'write' });
  try {
    requireSound(database, path);
    const { applied, backup } = migrate(database, readMigrations(), nowMs);
    if (make) insertExampleInventory(database);
    return { backup, applied: applied.length };
  } finally {
    database.close();
  }
}
