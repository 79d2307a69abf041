import { readFileSync } from 'node:fs';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { inventoryError } from './inventory-error.ts';
import { compileSnapshot, type CompiledInventory } from './compile-snapshot.ts';
import { readInventoryRows } from './inventory-rows.ts';
import { migrate } from './migrate.ts';
import { type SecretAccess, WITHOUT_KEYS } from './open-secrets.ts';
import { readMigrations } from './read-migrations.ts';
import { splitStatements, type Statement } from './split-statements.ts';

/** What a script must not do, since it would write to a file: it is only tried out. */
const WRITES_FILES = /^(?:ATTACH|DETACH|VACUUM)\b/i;

/**
 * Reads a file as text; undefined where it is none, an SQLite database for one, or cannot be read: whoever opens it as
 * a database says why.
 */
export function readScript(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    // An empty file is an empty database to SQLite.
    if (bytes.length === 0 || bytes.includes(0)) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Compiles what an SQL script makes of an empty inventory. It runs in memory, with foreign keys on; nothing is written.
 * @param nowMs wall clock, for the ledger of migrations
 * @throws OperatorError script-failed, with the line, for the first statement that cannot be run
 */
export function compileScript(
  path: string,
  script: string,
  nowMs: number,
  access: SecretAccess = WITHOUT_KEYS,
): CompiledInventory {
  const database = new BetterSqlite(':memory:');
  try {
    migrate(database, readMigrations(), nowMs);
    database.pragma('foreign_keys = ON');
    const statements = splitStatements(script);
    for (const statement of statements) run(database, path, statement);
    const last = statements.at(-1);
    if (database.inTransaction && last !== undefined) {
      const what = 'the script begins a transaction and does not end it, so nothing of it would be kept';
      throw inventoryError('script-failed', `${path}:${last.lastLine}`, what, 'write COMMIT; at its end');
    }
    return compileSnapshot(readInventoryRows(database), undefined, 0, access);
  } finally {
    database.close();
  }
}

function run(database: Database, path: string, { text, firstLine, lastLine }: Statement): void {
  const where = `${path}:${firstLine}`;
  if (text.startsWith('.')) {
    const fix = 'take it out: a script has SQL only';
    throw inventoryError('script-failed', where, `'${firstWord(text)}' is a command of the sqlite3 shell`, fix);
  }
  if (WRITES_FILES.test(text)) {
    const fix = 'take it out: a script is tried out in memory, and writes to no file';
    throw inventoryError('script-failed', where, `${firstWord(text).toUpperCase()} is not run here`, fix);
  }
  try {
    database.exec(text);
  } catch (error) {
    if (!(error instanceof BetterSqlite.SqliteError)) throw error;
    const lines = lastLine === firstLine ? '' : ` (the statement ends in line ${lastLine})`;
    throw inventoryError('script-failed', where, `${error.message}${lines}`, fixOf(error.message));
  }
}

function firstWord(text: string): string {
  return /^\S+/.exec(text)?.[0] ?? text;
}

/** The name of a constraint says what is wanted; of foreign keys SQLite has no name to show. */
function fixOf(message: string): string {
  if (message.startsWith('FOREIGN KEY')) {
    return 'insert what the row names (a gateway, a group, a switch) first, and look for a misspelt name';
  }
  if (message.endsWith('already exists')) {
    return 'take it out: the tables are there already; what has them is checked as the database file that it is';
  }
  if (message.startsWith('no such')) return 'see docs/inventory.md for the tables and their columns';
  return 'correct the statement; those before it are right as far as SQLite can tell';
}
