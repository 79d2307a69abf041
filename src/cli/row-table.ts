import { shownRow } from '../inventory/shown-row.ts';
import { INVENTORY_TABLES } from '../inventory/inventory-tables.ts';
import type { TableName, TableRow } from '../inventory/table-rows.ts';
import { tableText } from './table-text.ts';

/** One row down the page: its columns that are not as they would be by themselves, then what belongs to it. */
export function rowTable(
  table: TableName,
  row: TableRow,
  further: readonly (readonly [name: string, value: string])[],
  width: number,
): string {
  const { columns, defaults, key } = INVENTORY_TABLES[table];
  const shown = shownRow(table, row);
  const said = columns.filter((column) => key.includes(column) || row[column] !== (defaults[column] ?? null));
  const lines = said.map((column) => [column, cellText(shown[column] ?? null)] as const);
  return tableText(['what', 'value'], [...lines, ...further], width);
}

/** A value as people read it. */
export function cellText(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
