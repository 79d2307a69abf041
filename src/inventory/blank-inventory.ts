import BetterSqlite from 'better-sqlite3';
import { readMigrations } from './read-migrations.ts';
import { readTableRows } from './read-table-rows.ts';
import type { TableRows } from './table-rows.ts';

/** What a new inventory holds: the rows that are shipped. No file is made. */
export function blankInventory(): TableRows {
  const database = new BetterSqlite(':memory:');
  try {
    for (const { sql } of readMigrations()) database.exec(sql);
    return readTableRows(database);
  } finally {
    database.close();
  }
}
