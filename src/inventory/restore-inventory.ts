import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { type Finding, isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type RowChange, diffTables } from './diff-tables.ts';
import { latestVersion } from './history-version.ts';
import { backupInventory, BESIDE, copyInto, requireIntegrity } from './inventory-backup.ts';
import { type ChangeNote, compileRows, openInventoryEditor } from './inventory-editor.ts';
import { unreadable } from './open-inventory.ts';
import type { SecretAccess } from './open-secrets.ts';
import { keepOwner } from './private-file.ts';
import { useBackup } from './use-backup.ts';
import { readTableRows } from './read-table-rows.ts';
import type { TableRows } from './table-rows.ts';

/** In WAL mode nobody locks readers out but for a moment. */
const PROBE_WAIT_MS = 1_000;

export interface RestoreOptions {
  readonly note: ChangeNote;
  readonly access: SecretAccess;
  /** Restore even what a server would refuse. */
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly nowMs: number;
  /** Told of each step before it begins. */
  readonly onStep: (step: string) => void;
}

export interface Restored {
  /** `rows`: within the file that is there, as one change; `file`: there was none, or a damaged one. */
  readonly method: 'rows' | 'file';
  readonly changes: readonly RowChange[];
  readonly version: number;
  /** What was there before; undefined where there was nothing, or nothing was changed. */
  readonly backup: string | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Brings the inventory to what a backup holds. Where the inventory is there and whole, its rows are changed in one
 * transaction: a server sees all or nothing of it, other programs that hold the file open go on with the right one,
 * and it stands in the history and can be rolled back. The file as such is replaced only where it is missing or damaged.
 * @throws OperatorError change-refused, backup-failed, and as `useBackup` and `openInventoryEditor`
 */
export function restoreInventory(path: string, file: string, options: RestoreOptions): Restored {
  options.onStep(`checking ${file}`);
  return useBackup(file, path, options.nowMs, (copy) => {
    const wanted = readTableRows(copy);
    const { findings } = compileRows(wanted, options.access);
    const problems = findings.filter(isProblem);
    if (problems.length > 0 && !options.force) throw refused(file, problems);
    options.onStep(`checking ${path}`);
    return conditionOf(path) === 'whole'
      ? restoreRows(path, wanted, options)
      : { ...restoreFile(path, copy, wanted, options), findings };
  });
}

function restoreRows(path: string, wanted: TableRows, options: RestoreOptions): Restored {
  const { note, access, dryRun, nowMs, onStep } = options;
  const editor = openInventoryEditor(path, 'write', access);
  try {
    const planned = diffTables(editor.read(), wanted);
    let backup: string | undefined;
    if (planned.length > 0 && !dryRun) {
      onStep(`keeping what is there`);
      backup = backupInventory(path, besideName(path, 'before-restore', nowMs), { nowMs }).file;
    }
    onStep(`writing ${planned.length} rows`);
    // Read once more in the transaction: somebody may have written since.
    const result = editor.change(note, (rows) => diffTables(rows, wanted), { force: true, dryRun });
    return { method: 'rows', backup, ...result };
  } finally {
    editor.close();
  }
}

function restoreFile(
  path: string,
  copy: Database,
  wanted: TableRows,
  options: RestoreOptions,
): Omit<Restored, 'findings'> {
  const { dryRun, nowMs, onStep } = options;
  const isThere = existsSync(path);
  const nothing = Object.fromEntries(Object.keys(wanted).map((table) => [table, []])) as unknown as TableRows;
  const changes = diffTables(nothing, wanted);
  const version = latestVersion(copy);
  if (dryRun) return { method: 'file', changes, version, backup: undefined };
  onStep(`writing ${path}`);
  const unfinished = besideName(path, 'unfinished', nowMs);
  const aside = besideName(path, 'damaged', nowMs);
  try {
    copyInto(copy, unfinished);
    useWriteAheadLog(unfinished);
    // Root restores what a server of another user reads.
    keepOwner(unfinished, path);
    // What a crash left beside the old file would be taken for part of the new one.
    for (const suffix of BESIDE) {
      if (isThere) moveIfThere(path + suffix, aside + suffix);
      else rmSync(path + suffix, { force: true });
    }
    if (isThere) keepAs(path, aside);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return { method: 'file', changes, version, backup: isThere ? aside : undefined };
}

/** A copy has a rollback journal, with which every writer would lock the server out for a moment. */
function useWriteAheadLog(file: string): void {
  const database = new BetterSqlite(file);
  try {
    database.pragma('journal_mode = WAL');
  } finally {
    database.close();
  }
}

/** @throws OperatorError inventory-unreadable where it cannot be told, as where another program has it locked */
function conditionOf(path: string): 'missing' | 'damaged' | 'whole' {
  if (!existsSync(path)) return 'missing';
  try {
    const database = new BetterSqlite(path, { readonly: true, timeout: PROBE_WAIT_MS });
    try {
      requireIntegrity(database);
      // One of 0 bytes, most likely, in which SQLite finds nothing wrong: there are no rows to change in it.
      return isBlank(database) ? 'damaged' : 'whole';
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof OperatorError) return 'damaged';
    const isDamage = error instanceof BetterSqlite.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code);
    if (isDamage) return 'damaged';
    throw unreadable(path, error);
  }
}

function isBlank(database: Database): boolean {
  return database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
}

/** Under both names, so that there is a file of the first at every moment, wherever a crash comes. */
function keepAs(path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    // This file system knows no links.
    renameSync(path, aside);
  }
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

function besideName(path: string, what: string, nowMs: number): string {
  return `${path}.${what}-${new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('.', '-')}`;
}

function refused(file: string, problems: readonly Finding[]): OperatorError {
  const what = 'a server would refuse the inventory that it holds; nothing was changed';
  const fix = 'name another backup, or give --force to restore it all the same and mend it afterwards';
  return new OperatorError([{ code: 'change-refused', where: file, what, fix }, ...problems]);
}
