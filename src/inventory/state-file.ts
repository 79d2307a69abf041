import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { makePrivateFile } from './private-file.ts';

/** Another form of the rows has another number; what an older or newer version wrote is put aside. */
const FORM = 1;

/** At the start, another process that holds the file is waited for so long. */
const WAIT_MS = 1_000;

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
  /** Writes all of it or nothing, and waits for nobody. @throws Error of SQLite's; of another process that holds the file */
  write(rows: readonly LearnedRow[]): void;
  /**
   * Begins the file anew where somebody took it away, or put another one there: what is written would be lost.
   * @returns whether it did
   * @throws Error where none can be written there
   */
  renew(): boolean;
  close(): void;
}

/** A database of something else, an inventory perhaps, which is not ours to put aside. */
class ForeignFileError extends Error {}

/**
 * Opens the file that keeps what was learned, or begins a new one. One that is damaged, or of another form, is put
 * aside as `.damaged`.
 * @throws Error where no file can be written there at all, it is a database of something else, or another process holds it
 */
export function openStateFile(path: string): StateFile {
  try {
    return stateFile(path, undefined);
  } catch (error) {
    if (error instanceof ForeignFileError || isHeldByAnother(error) || !isFile(path)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    renameSync(path, `${path}.damaged`);
    removeSideFiles(path);
    return stateFile(path, `${why}; put aside as ${path}.damaged`);
  }
}

/** They belong to a file that is gone, and would be taken for those of the new one. */
function removeSideFiles(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

function openDatabase(path: string): Database {
  const isNew = !existsSync(path);
  // It says which gateways there are and how they do: for its owner only.
  if (isNew) makePrivateFile(path);
  const database = new BetterSqlite(path, { timeout: WAIT_MS });
  try {
    if (!isNew && isForeign(database)) throw new ForeignFileError('it is the database of something else');
    if (isNew) create(database);
    const form: unknown = database.pragma('user_version', { simple: true });
    if (form !== FORM) throw new Error(`it has the form ${String(form)}, this version knows ${FORM}`);
    const [verdict] = database.pragma('quick_check(1)') as readonly { readonly quick_check: string }[];
    if (verdict?.quick_check !== 'ok') throw new Error(`it is damaged: ${verdict?.quick_check ?? 'no verdict'}`);
    database.pragma('journal_mode = WAL');
    // Losing the last seconds at a power cut costs nothing.
    database.pragma('synchronous = NORMAL');
    // Calls are not kept waiting for another process: what cannot be written now is written later.
    database.pragma('busy_timeout = 0');
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

function stateFile(path: string, complaint: string | undefined): StateFile {
  let database = openDatabase(path);
  let statements = prepare(database);
  let inode = inodeOf(path);
  return {
    complaint,
    read: () => statements.all.all(),
    write: (rows) => {
      statements.writeAll(rows);
    },
    renew: () => {
      const found = inodeOf(path);
      if (found === inode) return false;
      database.close();
      if (found === undefined) removeSideFiles(path);
      database = openDatabase(path);
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
