import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { inventoryError } from './inventory-error.ts';
import { makePrivateFile } from './private-file.ts';
import type { Migration } from './read-migrations.ts';

const LEDGER = `CREATE TABLE IF NOT EXISTS trunkhunt_migrations (
  version INTEGER PRIMARY KEY,
  file TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT`;

export interface AppliedMigration {
  readonly version: number;
  readonly file: string;
  readonly checksum: string;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
}

export interface MigrationState {
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly Migration[];
}

export interface MigrationResult {
  readonly applied: readonly Migration[];
  /** The backup that was written first; none where there was nothing to lose. */
  readonly backup: string | undefined;
}

/**
 * Compares what was applied with what is shipped.
 * @throws OperatorError inventory-too-new, migration-edited, migration-missing: all that apply
 */
export function migrationState(database: Database, migrations: readonly Migration[]): MigrationState {
  const applied = readLedger(database);
  const shipped = new Map(migrations.map((migration) => [migration.version, migration]));
  const newest = migrations.at(-1)?.version ?? 0;
  const findings = applied.flatMap((row) => compare(row, shipped.get(row.version), newest, database.name));
  if (findings.length > 0) throw new OperatorError(findings);
  const done = new Set(applied.map(({ version }) => version));
  return { applied, pending: migrations.filter(({ version }) => !done.has(version)) };
}

/**
 * Applies what is pending, each migration in one transaction that locks other writers out, after a backup of what is
 * there. Running it again, or twice at once, changes nothing more.
 * @param nowMs wall clock, for the ledger and the backup's name
 * @throws OperatorError as `migrationState`, inventory-foreign, backup-failed, migration-failed
 */
export function migrate(database: Database, migrations: readonly Migration[], nowMs: number): MigrationResult {
  // Tables before the ledger: should another process migrate in between, then both are there.
  const isInUse = hasTables(database);
  const { pending } = migrationState(database, migrations);
  if (pending.length === 0) return { applied: [], backup: undefined };
  if (isInUse && !hasLedger(database)) throw foreign(database);
  const backup = isInUse ? writeBackup(database, nowMs) : undefined;
  useWriteAheadLog(database);
  database.exec(LEDGER);
  const applied = pending.filter((migration) => applyOne(database, migration, nowMs));
  return { applied, backup };
}

/** @throws OperatorError inventory-not-migrated, inventory-foreign, for commands that only read */
export function requireMigrated(database: Database, migrations: readonly Migration[]): void {
  const { pending } = migrationState(database, migrations);
  if (pending.length === 0) return;
  if (hasTables(database) && !hasLedger(database)) throw foreign(database);
  const what = `it lacks ${pending.map(({ file }) => file).join(', ')}`;
  throw inventoryError(
    'inventory-not-migrated',
    database.name,
    what,
    'run `trunkhunt migrate`; it writes a backup first',
  );
}

function compare(
  row: AppliedMigration,
  shipped: Migration | undefined,
  newest: number,
  path: string,
): readonly Finding[] {
  if (row.version > newest) {
    const what = `it has migration ${row.version} (${row.file}); this version of trunkhunt knows ${newest}`;
    return [
      {
        code: 'inventory-too-new',
        where: path,
        what,
        fix: 'run the version that migrated it, or restore the backup beside it',
      },
    ];
  }
  if (shipped === undefined) {
    const what = `${row.file} was applied to ${path}, and is not shipped with this version`;
    return [
      { code: 'migration-missing', where: row.file, what, fix: 'reinstall trunkhunt; migrations are never removed' },
    ];
  }
  if (shipped.checksum === row.checksum) return [];
  const what = `the file differs from what was applied to ${path} at ${row.appliedAt}`;
  return [
    {
      code: 'migration-edited',
      where: shipped.file,
      what,
      fix: 'reinstall trunkhunt; to change the schema, add a migration',
    },
  ];
}

/** Lets readers read while others write. Kept in the file; changing it locks everybody out, so only where it is not so. */
function useWriteAheadLog(database: Database): void {
  if (database.pragma('journal_mode', { simple: true }) !== 'wal') database.pragma('journal_mode = WAL');
}

function hasLedger(database: Database): boolean {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trunkhunt_migrations'";
  return database.prepare(table).get() !== undefined;
}

function readLedger(database: Database): readonly AppliedMigration[] {
  if (!hasLedger(database)) return [];
  return database
    .prepare<[], AppliedMigration>(
      'SELECT version, file, checksum, applied_at AS appliedAt FROM trunkhunt_migrations ORDER BY version',
    )
    .all();
}

function foreign(database: Database): Error {
  const fix = 'name the file that holds your inventory, or a new one, with TRUNKHUNT_DATABASE or --database';
  return inventoryError('inventory-foreign', database.name, 'it is a database of something else', fix);
}

function hasTables(database: Database): boolean {
  return (
    database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name <> 'trunkhunt_migrations' LIMIT 1")
      .get() !== undefined
  );
}

/** It appears whole or not at all: whoever looks for the newest backup must not find the half of one. */
function writeBackup(database: Database, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('.', '-');
  const path = `${database.name}.backup-${stamp}`;
  const unfinished = `${database.name}.unfinished-${stamp}`;
  try {
    if (existsSync(path)) throw new Error('there is such a file already');
    // Passwords are in it: SQLite takes an empty file as it is, permissions included.
    makePrivateFile(unfinished);
    const file = openSync(unfinished, 'r+');
    try {
      database.prepare('VACUUM INTO ?').run(unfinished);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
    return path;
  } catch (error) {
    rmSync(unfinished, { force: true });
    const what = error instanceof Error ? error.message : String(error);
    throw inventoryError('backup-failed', path, what, 'make room beside the database; nothing was changed');
  }
}

/** False where another process applied it in the meantime. */
function applyOne(database: Database, migration: Migration, nowMs: number): boolean {
  const apply = database.transaction((): boolean => {
    if (readLedger(database).some(({ version }) => version === migration.version)) return false;
    database.exec(migration.sql);
    database
      .prepare('INSERT INTO trunkhunt_migrations (version, file, checksum, applied_at) VALUES (?, ?, ?, ?)')
      .run(migration.version, migration.file, migration.checksum, new Date(nowMs).toISOString());
    return true;
  });
  try {
    return apply.immediate();
  } catch (error) {
    const what = `${migration.file}: ${error instanceof Error ? error.message : String(error)}`;
    throw inventoryError(
      'migration-failed',
      database.name,
      what,
      'nothing of it was applied; the backup beside the database is from before',
    );
  }
}
