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

/** The key of a row as one text: rows of a table have the same exactly where they are the same row. */
export function keyOf(table: TableName, row: TableRow): string {
  return JSON.stringify(INVENTORY_TABLES[table].key.map((column) => row[column] ?? null));
}

/** A row of which only some columns are said, with the others as SQL would make them. */
export function completeRow(table: TableName, said: TableRow): TableRow {
  const { columns, defaults } = INVENTORY_TABLES[table];
  return Object.fromEntries(columns.map((column) => [column, said[column] ?? defaults[column] ?? null]));
}
