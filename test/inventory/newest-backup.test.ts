import { copyFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/errors/operator-error.ts';
import { newestBackup, withNewestBackup } from '../../src/inventory/newest-backup.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

/** An inventory beside which files lie, each younger than the one before. */
function beside(...files: readonly (readonly [name: string, spoil?: (path: string) => void])[]) {
  const inventory = temporaryInventory();
  for (const [at, [name, spoil]] of files.entries()) {
    const file = join(inventory.folder, name);
    copyFileSync(inventory.path, file);
    spoil?.(file);
    utimesSync(file, 1000 + at, 1000 + at);
  }
  return { ...inventory, at: (name: string) => join(inventory.folder, name) };
}

describe('the newest backup', () => {
  it('is the youngest file beside the inventory that holds one, whatever its name', () => {
    const { path, at, folder } = beside(['inventory.db.backup-20260101T000000-000Z'], ['nightly']);
    const names = readdirSync(folder);
    expect(newestBackup(path)).toEqual({ file: at('nightly'), writtenMs: 1_001_000 });
    expect(readdirSync(folder)).toEqual(names);
  });

  it('is none that is damaged, unfinished, of something else, of a newer version, or in use', () => {
    const { path, at } = beside(
      ['good'],
      ['inventory.db.damaged-20260101T000000-000Z'],
      ['nightly.unfinished-abc'],
      [
        'short',
        (file) => {
          truncateSync(file, 100_000);
        },
      ],
      [
        'text',
        (file) => {
          writeFileSync(file, 'text');
        },
      ],
      [
        'newer',
        (file) => {
          new BetterSqlite(file).exec("INSERT INTO trunkhunt_migrations VALUES (99, 'x', '', '')").close();
        },
      ],
      [
        'foreign',
        (file) => {
          truncateSync(file);
          new BetterSqlite(file).exec('CREATE TABLE x (y)').close();
        },
      ],
      [
        'in-use',
        (file) => {
          writeFileSync(`${file}-wal`, 'a log');
        },
      ],
    );
    expect(newestBackup(path)?.file).toBe(at('good'));
  });

  it('is none where none is there, nor the folder', () => {
    expect(newestBackup(temporaryInventory().path)).toBeUndefined();
    expect(newestBackup(join(temporaryFolder(), 'no', 'such.db'))).toBeUndefined();
  });
});

describe('findings', () => {
  const told = (code: 'inventory-damaged' | 'inventory-missing' | 'inventory-foreign', where: string) =>
    withNewestBackup(new OperatorError([{ code, where, what: 'x', fix: 'mend it' }])).findings[0]?.fix;

  it('of a file that is damaged or missing name the newest backup, with its time', () => {
    const { path, at } = beside(['nightly']);
    const named = `mend it; the newest backup beside it is ${at('nightly')}, of 1970-01-01T00:16:40.000Z`;
    expect(told('inventory-damaged', path)).toBe(named);
    expect(told('inventory-missing', path)).toBe(named);
    expect(told('inventory-foreign', path)).toBe('mend it');
  });

  it('say of a damaged file that there is none', () => {
    const { path } = temporaryInventory();
    expect(told('inventory-damaged', path)).toBe('mend it; no backup lies beside it');
    expect(told('inventory-missing', path)).toBe('mend it');
  });
});
