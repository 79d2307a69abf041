import { type RowChange } from './diff-tables.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { completeRow } from './row-key.ts';
import type { Cell, TableName, TableRow } from './table-rows.ts';

/** What stands for a secret wherever somebody looks. */
export const HIDDEN = '***';

/** Values of these names are as good as a password, whatever table they stand in. */
export const SECRET_NAME = /pass|secret|credential|token/i;

export interface ShownColumn {
  readonly column: string;
  readonly before: Cell;
  readonly after: Cell;
}

/** A change as it may be shown to anybody: only what differs, and no secret. */
export interface ShownChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly table: TableName;
  readonly key: TableRow;
  /** Of a row that is added, what SQL would not fill in by itself; of one that is removed, nothing. */
  readonly columns: readonly ShownColumn[];
}

/** The change, fit to be shown. */
export function shownChange({ table, before, after }: RowChange): ShownChange {
  const row = after ?? before ?? {};
  const { key, columns } = INVENTORY_TABLES[table];
  const named = Object.fromEntries(key.map((column) => [column, (before ?? row)[column] ?? null]));
  if (after === undefined) return { kind: 'removed', table, key: named, columns: [] };
  const was = before ?? completeRow(table, named);
  const differing = columns.filter((column) => was[column] !== after[column]);
  return {
    kind: before === undefined ? 'added' : 'changed',
    table,
    key: named,
    columns: differing.map((column) => ({
      column,
      before: before === undefined ? null : shown(table, before, column),
      after: shown(table, after, column),
    })),
  };
}

/** Whether nobody is to be shown what stands in this column of this row. */
export function isSecret(table: TableName, row: TableRow, column: string): boolean {
  if (INVENTORY_TABLES[table].secrets.includes(column)) return true;
  return column === 'value' && SECRET_NAME.test(String(row['name'] ?? ''));
}

function shown(table: TableName, row: TableRow, column: string): Cell {
  const value = row[column] ?? null;
  return value !== null && isSecret(table, row, column) ? HIDDEN : value;
}
