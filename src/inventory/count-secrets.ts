import type { Database } from 'better-sqlite3';
import { secretCells } from './seal-changes.ts';
import { secretForm, type SecretKeys } from './secret-keys.ts';
import { readTableRows } from './read-table-rows.ts';
import { TABLE_NAMES, type TableName, type TableRow } from './table-rows.ts';

export interface CountedSecrets {
  /** Undefined = in plain text. */
  readonly keyId: string | undefined;
  /** In the tables. */
  readonly values: number;
  /** In the history, as often as they stand there. */
  readonly historyValues: number;
  /** Of those of the tables, which do not open: without this key, or changed since. */
  readonly shut: number;
}

/** Counts the secrets of an inventory by the key that they are encrypted under, plain ones first; read from one state. */
export function countSecrets(database: Database, keys: SecretKeys): readonly CountedSecrets[] {
  return database.transaction(() => {
    const rows = readTableRows(database);
    const counts = new Map<string | undefined, { values: number; historyValues: number; shut: number }>();
    const at = (keyId: string | undefined): { values: number; historyValues: number; shut: number } => {
      const known = counts.get(keyId) ?? { values: 0, historyValues: 0, shut: 0 };
      counts.set(keyId, known);
      return known;
    };
    for (const keyId of [undefined, ...keys.ids]) at(keyId);
    for (const table of TABLE_NAMES) {
      for (const row of rows[table]) {
        for (const [column, text] of secretCells(table, row)) {
          const count = at(keyOf(text));
          count.values += 1;
          if (keys.open(`${table}.${column}`, text).kind !== 'plain') count.shut += 1;
        }
      }
    }
    for (const { table, row } of historyRows(database)) {
      for (const [, text] of secretCells(table, row)) at(keyOf(text)).historyValues += 1;
    }
    return [...counts].map(([keyId, count]) => ({ keyId, ...count }));
  })();
}

/** What begins with enc: and is none of ours goes under a name that no key can have. */
function keyOf(stored: string): string | undefined {
  const form = secretForm(stored);
  return form.kind === 'sealed' ? form.keyId : form.kind === 'broken' ? '(unreadable)' : undefined;
}

function historyRows(database: Database): readonly { readonly table: TableName; readonly row: TableRow }[] {
  return database
    .prepare<[], { table: TableName; old: string | null; new: string | null }>(
      'SELECT table_name AS "table", old, new FROM history',
    )
    .all()
    .flatMap(({ table, old, new: now }) =>
      [old, now].flatMap((text) => (text === null ? [] : [{ table, row: JSON.parse(text) as TableRow }])),
    );
}
