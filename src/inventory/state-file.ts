import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { inventoryError } from './inventory-error.ts';
import { makePrivateFile } from './private-file.ts';

/** Another form of the rows has another number; what an older or newer version wrote is put aside. */
const FORM = 1;

/** At the start: a process that holds the file may be about to end. */
const WAIT_MS = 1_000;

/** Later, calls are not kept waiting for anybody. */
const NO_WAIT_MS = 0;

/** What was learned, by kind and key; the value is whoever wrote it to read. */
export interface LearnedRow {
  readonly kind: string;
  readonly key: string;
  /** undefined = remove it. */
  readonly value: string | undefined;
}

/** The learned state: ours alone, and worth a warm-up at most. */
export interface StateFile {
  /** What was there, in words, where it could not be used. */
  readonly complaint: string | undefined;
  read(): readonly LearnedRow[];
  /** Writes all of it or nothing, and waits for nobody. @throws Error of SQLite's */
  write(rows: readonly LearnedRow[]): void;
  /**
   * Begins the file anew where somebody took it away, put another one there, or it turned out to be damaged.
   * @returns whether it did
   * @throws Error where none can be written there, or another process was quicker
   */
  renew(): boolean;
  close(): void;
}

/** A database of something else, an inventory perhaps, which is not ours to put aside. */
class ForeignFileError extends Error {}

/** Ours, and of no use: it is put aside. */
class UnusableFileError extends Error {}

/**
 * Opens the file that keeps what was learned, or begins a new one, and keeps everybody else out of it until it is closed
 * or the process is gone, however that ends: the lock is the kernel's, so none is ever left behind. One that is damaged,
 * or of another form, is put aside as `.damaged`.
 * @param waitMs how long another process that holds it is waited for
 * @throws OperatorError state-in-use where another process has it open
 * @throws Error where no file can be written there at all, or it is a database of something else
 */
export function openStateFile(path: string, waitMs = WAIT_MS): StateFile {
  try {
    return stateFile(path, waitMs, undefined);
  } catch (error) {
    if (isHeldByAnother(error)) throw inUse(path);
    // What cannot be opened now may be good: no right to it, no room, too many open files.
    if (!(error instanceof UnusableFileError || isDamage(error)) || !isFile(path)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    renameSync(path, `${path}.damaged`);
    removeSideFiles(path);
    return stateFile(path, waitMs, `${why}; put aside as ${path}.damaged`);
  }
}

/** They belong to a file that is gone, and would be taken for those of the new one. */
function removeSideFiles(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/** Two servers would each write what it learned over what the other did. */
function inUse(path: string): Error {
  const what =
    'another process has it open, another server most likely; two that wrote there would mix what they learned';
  const fix = 'give each server a file of its own with TRUNKHUNT_STATE or --state, or end the other process';
  return inventoryError('state-in-use', path, what, fix);
}

function openDatabase(path: string, waitMs: number): Database {
  const isMissing = !existsSync(path);
  // An empty one was begun where there was no room for its first table; with a log beside it, it was emptied.
  const isNew = isMissing || (statSync(path).size === 0 && !existsSync(`${path}-wal`));
  // It says which gateways there are and how they do: for its owner only.
  if (isMissing) makePrivateFile(path);
  const database = new BetterSqlite(path, { timeout: waitMs });
  try {
    // Before the first statement, so that it holds for the write-ahead log too (sqlite.org/wal.html, section 8).
    database.pragma('locking_mode = EXCLUSIVE');
    if (!isNew && isForeign(database)) throw new ForeignFileError('it is the database of something else');
    if (isNew) create(database);
    const form: unknown = database.pragma('user_version', { simple: true });
    if (form !== FORM) throw new UnusableFileError(`it has the form ${String(form)}, this version knows ${FORM}`);
    const [verdict] = database.pragma('quick_check(1)') as readonly { readonly quick_check: string }[];
    if (verdict?.quick_check !== 'ok')
      throw new UnusableFileError(`it is damaged: ${verdict?.quick_check ?? 'no verdict'}`);
    database.pragma('journal_mode = WAL');
    // Losing the last seconds at a power cut costs nothing.
    database.pragma('synchronous = NORMAL');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether another process keeps everybody out, or was quicker to begin the file: it is good, and not ours to move. */
function isHeldByAnother(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_BUSY') || code === 'EEXIST';
}

/** Its pages are not what they should be: it stays so, whoever tries again. */
function isDamage(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code);
}

/** A folder is somebody's, whatever was meant by naming it. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isForeign(database: Database): boolean {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  return tables.length > 0 && !tables.includes('learned');
}

function create(database: Database): void {
  database.exec(`
    CREATE TABLE learned (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
  `);
}

function stateFile(path: string, waitMs: number, complaint: string | undefined): StateFile {
  let database = openDatabase(path, waitMs);
  let statements = prepare(database);
  let inode = inodeOf(path);
  let isDamaged = false;
  return {
    complaint,
    read: () => statements.all.all(),
    write: (rows) => {
      try {
        statements.writeAll(rows);
      } catch (error) {
        isDamaged = isDamage(error);
        throw error;
      }
    },
    renew: () => {
      const found = inodeOf(path);
      if (found === inode && !isDamaged) return false;
      database.close();
      if (isDamaged && found === inode) renameSync(path, `${path}.damaged`);
      if (isDamaged || found === undefined) removeSideFiles(path);
      isDamaged = false;
      // Calls are being answered by now.
      database = openDatabase(path, NO_WAIT_MS);
      statements = prepare(database);
      inode = inodeOf(path);
      return true;
    },
    close: () => {
      database.close();
    },
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function prepare(database: Database) {
  const all = database.prepare<[], LearnedRow>('SELECT kind, key, value FROM learned ORDER BY kind, key');
  const put = database.prepare<[string, string, string]>(
    'INSERT INTO learned (kind, key, value) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare<[string, string]>('DELETE FROM learned WHERE kind = ? AND key = ?');
  const writeAll = database.transaction((rows: readonly LearnedRow[]) => {
    for (const { kind, key, value } of rows) {
      if (value === undefined) remove.run(kind, key);
      else put.run(kind, key, value);
    }
  });
  return {
    all,
    writeAll: (rows: readonly LearnedRow[]): void => {
      writeAll.immediate(rows);
    },
  };
}
