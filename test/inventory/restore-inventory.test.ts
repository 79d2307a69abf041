import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { backupInventory } from '../../src/inventory/inventory-backup.ts';
import { restoreInventory } from '../../src/inventory/restore-inventory.ts';
import { WITHOUT_KEYS } from '../../src/inventory/open-secrets.ts';
import { openSqliteSource } from '../../src/inventory/sqlite-source.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const restored = (path: string, backup: string) =>
  restoreInventory(path, backup, {
    note: { who: 'test', why: 'test' },
    access: WITHOUT_KEYS,
    force: false,
    dryRun: false,
    nowMs: 0,
    onStep: () => undefined,
  });

/** What may have become of an inventory that is to be restored. */
const CONDITIONS: readonly [string, 'rows' | 'file', (path: string) => void][] = [
  [
    'whole, and changed since',
    'rows',
    (path) => {
      const client = new BetterSqlite(path);
      client.exec("INSERT INTO profiles VALUES ('later')");
      client.close();
    },
  ],
  [
    'gone',
    'file',
    (path) => {
      rmSync(path);
    },
  ],
  [
    'damaged',
    'file',
    (path) => {
      writeFileSync(path, readFileSync(path).fill(0x5a, 4_096));
    },
  ],
  [
    'empty',
    'file',
    (path) => {
      truncateSync(path);
    },
  ],
  [
    'empty, with a log of something else',
    'file',
    (path) => {
      truncateSync(path);
      writeFileSync(`${path}-wal`, 'a log of something else');
    },
  ],
];

describe('an inventory that was restored', () => {
  it.each(CONDITIONS)('has a write-ahead log, so that no writer locks a server out: it was %s', (_, method, spoil) => {
    const { path } = temporaryInventory(SOUND_INVENTORY);
    const before = openSqliteSource(path, { waitMs: 0, clockMs: () => 0 }).load();
    const backup = join(temporaryFolder(), 'backup.db');
    backupInventory(path, backup, { nowMs: 0 });
    const form = new BetterSqlite(backup, { readonly: true });
    expect(form.pragma('journal_mode', { simple: true })).toBe('delete');
    form.close();
    spoil(path);

    expect(restored(path, backup).method).toBe(method);
    const writer = new BetterSqlite(path);
    try {
      expect(writer.pragma('journal_mode', { simple: true })).toBe('wal');
      writer.exec("BEGIN EXCLUSIVE; INSERT INTO profiles VALUES ('uncommitted')");
      const { snapshot } = openSqliteSource(path, { waitMs: 0, clockMs: () => 0 }).load();
      expect(snapshot?.gateways).toEqual(before.snapshot?.gateways);
      expect(snapshot?.profiles).toEqual(before.snapshot?.profiles);
    } finally {
      writer.close();
    }
  });
});
