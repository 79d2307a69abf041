import { compileSnapshot, type CompiledInventory } from './compile-snapshot.ts';
import { type InventoryRows, readInventoryRows } from './inventory-rows.ts';
import type { InventorySource } from './inventory-source.ts';
import { requireMigrated } from './migrate.ts';
import { readMigrations } from './read-migrations.ts';
import { openInventory, unreadable } from './open-inventory.ts';

/** How often the file is asked whether it changed: a look costs under a microsecond. */
const LOOK_EVERY_MS = 100;

/**
 * The inventory in an SQLite file that anybody may write to while it is watched. Never waits for a writer: SQLite's
 * calls block the whole process, and the next look is near.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-not-migrated, inventory-too-new
 */
export function openSqliteSource(path: string): InventorySource {
  const database = openInventory(path, { mode: 'read', busyTimeoutMs: 0 });
  try {
    requireMigrated(database, readMigrations());
  } catch (error) {
    database.close();
    throw error;
  }
  /** Changes whenever another connection commits. */
  const readVersion = (): unknown => database.pragma('data_version', { simple: true });
  let loadedVersion: unknown;
  const readRows = (): InventoryRows => {
    try {
      // Read before the rows: a commit in between is then noticed at the next look, and never missed.
      const version = readVersion();
      const rows = readInventoryRows(database);
      loadedVersion = version;
      return rows;
    } catch (error) {
      throw unreadable(path, error);
    }
  };
  return {
    load: (previous): CompiledInventory => {
      return compileSnapshot(readRows(), previous);
    },
    watch: (onChange) => {
      const timer = setInterval(() => {
        try {
          if (readVersion() === loadedVersion) return;
        } catch (error) {
          // Whatever stood in the way may be gone at the next look, without a commit that would tell.
          loadedVersion = undefined;
          onChange(unreadable(path, error));
          return;
        }
        onChange();
      }, LOOK_EVERY_MS);
      return () => {
        clearInterval(timer);
      };
    },
    close: () => {
      database.close();
    },
  };
}
