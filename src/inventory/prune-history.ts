import { openInventory } from './open-inventory.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** So many versions go in one transaction, so that nobody waits long for the lock. */
const VERSIONS_AT_ONCE = 500;

/** A server does not wait for writers: the next time is near. */
const WAIT_MS = 100;

/**
 * Forgets versions that are older than `history_settings.keep_days`, the oldest first. The way back to the version that
 * is known to be good stays, and so does the newest one, which numbers go on from.
 * @param goodVersion the newest version that is known to be one that a server serves
 * @param nowMs wall clock
 * @returns how many versions went
 * @throws OperatorError inventory-unreadable
 */
export function pruneHistory(path: string, goodVersion: number, nowMs: number): number {
  const database = openInventory(path, { mode: 'write', busyTimeoutMs: WAIT_MS });
  try {
    const keepDays = database.prepare<[], number>('SELECT keep_days FROM history_settings').pluck().get() ?? 0;
    if (keepDays === 0) return 0;
    const since = nowMs - keepDays * DAY_MS;
    // Clocks jump: what goes is all before the oldest that is young enough, so that no gap comes to be.
    const oldestKept = database.prepare<[number, number], number>(
      `SELECT min(?, coalesce((SELECT min(version) FROM history_versions WHERE at_ms >= ?),
         (SELECT max(version) FROM history_versions), 0))`,
    );
    const upTo = (oldestKept.pluck().get(goodVersion + 1, since) ?? 0) - 1;
    let gone = 0;
    for (;;) {
      const some = removeSome(database, upTo);
      gone += some;
      if (some < VERSIONS_AT_ONCE) return gone;
    }
  } finally {
    database.close();
  }
}

function removeSome(database: ReturnType<typeof openInventory>, upTo: number): number {
  return database
    .transaction(() => {
      const newest = database
        .prepare<[number, number], number | null>(
          'SELECT max(version) FROM (SELECT version FROM history_versions WHERE version <= ? ORDER BY version LIMIT ?)',
        )
        .pluck()
        .get(upTo, VERSIONS_AT_ONCE);
      if (newest === null || newest === undefined) return 0;
      database.prepare('DELETE FROM history WHERE version <= ?').run(newest);
      return database.prepare('DELETE FROM history_versions WHERE version <= ?').run(newest).changes;
    })
    .immediate();
}
