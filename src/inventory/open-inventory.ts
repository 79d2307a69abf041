import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { inventoryError } from './inventory-error.ts';
import { makePrivateFile } from './private-file.ts';

/** How long a command waits for another writer. The server does not wait: it tries again at its next look. */
const COMMAND_WAIT_MS = 5_000;

export interface OpenOptions {
  readonly mode: 'read' | 'write' | 'create';
  readonly busyTimeoutMs?: number;
}

/**
 * Opens the database file. `create` makes it, readable by its owner only (it holds passwords), and refuses one that
 * is there.
 * @throws OperatorError inventory-missing, inventory-unreadable
 */
export function openInventory(path: string, options: OpenOptions): Database {
  if (options.mode === 'create') createFile(path);
  else if (!existsSync(path)) {
    const fix =
      'make an empty one with `trunkhunt migrate`, or one with two example gateways with `trunkhunt serve --create-example`; TRUNKHUNT_DATABASE or --database names the file';
    throw inventoryError('inventory-missing', path, 'there is no such file', fix);
  }
  try {
    const database = new BetterSqlite(path, {
      readonly: options.mode === 'read',
      timeout: options.busyTimeoutMs ?? COMMAND_WAIT_MS,
    });
    try {
      database.pragma('foreign_keys = ON');
      // The first statement that reads finds out whether the file is a database at all.
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Says of a failure of SQLite's what an operator can do about it. */
export function unreadable(path: string, error: unknown): Error {
  const what = error instanceof Error ? error.message : String(error);
  if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
    const fix =
      'wait until the program that holds it is done, or end it; .timeout 5000 makes the sqlite3 shell wait as well';
    return inventoryError('inventory-unreadable', path, `another program has locked it: ${what}`, fix);
  }
  if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) {
    const fix = 'restore the newest backup that is whole: `trunkhunt restore FILE`';
    return inventoryError('inventory-damaged', path, what, fix, { cause: error });
  }
  const fix =
    'check that it is an SQLite database, that its folder exists and that this user may read and write both; restore the newest backup that lies beside it if it is damaged';
  return inventoryError('inventory-unreadable', path, what, fix, { cause: error });
}

function createFile(path: string): void {
  try {
    makePrivateFile(path);
  } catch (error) {
    const what = `it cannot be made: ${error instanceof Error ? error.message : String(error)}`;
    throw inventoryError(
      'inventory-unreadable',
      path,
      what,
      `check that ${dirname(path)} exists and may be written to`,
    );
  }
}
