import type { Database } from 'better-sqlite3';
import { type Finding, isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { changedRows } from './changed-rows.ts';
import { type CompiledInventory, compileSnapshot } from './compile-snapshot.ts';
import { latestVersion } from './history-version.ts';
import { inventoryRowsOf } from './inventory-rows-of.ts';
import { type SecretAccess, WITHOUT_KEYS } from './open-secrets.ts';
import { requireMigrated } from './migrate.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { readMigrations } from './read-migrations.ts';
import { readTableRows } from './read-table-rows.ts';
import { scrubFile } from './scrub-file.ts';
import { sealChanges } from './seal-changes.ts';
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
  /** Do all but the commit. */
  readonly dryRun?: boolean;
  /** Called in the transaction when the rows are written, for a change that rewrites secrets: they are written as given. */
  readonly rewriting?: (database: Database) => void;
}

/** Takes a transaction back that came to this result. */
class TakenBack extends Error {
  readonly result: ChangeResult;

  constructor(result: ChangeResult) {
    super('taken back');
    this.result = result;
  }
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
export function openInventoryEditor(
  path: string,
  mode: 'read' | 'write' = 'write',
  access: SecretAccess = WITHOUT_KEYS,
): InventoryEditor {
  const database = openInventory(path, { mode });
  try {
    requireMigrated(database, readMigrations());
    return new InventoryEditor(database, access);
  } catch (error) {
    database.close();
    throw error instanceof OperatorError ? error : unreadable(path, error);
  }
}

export class InventoryEditor {
  readonly #database: Database;
  /** How secrets are read; those that are written are encrypted where there is a key. */
  readonly access: SecretAccess;

  constructor(database: Database, access: SecretAccess) {
    this.#database = database;
    this.access = access;
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
    const rows = this.read();
    return compileRows(changedRows(rows, withRouteIds(rows, changes)), this.access);
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
    { force = false, dryRun = false, rewriting }: ChangeOptions = {},
  ): ChangeResult {
    const database = this.#database;
    const compile = (rows: TableRows): readonly Finding[] => compileRows(rows, this.access).findings;
    const run = database.transaction((): ChangeResult => {
      const rows = readTableRows(database);
      const planned = withRouteIds(rows, plan(rows));
      const changes = rewriting === undefined ? sealChanges(planned, this.access.keys) : planned;
      if (changes.length === 0 && rewriting === undefined) {
        return { changes, version: latestVersion(database), findings: compile(rows) };
      }
      const changed = changedRows(rows, changes);
      const versionBefore = latestVersion(database);
      // Before the compiler, since the names of constraints say best what a value has to be.
      writeChanges(database, changes, note);
      rewriting?.(database);
      const findings = compile(changed);
      if (!force && findings.some(isProblem)) refuseWorse(compile(rows), findings);
      if (dryRun) throw new TakenBack({ changes, version: versionBefore, findings });
      return { changes, version: latestVersion(database), findings };
    });
    // Rows are written in an order in which references need not hold yet; the compiler has checked them all.
    return this.#read(() => {
      database.pragma('foreign_keys = OFF');
      try {
        return run.immediate();
      } catch (error) {
        if (error instanceof TakenBack) return error.result;
        throw error;
      } finally {
        database.pragma('foreign_keys = ON');
      }
    });
  }

  /** Leaves nothing in the file of what was overwritten. @returns why something may be left */
  scrub(): string | undefined {
    return scrubFile(this.#database);
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
export function compileRows(rows: TableRows, access: SecretAccess = WITHOUT_KEYS): CompiledInventory {
  return compileSnapshot(inventoryRowsOf(rows), undefined, 0, access);
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

/** New routes get the numbers that SQLite would give them, so that they can be told apart before they are written. */
function withRouteIds(rows: TableRows, changes: readonly RowChange[]): readonly RowChange[] {
  const isNew = ({ table, after }: RowChange): boolean => table === 'routes' && after?.['id'] === null;
  if (!changes.some(isNew)) return changes;
  const taken = [
    ...rows.routes,
    ...changes.flatMap(({ table, after }) => (table === 'routes' && after ? [after] : [])),
  ];
  let id = taken.reduce((highest, row) => Math.max(highest, Number(row['id'] ?? 0)), 0);
  return changes.map((change) => (isNew(change) ? { ...change, after: { ...change.after, id: (id += 1) } } : change));
}
