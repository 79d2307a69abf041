import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import { copyInto, requireIntegrity } from './inventory-backup.ts';
import { inventoryError } from './inventory-error.ts';
import { migrate, migrationState } from './migrate.ts';
import { openInventory, unreadable } from './open-inventory.ts';
import { readMigrations } from './read-migrations.ts';

/**
 * Uses a whole, migrated copy of the inventory that a file holds; the file itself stays as it is. An older one is
 * migrated in the copy.
 * @param beside the copy lies beside this file, which is as well kept as the copy has to be, while it is used
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-damaged, inventory-foreign,
 *   inventory-too-new, migration-failed, backup-failed, and whatever `use` throws
 */
export function useBackup<Result>(
  file: string,
  beside: string,
  nowMs: number,
  use: (copy: Database) => Result,
): Result {
  const folder = folderBeside(beside);
  try {
    const path = join(folder, 'copy.db');
    copyWhole(file, path);
    const copy = openInventory(path, { mode: 'write' });
    try {
      migrateCopy(copy, file, nowMs);
      return use(copy);
    } finally {
      copy.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The copy holds passwords: a folder that mkdtemp makes is its owner's only. */
function folderBeside(path: string): string {
  try {
    return mkdtempSync(join(dirname(path), '.trunkhunt-restore-'));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw inventoryError('backup-failed', path, what, 'its folder has to exist, and this user may write to it');
  }
}

function copyWhole(file: string, path: string): void {
  const source = openInventory(file, { mode: 'read' });
  try {
    requireIntegrity(source);
    if (migrationState(source, readMigrations()).applied.length === 0) {
      const fix = 'name a file that `trunkhunt backup` wrote, or a copy of an inventory';
      throw inventoryError('inventory-foreign', file, 'it holds no inventory of trunkhunt', fix);
    }
    copyInto(source, path);
  } catch (error) {
    throw error instanceof OperatorError ? error : unreadable(file, error);
  } finally {
    source.close();
  }
}

function migrateCopy(copy: Database, file: string, nowMs: number): void {
  try {
    migrate(copy, readMigrations(), nowMs);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw unreadable(file, error);
    // Nobody knows the copy by its name.
    throw new OperatorError(
      error.findings.map((finding) => (finding.where === copy.name ? { ...finding, where: file } : finding)),
    );
  }
}
