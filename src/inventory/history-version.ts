import type { Database } from 'better-sqlite3';
import type { RowChange } from './diff-tables.ts';
import { inventoryError } from './inventory-error.ts';
import { completeRow } from './row-key.ts';
import type { TableName, TableRow } from './table-rows.ts';

/** What one statement changed, or one transaction of a tool that says who and why (migrations/0003_history.sql). */
export interface HistoryVersion {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly who: string | null;
  readonly why: string | null;
  readonly changes: readonly RowChange[];
}

/** A version as one line of a list. */
export interface VersionSummary extends Omit<HistoryVersion, 'changes'> {
  readonly changeCount: number;
  readonly firstChange: RowChange;
}

interface VersionRow extends Omit<HistoryVersion, 'changes'> {
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

/** The newest versions, newest first. */
export function latestVersions(database: Database, limit: number): readonly VersionSummary[] {
  return database
    .prepare<[number], VersionRow & { readonly changeCount: number }>(
      `SELECT version, at_ms AS atMs, who, why, table_name AS "table", old, new, changeCount
         FROM (SELECT version, min(id) AS id, count(*) AS changeCount FROM history
             WHERE version IN (SELECT version FROM history_versions ORDER BY version DESC LIMIT ?) GROUP BY version)
           JOIN history USING (version, id) JOIN history_versions USING (version)
         ORDER BY version DESC`,
    )
    .all(limit)
    .map(({ table, old, new: now, ...rest }) => ({
      ...rest,
      firstChange: { table, before: parseRow(table, old), after: parseRow(table, now) },
    }));
}

/**
 * One version, whole.
 * @throws OperatorError history-unknown-version
 */
export function oneVersion(database: Database, version: number): HistoryVersion {
  const [found] = versionsBetween(database, version - 1, version);
  if (found !== undefined) return found;
  const [oldest, latest] = [oldestVersion(database), latestVersion(database)];
  if (version !== oldest) throw unknownVersion(database.name, version, oldest, latest);
  const what = `version ${version} is what was there before the first change that is kept: there is nothing to show of it`;
  throw inventoryError('history-unknown-version', database.name, what, '`trunkhunt history` lists those after it');
}

/** Versions after one and up to another, newest first, each with its changes in the order in which they were made. */
export function versionsBetween(database: Database, after: number, upTo: number): readonly HistoryVersion[] {
  const rows = database
    .prepare<[number, number], VersionRow>(
      `SELECT version, at_ms AS atMs, who, why, table_name AS "table", old, new
         FROM history JOIN history_versions USING (version)
         WHERE version > ? AND version <= ? ORDER BY version DESC, id`,
    )
    .all(after, upTo);
  const versions: (HistoryVersion & { readonly changes: RowChange[] })[] = [];
  for (const { version, atMs, who, why, table, old, new: now } of rows) {
    if (versions.at(-1)?.version !== version) versions.push({ version, atMs, who, why, changes: [] });
    versions.at(-1)?.changes.push({ table, before: parseRow(table, old), after: parseRow(table, now) });
  }
  return versions;
}

/** Columns that a migration added since have their defaults. */
function parseRow(table: TableName, text: string | null): TableRow | undefined {
  return text === null ? undefined : completeRow(table, JSON.parse(text) as TableRow);
}

/** @returns history-unknown-version, with what there is */
export function unknownVersion(path: string, version: number, oldest: number, latest: number): Error {
  const what = `there is no version ${version}: history goes from ${oldest} to ${latest}`;
  return inventoryError('history-unknown-version', path, what, '`trunkhunt history` lists them');
}
