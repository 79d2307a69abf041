import type { Database } from 'better-sqlite3';
import { changedRows, undone } from './changed-rows.ts';
import { latestVersion, oldestVersion, unknownVersion, versionsBetween } from './history-version.ts';
import { inventoryError } from './inventory-error.ts';
import { readTableRows } from './read-table-rows.ts';
import type { TableRows } from './table-rows.ts';

/**
 * The inventory as it was in a version, worked out backwards from what is there now.
 * @throws OperatorError history-unknown-version, history-broken
 */
export function rowsAt(database: Database, version: number): TableRows {
  return database.transaction(() => {
    const [oldest, latest] = [oldestVersion(database), latestVersion(database)];
    if (version < oldest || version > latest) throw unknownVersion(database.name, version, oldest, latest);
    const changes = versionsBetween(database, version, latest).flatMap((it) => undone(it.changes));
    try {
      return changedRows(readTableRows(database), changes);
    } catch (error) {
      const what = `what it tells does not lead to what is there: ${error instanceof Error ? error.message : ''}`;
      const fix = 'somebody changed rows while the triggers were away; restore a backup instead';
      throw inventoryError('history-broken', database.name, what, fix);
    }
  })();
}
