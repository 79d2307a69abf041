import type { Database } from 'better-sqlite3';
import { isProblem } from '../errors/finding.ts';
import { changedRows, undone } from './changed-rows.ts';
import { compileRows } from './inventory-editor.ts';
import { inventoryError } from './inventory-error.ts';
import type { SecretAccess } from './open-secrets.ts';
import { latestVersion, oldestVersion, oneVersion } from './history-version.ts';
import { readTableRows } from './read-table-rows.ts';

/**
 * The newest version in which the compiler finds no problem, so that a server serves it.
 * @throws OperatorError history-none-good, history-broken
 */
export function lastGoodVersion(database: Database, access: SecretAccess): number {
  const oldest = oldestVersion(database);
  let version = latestVersion(database);
  let rows = readTableRows(database);
  while (compileRows(rows, access).findings.some(isProblem)) {
    if (version === oldest) {
      const what = `every version from ${oldest} on has a problem`;
      throw inventoryError('history-none-good', database.name, what, 'mend what `trunkhunt check` says');
    }
    rows = changedRows(rows, undone(oneVersion(database, version).changes));
    version -= 1;
  }
  return version;
}
