import { describe, expect, it } from 'vitest';
import { startHistoryPruning } from '../../src/live/history-pruning.ts';
import type { Serving } from '../../src/live/live-state.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import BetterSqlite from 'better-sqlite3';
import { CollectingLog } from './collecting-log.ts';

const DAY_MS = 86_400_000;

/** 1,200 versions, all of 1970, of which the 1,100th is served. */
function pruned(served: number | undefined, isReadable = true) {
  const inventory = temporaryInventory();
  const changes = Array.from(
    { length: 1200 },
    (_, at) => `INSERT INTO change_note (who) VALUES ('jo'); INSERT INTO profiles (name) VALUES ('p${at}');`,
  );
  inventory.run(`BEGIN; ${changes.join('')} DELETE FROM change_note; UPDATE history_versions SET at_ms = 0; COMMIT;`);
  const waiting: { readonly delayMs: number; readonly run: () => void }[] = [];
  const log = new CollectingLog();
  const serving = served === undefined ? undefined : ({ snapshot: { version: served } } as Serving);
  const stop = startHistoryPruning({
    path: inventory.path,
    live: { serving, isReadable },
    log,
    nowMs: () => 1000 * DAY_MS,
    after: (delayMs, run) => {
      const entry = { delayMs, run };
      waiting.push(entry);
      return () => waiting.splice(waiting.indexOf(entry), 1);
    },
  });
  const oldest = (): unknown => {
    const database = new BetterSqlite(inventory.path);
    try {
      return database.prepare('SELECT min(version) FROM history_versions').pluck().get();
    } finally {
      database.close();
    }
  };
  return {
    ...inventory,
    waiting,
    log,
    stop,
    oldest,
    step: () => {
      waiting.shift()!.run();
    },
  };
}

describe('the history of a running server', () => {
  it('is forgotten in pieces, up to the version that is served, and again after an hour', () => {
    const { waiting, step, oldest, log, stop } = pruned(1100);
    for (let steps = 0; waiting[0]!.delayMs < 3_600_000; steps += 1) {
      expect(steps).toBeLessThan(10);
      step();
    }
    expect(oldest()).toBe(1101);
    expect(log.news().filter((line) => line.includes('1100 old versions'))).toHaveLength(1);
    stop();
    expect(waiting).toEqual([]);
  });

  it('is left alone while nothing is served', () => {
    const { waiting, step, oldest } = pruned(undefined);
    step();
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([3_600_000]);
    expect(oldest()).toBe(1);
  });

  it('is left alone while the file cannot be read: who writes to a damaged one makes it worse', () => {
    const { waiting, step, oldest } = pruned(1100, false);
    step();
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([3_600_000]);
    expect(oldest()).toBe(1);
  });

  it('waits for the next time where somebody writes', () => {
    const { path, waiting, step, oldest } = pruned(1100);
    const writer = new BetterSqlite(path);
    writer.exec('BEGIN IMMEDIATE');
    step();
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([3_600_000]);
    writer.exec('ROLLBACK');
    writer.close();
    step();
    expect(oldest()).toBeGreaterThan(1);
  });
});
