import type { RowChange } from './diff-tables.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { rowKey } from './row-key.ts';
import { HIDDEN, isSecret } from './shown-change.ts';
import type { Cell, TableName, TableRow } from './table-rows.ts';
import { writeOrder } from './write-changes.ts';

export interface SqlOptions {
  /** Passwords as they are; else they are hidden, with a remark. Never for anybody to see. */
  readonly showSecrets?: boolean;
}

/**
 * The SQL that makes these changes, in the order in which they are written, as a person would write it: only the columns
 * that are not as they would be anyway, one transaction, and who and why for the history.
 */
export function sqlOfChanges(
  changes: readonly RowChange[],
  note: { readonly who: string; readonly why: string },
  { showSecrets = false }: SqlOptions = {},
): string {
  if (changes.length === 0) return '';
  const statements = writeOrder(changes).map((change) => sqlOf(change, showSecrets));
  const isHiding = !showSecrets && statements.some((it) => it.hides);
  // What cascades to rows that have statements of their own would be changed twice.
  const isRenaming = changes.some(hasOtherKey);
  const lines = [
    ...(isRenaming ? ['PRAGMA foreign_keys = OFF;'] : []),
    'BEGIN IMMEDIATE;',
    `INSERT INTO change_note (who, why) VALUES (${literal(note.who)}, ${literal(note.why)});`,
    ...statements.map(({ sql }) => sql),
    'DELETE FROM change_note;',
    'COMMIT;',
    ...(isRenaming ? ['PRAGMA foreign_keys = ON;'] : []),
    ...(isHiding ? [`-- ${HIDDEN} stands for a password that is not shown`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Statement {
  readonly sql: string;
  /** Whether it has a password, which is not shown. */
  readonly hides: boolean;
}

function hasOtherKey({ table, before, after }: RowChange): boolean {
  return before !== undefined && after !== undefined && rowKey(table, before) !== rowKey(table, after);
}

function sqlOf({ table, before, after }: RowChange, showSecrets: boolean): Statement {
  const isHidden = (column: string, value: Cell): boolean =>
    !showSecrets && value !== null && isSecret(table, after ?? {}, column);
  const shown = (column: string, value: Cell): string => literal(isHidden(column, value) ? HIDDEN : value);
  if (after === undefined) return { sql: `DELETE FROM ${table} WHERE ${whereOf(table, before ?? {})};`, hides: false };
  const said = before === undefined ? saidColumns(table, after) : changedColumns(table, before, after);
  const hides = said.some((column) => isHidden(column, after[column] ?? null));
  const values = said.map((column) => shown(column, after[column] ?? null));
  if (before === undefined) {
    return { sql: `INSERT INTO ${table} (${said.join(', ')}) VALUES (${values.join(', ')});`, hides };
  }
  const sets = said.map((column, at) => `${column} = ${values[at] ?? ''}`);
  return { sql: `UPDATE ${table} SET ${sets.join(', ')} WHERE ${whereOf(table, before)};`, hides };
}

/** Those that the row would not have by itself; the key is always said. */
function saidColumns(table: TableName, row: TableRow): readonly string[] {
  const { columns, key, defaults } = INVENTORY_TABLES[table];
  return columns.filter((column) => {
    const value = row[column] ?? null;
    const byItself = defaults[column] ?? null;
    return value !== byItself || (key.includes(column) && value !== null);
  });
}

function changedColumns(table: TableName, before: TableRow, after: TableRow): readonly string[] {
  return INVENTORY_TABLES[table].columns.filter((column) => (before[column] ?? null) !== (after[column] ?? null));
}

function whereOf(table: TableName, row: TableRow): string {
  const conditions = INVENTORY_TABLES[table].key.map((column) => {
    const value = row[column] ?? null;
    return value === null ? `${column} IS NULL` : `${column} = ${literal(value)}`;
  });
  return conditions.join(' AND ');
}

/** A text literal of SQL has no escapes but the doubled quote: what a terminal would act on is written as its bytes. */
function literal(value: Cell): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return `CAST(x'${Buffer.from(value, 'utf8').toString('hex')}' AS TEXT)`;
}
