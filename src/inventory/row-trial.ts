import BetterSqlite, { type Database, type Statement } from 'better-sqlite3';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { readMigrations } from './read-migrations.ts';
import type { TableName, TableRow } from './table-rows.ts';

/** A row on trial. */
export interface TriedRow {
  readonly table: TableName;
  readonly row: TableRow;
}

/** Which of the rows the schema refuses, and what it wants instead. */
export interface RowRefusal {
  readonly tried: TriedRow;
  /** The name of the constraint: "gateways.proxy: host or host:port, without sip:". */
  readonly wanted: string;
}

/** The history of rows that are only tried interests nobody, and takes most of the time. */
const TRIGGER = /^CREATE TRIGGER\b[^]*?^END;$/gm;

interface Insertion {
  readonly statement: Statement;
  /** Every column, as SQL has it where a row says nothing. */
  readonly blank: TableRow;
}

/**
 * An inventory without rows, in memory, that tells whether rows would be taken: the schema itself judges, so no rule is
 * written twice. Rows that were taken stay. References are not judged, since a row may refer to what is in an inventory
 * already.
 */
export class RowTrial {
  readonly #database: Database = new BetterSqlite(':memory:');
  readonly #insertions = new Map<TableName, Insertion>();
  /** What of `failover_causes` is shipped. */
  readonly shippedCauses: ReadonlyMap<string, string>;

  constructor() {
    this.#database.pragma('foreign_keys = OFF');
    for (const { sql } of readMigrations()) this.#database.exec(sql.replace(TRIGGER, ''));
    const causes = this.#database
      .prepare<[], { cause: string; action: string }>('SELECT cause, action FROM failover_causes')
      .all();
    this.shippedCauses = new Map(causes.map(({ cause, action }) => [cause, action]));
    // Rows that are shipped would be in the way of the same ones on trial.
    this.#database.exec('DELETE FROM failover_causes; DELETE FROM outcome_blame');
    // One transaction for all rows: beginning one for each takes longer than the rows.
    this.#database.exec('BEGIN');
  }

  /** Tries rows that belong together: all of them are taken, or none and the first refusal is returned. */
  tryRows(rows: readonly TriedRow[]): RowRefusal | undefined {
    this.#database.exec('SAVEPOINT trial');
    for (const tried of rows) {
      const wanted = this.tryRow(tried);
      if (wanted === undefined) continue;
      this.#database.exec('ROLLBACK TO trial');
      this.#database.exec('RELEASE trial');
      return { tried, wanted };
    }
    this.#database.exec('RELEASE trial');
    return undefined;
  }

  /** Tries one row by itself. @returns the name of the constraint that refuses it; undefined where it is taken */
  tryRow({ table, row }: TriedRow): string | undefined {
    const { statement, blank } = this.#insertion(table);
    try {
      statement.run({ ...blank, ...row });
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

  #insertion(table: TableName): Insertion {
    const known = this.#insertions.get(table);
    if (known !== undefined) return known;
    const { columns, defaults, insert } = INVENTORY_TABLES[table];
    const blank = { ...Object.fromEntries(columns.map((column) => [column, null])), ...defaults };
    const insertion = { statement: this.#database.prepare(insert), blank };
    this.#insertions.set(table, insertion);
    return insertion;
  }
}
