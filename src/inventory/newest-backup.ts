import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FindingCode } from '../errors/catalogue.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { bytesDatabase } from './bytes-database.ts';
import { migrationState } from './migrate.ts';
import { readMigrations } from './read-migrations.ts';
import { requireSound } from './require-whole.ts';

/** So many files are looked into at most, the newest first: each is read whole. */
const FILES_LIMIT = 20;

/** The first bytes of every SQLite database. */
const MAGIC = 'SQLite format 3\0';

/** What is not to be restored: put aside since it was damaged, or never finished. */
const NO_BACKUP = /\.(?:damaged|unfinished)(?:-|$)/;

/** Where a backup is what helps. */
const CODES: ReadonlySet<FindingCode> = new Set(['inventory-damaged', 'inventory-missing']);

/** A backup that was found beside an inventory. */
export interface FoundBackup {
  readonly file: string;
  /** Wall clock, milliseconds since 1970. */
  readonly writtenMs: number;
}

/**
 * Looks beside an inventory for the newest file that holds one, is whole and not of a newer version: what a migration, a
 * restore or `trunkhunt backup` left there, whatever its name. Nothing is written, not even beside the files.
 */
export function newestBackup(path: string): FoundBackup | undefined {
  return candidates(path)
    .sort((one, other) => other.writtenMs - one.writtenMs)
    .slice(0, FILES_LIMIT)
    .find(({ file }) => holdsInventory(file));
}

/** Names the newest backup wherever a finding says that an inventory is damaged or missing. */
export function withNewestBackup(error: OperatorError): OperatorError {
  return new OperatorError(
    error.findings.map((finding) => {
      if (!CODES.has(finding.code)) return finding;
      const found = newestBackup(finding.where);
      if (found === undefined && finding.code === 'inventory-missing') return finding;
      const beside =
        found === undefined
          ? 'no backup lies beside it'
          : `the newest backup beside it is ${found.file}, of ${new Date(found.writtenMs).toISOString()}`;
      return { ...finding, fix: `${finding.fix}; ${beside}` };
    }),
  );
}

function candidates(path: string): FoundBackup[] {
  const folder = dirname(path);
  const own = resolve(path);
  return namesIn(folder).flatMap((name) => {
    const file = join(folder, name);
    if (NO_BACKUP.test(name) || resolve(file) === own || !isDatabase(file)) return [];
    return [{ file, writtenMs: statSync(file).mtimeMs }];
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isDatabase(file: string): boolean {
  try {
    // To open a pipe would wait for a writer. A file with a log is somebody's inventory, and no backup.
    if (!statSync(file).isFile() || sizeOf(`${file}-wal`) > 0) return false;
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(MAGIC.length);
      readSync(descriptor, bytes, 0, bytes.length, 0);
      return bytes.toString('latin1') === MAGIC;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function holdsInventory(file: string): boolean {
  try {
    const database = bytesDatabase(readFileSync(file));
    try {
      requireSound(database, file);
      return migrationState(database, readMigrations()).applied.length > 0;
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
