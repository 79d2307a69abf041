import { isSameRow, rowKey } from './row-key.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from './table-rows.ts';

/** One row that is added (nothing before), removed (nothing after) or changed under the same key. */
export interface RowChange {
  readonly table: TableName;
  readonly before: TableRow | undefined;
  readonly after: TableRow | undefined;
}

/** What makes one inventory of another: table by table, and for each what goes, what changes, what comes. */
export function diffTables(before: TableRows, after: TableRows): readonly RowChange[] {
  return TABLE_NAMES.flatMap((table) => diffTable(table, before[table], after[table]));
}

function diffTable(table: TableName, before: readonly TableRow[], after: readonly TableRow[]): readonly RowChange[] {
  const rest = new Map(before.map((row) => [rowKey(table, row), row]));
  const changed: RowChange[] = [];
  const added: RowChange[] = [];
  for (const row of after) {
    const key = rowKey(table, row);
    const was = rest.get(key);
    rest.delete(key);
    if (was === undefined) added.push({ table, before: undefined, after: row });
    else if (!isSameRow(table, was, row)) changed.push({ table, before: was, after: row });
  }
  const removed = [...rest.values()].map((row) => ({ table, before: row, after: undefined }));
  return [...removed, ...changed, ...added];
}
