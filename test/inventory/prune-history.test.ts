import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { oldestVersion } from '../../src/inventory/history-version.ts';
import { pruneHistory as pruneSome } from '../../src/inventory/prune-history.ts';
import { rowsAt } from '../../src/inventory/rows-at.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** Forgets piece by piece, all that is to be forgotten. */
function pruneHistory(path: string, goodVersion: number, nowMs: number): number {
  for (let versions = 0; ;) {
    const pruned = pruneSome(path, goodVersion, nowMs);
    versions += pruned.versions;
    if (!pruned.hasMore) return versions;
  }
}

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 1);

/** Versions 1 to `count`, one each day, the newest today. */
function dailyVersions(count: number): string {
  const inventory = temporaryInventory();
  const { path } = inventory;
  const changes = Array.from(
    { length: count },
    (_, at) => `INSERT INTO change_note (who) VALUES ('jo'); INSERT INTO profiles (name) VALUES ('p${at}');`,
  );
  inventory.run(`BEGIN; ${changes.join('\n')} DELETE FROM change_note;
    UPDATE history_versions SET at_ms = ${NOW_MS} - (${count} - version) * ${DAY_MS}; COMMIT;`);
  return path;
}

function versionsIn(path: string): readonly [oldest: number, newest: number, count: number] {
  const database = new BetterSqlite(path);
  try {
    const { low, high, count } = database
      .prepare<[], { low: number; high: number; count: number }>(
        'SELECT min(version) AS low, max(version) AS high, count(*) AS count FROM history_versions',
      )
      .get()!;
    const orphans = 'SELECT count(*) FROM history WHERE version NOT IN (SELECT version FROM history_versions)';
    expect(database.prepare(orphans).pluck().get()).toBe(0);
    return [low, high, count];
  } finally {
    database.close();
  }
}

function keepDays(path: string, days: number): void {
  const database = new BetterSqlite(path);
  database.prepare('UPDATE history_settings SET keep_days = ?').run(days);
  database.close();
}

describe('history', () => {
  it('is kept for a year where nobody says otherwise', () => {
    const path = dailyVersions(800);
    expect(pruneHistory(path, 800, NOW_MS)).toBe(434);
    expect(versionsIn(path)).toEqual([435, 800, 366]);
    expect(pruneHistory(path, 800, NOW_MS)).toBe(0);
  });

  it('can be kept for ever', () => {
    const path = dailyVersions(20);
    keepDays(path, 0);
    expect(pruneHistory(path, 20, NOW_MS + 1000 * DAY_MS)).toBe(0);
  });

  it('goes in pieces, and what is reached is right between them', () => {
    const path = dailyVersions(1700);
    keepDays(path, 10);
    const database = new BetterSqlite(path);
    const rows = rowsAt(database, 1695);
    for (let pieces = 1; pruneSome(path, 1700, NOW_MS).hasMore; pieces += 1) {
      expect(pieces).toBeLessThan(20);
      expect(rowsAt(database, 1695)).toEqual(rows);
    }
    database.close();
  });

  it('goes wholly, however much there is', () => {
    const path = dailyVersions(1700);
    keepDays(path, 10);
    expect(pruneHistory(path, 1700, NOW_MS)).toBe(1689);
    expect(versionsIn(path)).toEqual([1690, 1700, 11]);
  });

  it('always leads back to the last version that was served', () => {
    const path = dailyVersions(20);
    keepDays(path, 1);
    const good = 12;
    const database = new BetterSqlite(path);
    const rows = rowsAt(database, good);
    expect(pruneHistory(path, good, NOW_MS + 100 * DAY_MS)).toBe(good);
    expect(oldestVersion(database)).toBe(good);
    expect(rowsAt(database, good)).toEqual(rows);
    database.close();
  });

  it('keeps the newest version, however old, so that numbers go on', () => {
    const path = dailyVersions(5);
    keepDays(path, 1);
    expect(pruneHistory(path, 5, NOW_MS + 100 * DAY_MS)).toBe(4);
    const database = new BetterSqlite(path);
    database.exec("INSERT INTO profiles (name) VALUES ('later')");
    expect(versionsIn(path)).toEqual([5, 6, 2]);
    expect(rowsAt(database, 4).profiles).toHaveLength(4);
    database.close();
  });

  it('has no gap where a clock went back', () => {
    const path = dailyVersions(10);
    keepDays(path, 3);
    const database = new BetterSqlite(path);
    database.prepare('UPDATE history_versions SET at_ms = ? WHERE version = 2').run(NOW_MS);
    database.close();
    expect(pruneHistory(path, 10, NOW_MS)).toBe(1);
    expect(versionsIn(path)).toEqual([2, 10, 9]);
  });
});
