import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { isUpToDate, requireWhole } from '../../src/inventory/require-whole.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const GATEWAYS = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
  INSERT INTO gateways (name, proxy) SELECT 'gw' || i, '192.0.2.1' FROM n;`;

const overwritten = (path: string, at: number, length: number): void => {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, at, at + length);
  writeFileSync(path, bytes);
};

describe('a file before anybody writes to it', () => {
  it.each<[string, (path: string) => void]>([
    [
      'truncated',
      (path) => {
        truncateSync(path, 100_000);
      },
    ],
    [
      'truncated within its header',
      (path) => {
        truncateSync(path, 50);
      },
    ],
    [
      'empty',
      (path) => {
        truncateSync(path);
      },
    ],
    [
      'without its header',
      (path) => {
        overwritten(path, 0, 100);
      },
    ],
    [
      'overwritten in the middle',
      (path) => {
        overwritten(path, 80_000, 30_000);
      },
    ],
  ])('%s is damaged, and stays as it is', (_what, damage) => {
    const { path, folder } = temporaryInventory(GATEWAYS);
    damage(path);
    const before = { bytes: readFileSync(path), stats: statSync(path), names: readdirSync(folder) };
    expect(() => {
      requireWhole(path);
    }).toThrow(/^problem inventory-damaged at /);
    const { mtimeMs, ino } = statSync(path);
    expect(readFileSync(path)).toEqual(before.bytes);
    expect({ mtimeMs, ino }).toEqual({ mtimeMs: before.stats.mtimeMs, ino: before.stats.ino });
    expect(readdirSync(folder)).toEqual(before.names);
  });

  it('is nothing to complain of where it is whole, with a log beside it or without, or not there at all', () => {
    const { path } = temporaryInventory(GATEWAYS);
    requireWhole(path);
    expect(readdirSync(join(path, '..'))).toEqual(['inventory.db']);
    const writer = new BetterSqlite(path);
    writer.exec("INSERT INTO profiles VALUES ('logged')");
    requireWhole(path);
    writer.close();
    rmSync(path);
    requireWhole(path);
  });

  it('is judged with what only its log holds yet', () => {
    const { path } = temporaryInventory();
    const writer = new BetterSqlite(path);
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec(GATEWAYS);
    const copy = join(temporaryFolder(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
    writer.close();
    const before = readFileSync(copy);
    requireWhole(copy);
    // Pages that the log holds are not missed in the file.
    truncateSync(copy, 4096 * 10);
    const isTold = (() => {
      try {
        requireWhole(copy);
        return false;
      } catch {
        return true;
      }
    })();
    expect(isTold).toBe(true);
    expect(readFileSync(copy)).toEqual(before.subarray(0, 4096 * 10));
  });
});

describe('an inventory of this version', () => {
  it('is told from one that lacks migrations, from none, and from one that SQLite has to mend first', () => {
    const { path } = temporaryInventory();
    expect(isUpToDate(path)).toBe(true);
    expect(isUpToDate(temporaryInventory('DELETE FROM trunkhunt_migrations WHERE version > 1').path)).toBe(false);
    expect(isUpToDate(join(temporaryFolder(), 'none.db'))).toBe(false);
    writeFileSync(`${path}-journal`, 'of a program that was killed');
    expect(isUpToDate(path)).toBe(false);
  });
});
