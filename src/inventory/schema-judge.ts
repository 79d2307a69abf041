import BetterSqlite, { type Database, type Statement } from 'better-sqlite3';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { readMigrations } from './read-migrations.ts';
import type { TableName, TableRow } from './table-rows.ts';

/**
 * Tells what the schema says of whole rows, without a file: it is the schema itself that judges, so no rule is written
 * twice. It begins without rows and keeps those that it took; references are not judged.
 */
export class SchemaJudge {
  readonly #database: Database = new BetterSqlite(':memory:');
  readonly #inserts = new Map<TableName, Statement>();

  constructor() {
    this.#database.pragma('foreign_keys = OFF');
    for (const sql of schemaWithoutTriggers()) this.#database.exec(sql);
    // One transaction for all rows: beginning one for each takes longer than the rows.
    this.#database.exec('BEGIN');
  }

  /** The name of the constraint that refuses the row, which says what is wanted; undefined where none does. */
  refusal(table: TableName, row: TableRow): string | undefined {
    const known = this.#inserts.get(table);
    const insert = known ?? this.#database.prepare(INVENTORY_TABLES[table].insert);
    if (known === undefined) this.#inserts.set(table, insert);
    try {
      insert.run(row);
      return undefined;
    } catch (error) {
      if (!(error instanceof BetterSqlite.SqliteError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
      return error.message.replace(/^.*? constraint failed: (?:index ')?(.*?)'?$/, '$1');
    }
  }

  /** Frees its memory. */
  close(): void {
    this.#database.close();
  }
}

/** The triggers of the history would triple the time, and write what nobody reads. */
function schemaWithoutTriggers(): readonly string[] {
  const database = new BetterSqlite(':memory:');
  try {
    for (const { sql } of readMigrations()) database.exec(sql);
    const statements =
      "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT GLOB 'sqlite_*'";
    return database.prepare<[], string>(statements).pluck().all();
  } finally {
    database.close();
  }
}
