import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { onTestFinished, TestRunner } from 'vitest';

import { type CompiledInventory, compileSnapshot } from '../../src/inventory/compile-snapshot.ts';
import { type InventoryRows, readInventoryRows } from '../../src/inventory/inventory-rows.ts';
import { migrate } from '../../src/inventory/migrate.ts';
import { readMigrations } from '../../src/inventory/read-migrations.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { collectOutput } from './collect-output.ts';

/** A migrated database file in a folder of its own. */
export interface TemporaryInventory {
  readonly folder: string;
  readonly path: string;
  /** Runs SQL as another client does that left foreign keys off, like the sqlite3 shell; committed on return. */
  run(sql: string): void;
  rows(): InventoryRows;
  compile(previous?: Snapshot): CompiledInventory;
  /** Needed only where it was made outside of a test, as in `beforeAll`. */
  remove(): void;
}

/** What `trunkhunt migrate` makes of no file, once for all tests of a file. */
let migrated: Buffer | undefined;

/**
 * Makes a migrated inventory without gateways and runs SQL on it; gone again when the test has finished.
 * @param sql may begin with `PRAGMA ignore_check_constraints = ON;`
 */
export function temporaryInventory(sql = ''): TemporaryInventory {
  const folder = temporaryFolder();
  const path = join(folder, 'inventory.db');
  migrated ??= migratedFile();
  writeFileSync(path, migrated, { mode: 0o600 });
  const rows = (): InventoryRows => withPlainClient(path, readInventoryRows);
  const inventory: TemporaryInventory = {
    folder,
    path,
    run: (more) => {
      withPlainClient(path, (database) => database.exec(more));
    },
    rows,
    compile: (previous) => compileSnapshot(rows(), previous),
    remove: () => {
      removeFolder(folder);
    },
  };
  if (sql !== '') inventory.run(sql);
  return inventory;
}

/** An empty folder; gone again when the test has finished (outside of a test the caller has to see to that). */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-inventory-'));
  if (TestRunner.getCurrentTest() !== undefined) {
    onTestFinished(() => {
      removeFolder(folder);
    });
  }
  return folder;
}

/** What the program keeps for others to read: decisions, and what it learned. */
const KEPT = /\.ndjson(?:\.\d+)?$|\.state(?:-wal)?$/;

function removeFolder(folder: string): void {
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => KEPT.test(name)) : [];
  for (const name of kept) {
    const path = join(folder, name);
    if (statSync(path).isFile()) collectOutput('log', `the file ${name}`, readFileSync(path));
  }
  rmSync(folder, { recursive: true, force: true });
}

function migratedFile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-inventory-'));
  try {
    const path = join(folder, 'inventory.db');
    const database = openInventory(path, { mode: 'create' });
    migrate(database, readMigrations(), 0);
    database.close();
    return readFileSync(path);
  } finally {
    removeFolder(folder);
  }
}

function withPlainClient<Result>(path: string, use: (database: BetterSqlite.Database) => Result): Result {
  const database = new BetterSqlite(path, { fileMustExist: true });
  try {
    database.pragma('foreign_keys = OFF');
    return use(database);
  } finally {
    database.close();
  }
}
