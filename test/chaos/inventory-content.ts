import BetterSqlite, { type Database } from 'better-sqlite3';
import { latestVersion, oldestVersion } from '../../src/inventory/history-version.ts';
import { rowsAt } from '../../src/inventory/rows-at.ts';
import { TABLE_NAMES } from '../../src/inventory/table-rows.ts';

/** What an inventory file holds, to be compared with what it may hold. */
export interface InventoryContent {
  /** Every row of every table, as text. */
  readonly rows: string;
  /** The newest version of its history; 0 where it has none. */
  readonly version: number;
  /** The oldest version that it can be taken back to. */
  readonly oldest: number;
  /** The migrations that it has. */
  readonly migrations: number;
}

/**
 * Reads a file as the next program would, after whatever happened to it.
 * @throws Error where SQLite finds it damaged, a reference leads nowhere, or its history does not lead back to its
 *   oldest version
 */
export function inventoryContent(path: string): InventoryContent {
  const database = new BetterSqlite(path, { fileMustExist: true });
  try {
    const integrity = database.prepare('PRAGMA integrity_check').pluck().all();
    if (integrity.join() !== 'ok') throw new Error(`${path} is damaged: ${integrity.join('; ')}`);
    const strays = database.prepare('PRAGMA foreign_key_check').all();
    if (strays.length > 0) throw new Error(`${path} has references that lead nowhere: ${JSON.stringify(strays)}`);
    return contentOf(database);
  } finally {
    database.close();
  }
}

/** Tables of the inventory that this version of the schema has. */
function contentOf(database: Database): InventoryContent {
  const tables = new Set(
    database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all(),
  );
  const rowsOf = (table: string): unknown =>
    database
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .map((row) => JSON.stringify(row))
      .sort();
  const rows = JSON.stringify(TABLE_NAMES.filter((it) => tables.has(it)).map((table) => [table, rowsOf(table)]));
  const migrations = database.prepare('SELECT count(*) FROM trunkhunt_migrations').pluck().get() as number;
  if (!tables.has('history')) return { rows, version: 0, oldest: 0, migrations };
  // Throws where a change does not fit to what is there.
  const oldest = oldestVersion(database);
  rowsAt(database, oldest);
  return { rows, version: latestVersion(database), oldest, migrations };
}
