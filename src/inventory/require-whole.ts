import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import { bytesDatabase } from './bytes-database.ts';
import { fileStamp } from './file-stamp.ts';
import { inventoryError } from './inventory-error.ts';
import { migrationState } from './migrate.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { openToRead } from './open-to-read.ts';
import { readMigrations } from './read-migrations.ts';
import { TABLE_NAMES } from './table-rows.ts';

/** So much of the damage is told. */
const TOLD_LIMIT = 5;

/** What is said of a damaged file. */
const FIX = 'restore the newest backup that is whole: `trunkhunt restore FILE`';

/**
 * Makes sure that a file is whole before anybody writes to it, and leaves it as it is: not even a file beside it is made,
 * but where a log of a program that was killed lies there. A file that does not exist is none of its business, and one
 * that such a program left half written is SQLite's to mend first.
 * @throws OperatorError inventory-damaged, inventory-unreadable
 */
export function requireWhole(path: string): void {
  if (!existsSync(path) || sizeOf(`${path}-journal`) > 0) return;
  requireContent(path);
  try {
    const database = atRest(path) ?? openInventory(path, { mode: 'read' });
    try {
      requireSound(database, path);
    } finally {
      database.close();
    }
  } catch (error) {
    throw isNoDatabase(error) ? damaged(path, (error as Error).cause) : error;
  }
}

/**
 * Whether a whole inventory is one of this version.
 * @throws OperatorError inventory-too-new, migration-edited, migration-missing
 */
export function isUpToDate(path: string): boolean {
  if (!existsSync(path) || sizeOf(`${path}-journal`) > 0) return false;
  const database = openToRead(path);
  try {
    const { applied, pending } = migrationState(database, readMigrations());
    return applied.length > 0 && pending.length === 0;
  } finally {
    database.close();
  }
}

/**
 * Checks every page of the file.
 * @throws OperatorError inventory-damaged, inventory-unreadable
 */
export function requireSound(database: Database, path: string): void {
  requireNone(database, path, () => database.prepare<[], string>('PRAGMA quick_check(5)').pluck().all());
}

/**
 * Checks the tables of the inventory and their indexes, and none of what else somebody keeps in the same file. It costs
 * a tenth of what reading and compiling them does (docs/reliability.md).
 * @throws OperatorError inventory-damaged, inventory-unreadable
 */
export function requireSoundTables(database: Database, path: string): void {
  requireNone(database, path, () => {
    const check = database.prepare<[string], string>('SELECT integrity_check FROM pragma_integrity_check(?)').pluck();
    return TABLE_NAMES.flatMap((table) => check.all(table));
  });
}

function requireNone(database: Database, path: string, check: () => readonly string[]): void {
  let found: readonly string[];
  try {
    // What a client wrote with CHECKs switched off is no damage: `check-values` tells of it by row.
    database.pragma('ignore_check_constraints = ON');
    found = check().filter((line) => line !== 'ok');
    database.pragma('ignore_check_constraints = OFF');
  } catch (error) {
    throw unreadable(path, error);
  }
  if (found.length > 0) throw inventoryError('inventory-damaged', path, found.slice(0, TOLD_LIMIT).join('; '), FIX);
}

/**
 * SQLite takes an empty file for a database without tables, and would begin a new inventory in it.
 * @throws OperatorError inventory-damaged
 */
export function requireContent(path: string): void {
  if (!isEmpty(path)) return;
  const fix = `${FIX}; delete it where it never held an inventory, then \`trunkhunt migrate\` makes one`;
  throw inventoryError('inventory-damaged', path, 'it is empty, of 0 bytes', fix);
}

/** Whether a file is there that holds nothing, nor does its log. */
export function isEmpty(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === 0 && sizeOf(`${path}-wal`) === 0;
}

/** A copy in memory; undefined where somebody writes to the file, or some of it is only in its log yet. */
function atRest(path: string): Database | undefined {
  const before = fileStamp(path);
  if (before.log !== undefined) return undefined;
  try {
    const bytes = readFileSync(path);
    const isAtRest = sizeOf(`${path}-journal`) === 0 && fileStamp(path).text === before.text;
    return isAtRest ? bytesDatabase(bytes) : undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Its first bytes are not those of a database. */
function isNoDatabase(error: unknown): boolean {
  return error instanceof OperatorError && (error.cause as { code?: string } | undefined)?.code === 'SQLITE_NOTADB';
}

function damaged(path: string, cause: unknown): OperatorError {
  const fix = `${FIX}; or name the file that holds your inventory with TRUNKHUNT_DATABASE or --database`;
  return inventoryError('inventory-damaged', path, cause instanceof Error ? cause.message : String(cause), fix);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
