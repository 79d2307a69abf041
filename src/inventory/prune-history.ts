import type { Database } from 'better-sqlite3';
import { openInventory } from './open-inventory.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** So much goes in one transaction, so that neither writers nor calls wait for it. */
const ROWS_AT_ONCE = 500;

/** A server does not wait for writers: the next time is near. */
const WAIT_MS = 0;

export interface Pruned {
  readonly versions: number;
  /** Whether there is more to forget. */
  readonly hasMore: boolean;
}

/**
 * Forgets some of the versions that are older than `history_settings.keep_days`, the oldest first. The way back to the
 * version that is known to be good stays, and so does the newest one, which numbers go on from.
 * @param goodVersion the newest version that is known to be one that a server serves
 * @param nowMs wall clock
 * @throws OperatorError inventory-unreadable
 */
export function pruneHistory(path: string, goodVersion: number, nowMs: number): Pruned {
  const database = openInventory(path, { mode: 'write', busyTimeoutMs: WAIT_MS });
  try {
    return database.transaction(() => prune(database, goodVersion, nowMs)).immediate();
  } finally {
    database.close();
  }
}

function prune(database: Database, goodVersion: number, nowMs: number): Pruned {
  const keepDays = database.prepare<[], number>('SELECT keep_days FROM history_settings').pluck().get() ?? 0;
  const upTo = keepDays === 0 ? 0 : lastForgotten(database, goodVersion, nowMs - keepDays * DAY_MS);
  const versions = database
    .prepare<[number, number]>(
      `DELETE FROM history_versions WHERE version IN
         (SELECT version FROM history_versions WHERE version <= ? ORDER BY version LIMIT ?)`,
    )
    .run(upTo, ROWS_AT_ONCE).changes;
  // A version without its line is none any more: its rows may go bit by bit.
  const rows = database
    .prepare<[number]>(
      `DELETE FROM history WHERE id IN (SELECT id FROM history
         WHERE version < (SELECT min(version) FROM history_versions) ORDER BY id LIMIT ?)`,
    )
    .run(ROWS_AT_ONCE).changes;
  return { versions, hasMore: versions === ROWS_AT_ONCE || rows === ROWS_AT_ONCE };
}

/** Clocks jump: what goes is all before the oldest version that is young enough, so that no gap comes to be. */
function lastForgotten(database: Database, goodVersion: number, sinceMs: number): number {
  const oldestKept = database
    .prepare<[number, number], number>(
      `SELECT min(?, coalesce((SELECT min(version) FROM history_versions WHERE at_ms >= ?),
         (SELECT max(version) FROM history_versions), 0))`,
    )
    .pluck()
    .get(goodVersion + 1, sinceMs);
  return (oldestKept ?? 0) - 1;
}
