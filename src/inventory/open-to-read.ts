import { readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import { bytesDatabase } from './bytes-database.ts';
import { fileStamp } from './file-stamp.ts';
import { openInventory, unreadable } from './open-inventory.ts';

/**
 * Opens an inventory to read it once, also where SQLite alone cannot: on a read-only disk, where it can make no files
 * beside a database with a write-ahead log, the file is read as it is; and what a program that was killed left half
 * written in a file without such a log is taken back first, which needs a writer.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-damaged
 */
export function openToRead(path: string, busyTimeoutMs?: number): Database {
  const wait = busyTimeoutMs === undefined ? {} : { busyTimeoutMs };
  try {
    return openInventory(path, { mode: 'read', ...wait });
  } catch (error) {
    const code = causeOf(error);
    if (code === 'SQLITE_CANTOPEN') return readAtRest(path, error);
    if (code !== 'SQLITE_READONLY_ROLLBACK') throw error;
    openInventory(path, { mode: 'write', ...wait }).close();
    return openInventory(path, { mode: 'read', ...wait });
  }
}

/** Only a file that nobody writes to may be read without SQLite's locks. */
function readAtRest(path: string, why: unknown): Database {
  const before = fileStamp(path);
  if (before.log !== undefined) throw why;
  try {
    const bytes = readFileSync(path);
    if (fileStamp(path).text !== before.text) throw why;
    return bytesDatabase(bytes);
  } catch (error) {
    throw error instanceof OperatorError ? error : unreadable(path, error);
  }
}

function causeOf(error: unknown): string | undefined {
  if (!(error instanceof OperatorError)) return undefined;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}
