import type { Database } from 'better-sqlite3';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from './table-rows.ts';

/** Reads every table in one read transaction. */
export function readTableRows(database: Database): TableRows {
  return database.transaction(() => {
    const rows: Partial<Record<TableName, readonly TableRow[]>> = {};
    for (const name of TABLE_NAMES) rows[name] = database.prepare<[], TableRow>(INVENTORY_TABLES[name].select).all();
    return rows as TableRows;
  })();
}
