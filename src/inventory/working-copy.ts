import BetterSqlite, { type Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import { bytesDatabase } from './bytes-database.ts';
import { type CompiledInventory, compileSnapshot } from './compile-snapshot.ts';
import { readInventoryRows } from './inventory-rows.ts';
import { inventoryError } from './inventory-error.ts';
import { requireMigrated } from './migrate.ts';
import { type SecretAccess, WITHOUT_KEYS } from './open-secrets.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { readMigrations } from './read-migrations.ts';
import { readTableRows } from './read-table-rows.ts';
import { SECRET_NAME } from './shown-change.ts';
import { splitStatements, type Statement } from './split-statements.ts';
import type { TableRows } from './table-rows.ts';

/**
 * What may be run on a copy: statements that change rows, and nothing that reaches beyond the copy (ATTACH, VACUUM INTO),
 * beyond one transaction (COMMIT), beyond the rows (CREATE), or beyond the statement (PRAGMA). SQLite itself makes sure
 * that what begins with one of these words is one of these statements, and that it is only one.
 */
const ROW_STATEMENTS: ReadonlySet<string> = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH']);

const STATEMENT_SHOWN = 200;

/**
 * Copies an inventory into memory, as it is at this moment, whoever writes to it. Whatever is done to the copy, no byte
 * of the file changes.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-foreign, inventory-not-migrated,
 *   inventory-too-new
 */
export function openWorkingCopy(path: string): WorkingCopy {
  const file = openInventory(path, { mode: 'read' });
  try {
    requireMigrated(file, readMigrations());
    return new WorkingCopy(copyOf(file));
  } catch (error) {
    throw error instanceof OperatorError ? error : unreadable(path, error);
  } finally {
    file.close();
  }
}

/** An inventory in memory, to try changes on. */
export class WorkingCopy {
  /** For others of this folder. */
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Runs statements in one transaction: all of them, or none.
   * @param sql what the operator wrote, one or more INSERT, REPLACE, UPDATE, DELETE or WITH statements
   * @param where names the place that it was written at
   * @throws OperatorError sql-refused, with every statement that is none of these; sql-failed
   */
  run(sql: string, where = '--sql'): void {
    const statements = splitStatements(sql);
    requireRowStatements(statements, where);
    const runAll = this.database.transaction(() => {
      for (const [at, statement] of statements.entries()) {
        try {
          runOne(this.database, statement.text);
        } catch (error) {
          throw sqlError(error, placeOf(where, statement, at, statements.length), statement.text);
        }
      }
    });
    try {
      runAll();
    } catch (error) {
      // Foreign keys may be checked at the end only.
      throw error instanceof OperatorError ? error : sqlError(error, where, sql);
    }
  }

  /** Every table as rows. */
  tables(): TableRows {
    return readTableRows(this.database);
  }

  /** What a server would make of the copy. */
  compile(access: SecretAccess = WITHOUT_KEYS): CompiledInventory {
    return compileSnapshot(readInventoryRows(this.database), undefined, 0, access);
  }

  close(): void {
    this.database.close();
  }
}

function copyOf(file: Database): Database {
  const copy = bytesDatabase(file.serialize());
  copy.pragma('foreign_keys = ON');
  return copy;
}

function requireRowStatements(statements: readonly Statement[], where: string): void {
  if (statements.length === 0) {
    const fix = "write what is to be changed, such as UPDATE gateways SET state = 'drain' WHERE name = 'gw1'";
    throw inventoryError('sql-refused', where, 'there is no statement in it', fix);
  }
  const findings = statements.flatMap((statement, at) => {
    const verb = verbOf(statement.text);
    if (ROW_STATEMENTS.has(verb)) return [];
    return [
      {
        code: 'sql-refused' as const,
        where: placeOf(where, statement, at, statements.length),
        what: `${verb === '' ? 'this' : verb} does not change rows: ${shown(statement.text)}`,
        fix: 'write INSERT, REPLACE, UPDATE, DELETE or WITH; all statements run in one transaction by themselves',
      },
    ];
  });
  if (findings.length > 0) throw new OperatorError(findings);
}

/** The first word, in upper case; '' where it begins with something else. */
function verbOf(text: string): string {
  return (/^[A-Za-z]+(?![A-Za-z0-9_$\u0080-\uffff])/.exec(text)?.[0] ?? '').toUpperCase();
}

/** @throws RangeError where it is more than one statement: none of them is run then */
function runOne(database: Database, text: string): void {
  const statement = database.prepare(text);
  if (statement.reader) statement.all();
  else statement.run();
}

function sqlError(error: unknown, where: string, text: string): OperatorError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof BetterSqlite.SqliteError ? ` (${error.code})` : '';
  const what = `${maySpeakOfSecrets(text) ? withoutTokens(message) : message}${code}, in: ${shown(text)}`;
  return inventoryError('sql-failed', where, what, 'docs/inventory.md has the tables and columns; nothing was changed');
}

function placeOf(where: string, { firstLine }: Statement, at: number, count: number): string {
  return `${where}, statement ${at + 1} of ${count}, line ${firstLine}`;
}

/** Texts, and what was meant as one: SQLite takes double quotes for a name. */
const QUOTED = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)/g;

/** Values without names of columns may be passwords as well. */
function maySpeakOfSecrets(text: string): boolean {
  return SECRET_NAME.test(text) || /\bINTO\s+[^\s(]+\s+(?:VALUES|SELECT)\b/i.test(text);
}

/** SQLite's message repeats what it stumbled over: only a plain word that it did not expect is none of the texts. */
function withoutTokens(message: string): string {
  return /^near "\w+": syntax error$/.test(message) ? message : message.replace(/"[^]*"/, '"..."');
}

/** A statement as it may be shown: on one line, and without what may be a password. */
function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const safe = maySpeakOfSecrets(line) ? line.replace(QUOTED, (it) => `${it.charAt(0)}...${it.charAt(0)}`) : line;
  return safe.length > STATEMENT_SHOWN ? `${safe.slice(0, STATEMENT_SHOWN)}...` : safe;
}
