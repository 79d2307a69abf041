import { inventoryError } from './inventory-error.ts';
import type { RowChange } from './diff-tables.ts';
import { isSameRow, rowKey, rowPlace } from './row-key.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from './table-rows.ts';

/** The inventory after these changes, made one after the other. Order within a table is that of first appearance.
 * @throws OperatorError inventory-changed where a row is not as the change says it was
 */
export function changedRows(rows: TableRows, changes: readonly RowChange[]): TableRows {
  const tables = new Map<TableName, Map<string, TableRow>>();
  const tableOf = (name: TableName): Map<string, TableRow> => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const made = new Map(rows[name].map((row) => [rowKey(name, row), row]));
    tables.set(name, made);
    return made;
  };
  for (const change of changes) changeRow(tableOf(change.table), change);
  const changed: Partial<Record<TableName, readonly TableRow[]>> = {};
  for (const name of TABLE_NAMES) {
    const table = tables.get(name);
    changed[name] = table === undefined ? rows[name] : [...table.values()];
  }
  return changed as TableRows;
}

/** The other way round: what `changedRows` did is taken back, the last change first. */
export function undone(changes: readonly RowChange[]): readonly RowChange[] {
  return changes.map(({ table, before, after }) => ({ table, before: after, after: before })).reverse();
}

function changeRow(rows: Map<string, TableRow>, { table, before, after }: RowChange): void {
  if (before !== undefined) {
    const key = rowKey(table, before);
    const row = rows.get(key);
    if (row === undefined || !isSameRow(table, row, before)) throw otherwise(table, before);
    if (after === undefined || rowKey(table, after) !== key) rows.delete(key);
  }
  if (after !== undefined) {
    const key = rowKey(table, after);
    if (rows.has(key) && (before === undefined || rowKey(table, before) !== key)) throw otherwise(table, after);
    rows.set(key, after);
  }
}

function otherwise(table: TableName, row: TableRow): Error {
  const what = 'this row is not what it was when the change was thought of';
  return inventoryError(
    'inventory-changed',
    rowPlace(table, row),
    what,
    'look at it again, and give the command again',
  );
}
