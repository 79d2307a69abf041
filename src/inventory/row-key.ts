import { rowAt } from './findings.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import type { Cell, TableName, TableRow } from './table-rows.ts';

/** The values of the row's key. */
function keyValues(table: TableName, row: TableRow): readonly Cell[] {
  return INVENTORY_TABLES[table].key.map((column) => row[column] ?? null);
}

/** The key of a row as one text: rows of a table have the same exactly where they are the same row. */
export function rowKey(table: TableName, row: TableRow): string {
  return JSON.stringify(keyValues(table, row));
}

/** A row of which only some columns are said, with the others as SQL would make them. */
export function completeRow(table: TableName, said: TableRow): TableRow {
  const { columns, defaults } = INVENTORY_TABLES[table];
  return Object.fromEntries(columns.map((column) => [column, said[column] ?? defaults[column] ?? null]));
}

/** Whether two whole rows of a table hold the same. */
export function isSameRow(table: TableName, one: TableRow, other: TableRow): boolean {
  return INVENTORY_TABLES[table].columns.every((column) => one[column] === other[column]);
}

/** Points at a row, for findings. */
export function rowPlace(table: TableName, row: TableRow): string {
  return rowAt(table, keyValues(table, row).join("', '"));
}
