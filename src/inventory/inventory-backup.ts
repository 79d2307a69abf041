import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import { latestVersion } from './history-version.ts';
import { inventoryError } from './inventory-error.ts';
import { requireMigrated } from './migrate.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { makePrivateFile } from './private-file.ts';
import { readMigrations } from './read-migrations.ts';

/** What SQLite keeps beside a database: the endings of the names. */
export const BESIDE = ['-wal', '-shm', '-journal'] as const;

export interface BackupOptions {
  /** Replace a file that is there. */
  readonly force?: boolean;
  /** Wall clock, for the name of the unfinished file. */
  readonly nowMs: number;
}

export interface InventoryBackup {
  readonly file: string;
  readonly bytes: number;
  /** The version of the history that it holds. */
  readonly version: number;
}

/**
 * Writes the inventory as it is at one moment into a file of its own, while others read and write it. By `VACUUM INTO`:
 * that is one read transaction, which in WAL mode stops nobody, while SQLite's backup API begins anew whenever another
 * process commits; and what was deleted is not in the file. The file appears whole, checked, readable by its owner only.
 * @throws OperatorError backup-failed, inventory-damaged, and as `openInventory` and `requireMigrated`
 */
export function backupInventory(path: string, file: string, { force = false, nowMs }: BackupOptions): InventoryBackup {
  const source = openInventory(path, { mode: 'read' });
  try {
    requireMigrated(source, readMigrations());
    if (existsSync(file)) {
      if (realpathSync(file) === realpathSync(path))
        throw failed(file, 'it is the inventory itself', 'name another file');
      if (!force) throw taken(file);
    }
    const unfinished = `${file}.unfinished-${nowMs.toString(36)}`;
    try {
      copyInto(source, unfinished);
      const version = checkedVersion(unfinished);
      appear(unfinished, file, force);
      return { file, bytes: statSync(file).size, version };
    } finally {
      rmSync(unfinished, { force: true });
    }
  } finally {
    source.close();
  }
}

/** Copies a database at one moment into a new file that its owner alone can read. @throws OperatorError backup-failed */
export function copyInto(source: Database, file: string): void {
  try {
    // Passwords are in it: SQLite takes an empty file as it is, permissions included.
    makePrivateFile(file);
    source.prepare('VACUUM INTO ?').run(file);
    const written = openSync(file, 'r+');
    fsyncSync(written);
    closeSync(written);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw failed(file, what, 'make room there, or name a folder that this user may write to');
  }
}

/** @throws OperatorError inventory-damaged with what SQLite finds */
export function requireIntegrity(database: Database): void {
  const found = database.prepare<[], string>('PRAGMA integrity_check(5)').pluck().all();
  if (found.length === 1 && found[0] === 'ok') return;
  const fix = 'restore the newest backup that is whole: `trunkhunt restore FILE`';
  throw inventoryError('inventory-damaged', database.name, found.join('; '), fix);
}

function checkedVersion(file: string): number {
  const copy = openInventory(file, { mode: 'read' });
  try {
    requireIntegrity(copy);
    return latestVersion(copy);
  } catch (error) {
    throw error instanceof OperatorError ? error : unreadable(file, error);
  } finally {
    copy.close();
  }
}

/** Gives the file its name all at once, and takes that of no other, not even of one that has just come. */
function appear(unfinished: string, file: string, force: boolean): void {
  try {
    if (!force && existsSync(file)) throw taken(file);
    // What a killed program left beside an older file of this name would be read as part of the new one.
    for (const suffix of BESIDE) rmSync(file + suffix, { force: true });
    if (!force && hasLinked(unfinished, file)) return;
    if (!force && existsSync(file)) throw taken(file);
    renameSync(unfinished, file);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw failed(file, error instanceof Error ? error.message : String(error), 'check its folder');
  }
}

/** @returns false where the file system knows no links */
function hasLinked(unfinished: string, file: string): boolean {
  try {
    linkSync(unfinished, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    return false;
  }
}

function taken(file: string): OperatorError {
  return failed(file, 'there is such a file already', 'name another file, or give --force to replace it');
}

function failed(file: string, what: string, fix: string): OperatorError {
  return inventoryError('backup-failed', file, what, fix);
}
