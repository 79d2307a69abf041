import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { migrate } from '../../src/inventory/migrate.ts';
import { readMigrations } from '../../src/inventory/read-migrations.ts';
import { openInventory, type OpenOptions } from '../../src/inventory/open-inventory.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const at = (...names: string[]): string => join(temporaryFolder(), ...names);
const opening = (path: string, mode: OpenOptions['mode']) => (): void => {
  openInventory(path, { mode }).close();
};
const failure = (code: string, path: string): object => ({
  name: 'OperatorError',
  findings: [expect.objectContaining({ code, where: path })],
});

describe('creating the database file', () => {
  it('makes it, and what lies beside it while it is open, readable by its owner only', () => {
    const path = at('inventory.db');
    const database = openInventory(path, { mode: 'create' });
    migrate(database, readMigrations(), 0);
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777);
    database.close();
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  it('refuses a file that is there, and leaves it as it was', () => {
    const path = at('inventory.db');
    writeFileSync(path, 'mine');
    expect(opening(path, 'create')).toThrow(expect.objectContaining(failure('inventory-unreadable', path)));
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('names the folder that does not exist', () => {
    const path = at('missing', 'inventory.db');
    expect(opening(path, 'create')).toThrow(expect.objectContaining(failure('inventory-unreadable', path)));
    expect(opening(path, 'create')).toThrow(`check that ${join(path, '..')} exists`);
  });
});

describe.each(['read', 'write'] as const)('opening a file to %s', (mode) => {
  it('makes none where there is none, and names the commands that do', () => {
    const path = at('inventory.db');
    expect(opening(path, mode)).toThrow(expect.objectContaining(failure('inventory-missing', path)));
    expect(opening(path, mode)).toThrow(/trunkhunt migrate.*trunkhunt serve --create-example/);
    expect(opening(path, mode)).toThrow(expect.objectContaining(failure('inventory-missing', path)));
  });

  it.each([
    [
      'text',
      (path: string) => {
        writeFileSync(path, 'this is not a database, however long it may be. '.repeat(50));
      },
    ],
    [
      'a folder',
      (path: string) => {
        mkdirSync(path);
      },
    ],
  ])('says of %s that it is no database', (_what, make) => {
    const path = at('inventory.db');
    make(path);
    expect(opening(path, mode)).toThrow(expect.objectContaining(failure('inventory-unreadable', path)));
  });
});

describe('an open file', () => {
  it('lets readers and a writer work side by side, and checks foreign keys', () => {
    const { path } = temporaryInventory();
    const writer = openInventory(path, { mode: 'write' });
    const reader = openInventory(path, { mode: 'read' });
    expect(writer.pragma('journal_mode', { simple: true })).toBe('wal');
    writer.exec("BEGIN IMMEDIATE; INSERT INTO profiles VALUES ('internal')");
    expect(reader.prepare('SELECT count(*) FROM profiles').pluck().get()).toBe(0);
    writer.exec('COMMIT');
    expect(reader.prepare('SELECT count(*) FROM profiles').pluck().get()).toBe(1);
    expect(() => writer.exec("INSERT INTO profile_settings VALUES ('none', 'a', 'b')")).toThrow('FOREIGN KEY');
    writer.close();
    reader.close();
  });

  it('cannot be written to where it was opened to read', () => {
    const reader = openInventory(temporaryInventory().path, { mode: 'read' });
    expect(() => reader.exec("INSERT INTO profiles VALUES ('internal')")).toThrow('readonly');
    reader.close();
  });
});
