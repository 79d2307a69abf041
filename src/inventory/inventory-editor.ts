import type { Database } from 'better-sqlite3';
import { type Finding, isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { changedRows } from './changed-rows.ts';
import { type CompiledInventory, compileSnapshot } from './compile-snapshot.ts';
import { latestVersion } from './history-version.ts';
import { inventoryRowsOf } from './inventory-rows-of.ts';
import { requireMigrated } from './migrate.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { readMigrations } from './read-migrations.ts';
import { readTableRows } from './read-table-rows.ts';
import type { RowChange } from './diff-tables.ts';
import type { TableRows } from './table-rows.ts';
import { writeChanges } from './write-changes.ts';

/** Who changes the inventory, and why: kept in its history. */
export interface ChangeNote {
  readonly who: string;
  readonly why: string;
}

export interface ChangeOptions {
  /** Commit even what makes the inventory worse: a server goes on serving what it had. */
  readonly force?: boolean;
}

export interface ChangeResult {
  readonly changes: readonly RowChange[];
  /** The newest version of the history; unchanged where there was nothing to change. */
  readonly version: number;
  /** What the compiler says of the inventory as it is now. */
  readonly findings: readonly Finding[];
}

/**
 * The inventory file, opened by a command that may change it.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-foreign, inventory-not-migrated,
 *   inventory-too-new
 */
export function openInventoryEditor(path: string, mode: 'read' | 'write' = 'write'): InventoryEditor {
  const database = openInventory(path, { mode });
  try {
    requireMigrated(database, readMigrations());
    return new InventoryEditor(database);
  } catch (error) {
    database.close();
    throw error instanceof OperatorError ? error : unreadable(path, error);
  }
}

export class InventoryEditor {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get path(): string {
    return this.#database.name;
  }

  /** The newest version of the history. */
  get version(): number {
    return this.#read(() => latestVersion(this.#database));
  }

  read(): TableRows {
    return this.#read(() => readTableRows(this.#database));
  }

  /** What the history tells, read from one state of it. */
  history<Result>(ask: (database: Database) => Result): Result {
    return this.#read(() => this.#database.transaction(() => ask(this.#database))());
  }

  /** What the compiler says of the inventory after these changes, of which nothing is written. */
  preview(changes: readonly RowChange[]): CompiledInventory {
    return compileRows(changedRows(this.read(), changes));
  }

  /**
   * Changes the inventory in one transaction that nobody else can come between: the rows are read in it, `plan` says
   * what is to change of them, and the result is compiled before the commit. Nothing is written where anything fails.
   * @throws OperatorError change-refused (with what the compiler says), value-invalid, reference-broken,
   *   inventory-changed, inventory-unreadable, or whatever `plan` throws
   */
  change(
    note: ChangeNote,
    plan: (rows: TableRows) => readonly RowChange[],
    { force = false }: ChangeOptions = {},
  ): ChangeResult {
    const database = this.#database;
    const run = database.transaction((): ChangeResult => {
      const rows = readTableRows(database);
      const changes = plan(rows);
      if (changes.length === 0) {
        return { changes, version: latestVersion(database), findings: compileRows(rows).findings };
      }
      const { findings } = compileRows(changedRows(rows, changes));
      if (!force) refuseWorse(compileRows(rows).findings, findings);
      writeChanges(database, changes, note);
      return { changes, version: latestVersion(database), findings };
    });
    // Rows are written in an order in which references need not hold yet; the compiler has checked them all.
    return this.#read(() => {
      database.pragma('foreign_keys = OFF');
      try {
        return run.immediate();
      } finally {
        database.pragma('foreign_keys = ON');
      }
    });
  }

  close(): void {
    this.#database.close();
  }

  #read<Result>(use: () => Result): Result {
    try {
      return use();
    } catch (error) {
      throw error instanceof OperatorError ? error : unreadable(this.path, error);
    }
  }
}

/** Compiles whole tables. */
export function compileRows(rows: TableRows): CompiledInventory {
  return compileSnapshot(inventoryRowsOf(rows));
}

/** Problems that were there before do not stand in the way: the change may be the first half of mending them. */
function refuseWorse(before: readonly Finding[], after: readonly Finding[]): void {
  const known = new Set(before.map((finding) => JSON.stringify(finding)));
  const worse = after.filter((finding) => isProblem(finding) && !known.has(JSON.stringify(finding)));
  if (worse.length === 0) return;
  const what = `a server would refuse the inventory after this change; nothing was changed`;
  const fix = 'mend what is said below, or give --force to write it all the same';
  throw new OperatorError([{ code: 'change-refused', where: 'the change', what, fix }, ...worse]);
}
