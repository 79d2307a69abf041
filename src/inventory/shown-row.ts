import { HIDDEN, isSecret } from './shown-change.ts';
import type { TableName, TableRow } from './table-rows.ts';

/** The row as it may be shown to anybody; where there is a secret, that is seen. */
export function shownRow(table: TableName, row: TableRow): TableRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value !== null && isSecret(table, row, column) ? HIDDEN : value,
    ]),
  );
}
