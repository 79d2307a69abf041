import type { Database } from 'better-sqlite3';
import { changedRows, undone } from './changed-rows.ts';
import type { RowChange } from './diff-tables.ts';
import { inventoryError } from './inventory-error.ts';
import { readTableRows } from './read-table-rows.ts';
import { completeRow } from './row-key.ts';
import type { TableName, TableRow, TableRows } from './table-rows.ts';

/** What one statement changed, or one transaction of a tool that says who and why (migrations/0003_history.sql). */
export interface Version {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly who: string | null;
  readonly why: string | null;
  readonly changes: readonly RowChange[];
}

interface VersionRow extends Omit<Version, 'changes'> {
  readonly table: TableName;
  readonly old: string | null;
  readonly new: string | null;
}

/** The newest version; 0 = nothing was changed since the history began. */
export function latestVersion(database: Database): number {
  return database.prepare<[], number>('SELECT coalesce(max(version), 0) FROM history_versions').pluck().get() ?? 0;
}

/** The oldest version that can still be gone back to: what was there before the oldest change that is kept. */
export function oldestVersion(database: Database): number {
  const oldest = 'SELECT min(version) FROM history_versions';
  const version = database.prepare<[], number | null>(oldest).pluck().get() ?? null;
  return version === null ? latestVersion(database) : version - 1;
}

/** Versions after one and up to another, newest first, each with its changes in the order in which they were made. */
export function versionsBetween(database: Database, after: number, upTo: number): readonly Version[] {
  const rows = database
    .prepare<[number, number], VersionRow>(
      `SELECT version, at_ms AS atMs, who, why, table_name AS "table", old, new
         FROM history JOIN history_versions USING (version)
         WHERE version > ? AND version <= ? ORDER BY version DESC, id`,
    )
    .all(after, upTo);
  const versions: (Version & { readonly changes: RowChange[] })[] = [];
  for (const { version, atMs, who, why, table, old, new: now } of rows) {
    if (versions.at(-1)?.version !== version) versions.push({ version, atMs, who, why, changes: [] });
    versions.at(-1)?.changes.push({ table, before: parseRow(table, old), after: parseRow(table, now) });
  }
  return versions;
}

/**
 * The inventory as it was in a version, worked out backwards from what is there now.
 * @throws OperatorError history-unknown-version, history-broken
 */
export function rowsAt(database: Database, version: number): TableRows {
  return database.transaction(() => {
    const [oldest, latest] = [oldestVersion(database), latestVersion(database)];
    if (version < oldest || version > latest) throw unknownVersion(database.name, version, oldest, latest);
    const changes = versionsBetween(database, version, latest).flatMap((it) => undone(it.changes));
    try {
      return changedRows(readTableRows(database), changes);
    } catch (error) {
      const what = `what it tells does not lead to what is there: ${error instanceof Error ? error.message : ''}`;
      const fix = 'somebody changed rows while the triggers were away; restore a backup instead';
      throw inventoryError('history-broken', database.name, what, fix);
    }
  })();
}

/** Columns that a migration added since have their defaults. */
function parseRow(table: TableName, text: string | null): TableRow | undefined {
  return text === null ? undefined : completeRow(table, JSON.parse(text) as TableRow);
}

function unknownVersion(path: string, version: number, oldest: number, latest: number): Error {
  const what = `there is no version ${version}: history goes from ${oldest} to ${latest}`;
  return inventoryError('history-unknown-version', path, what, '`trunkhunt history` lists them');
}
