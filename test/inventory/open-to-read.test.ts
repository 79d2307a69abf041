import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openToRead } from '../../src/inventory/open-to-read.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

describe('opening an inventory to read it', () => {
  it('takes back what a program that was killed left half written', () => {
    const inventory = temporaryInventory("INSERT INTO profiles VALUES ('kept')");
    const { path } = inventory;
    inventory.run('PRAGMA journal_mode = DELETE');
    // More than the cache takes, so that pages of it are in the file already.
    const script = `const database = new (require('better-sqlite3'))(process.argv[1]);
      database.pragma('cache_size = 5');
      database.exec("BEGIN; DELETE FROM profiles; CREATE TABLE much (x); INSERT INTO much VALUES (zeroblob(1000000)), (zeroblob(1000000))");
      process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['-e', script, path]).signal).toBe('SIGKILL');
    expect(existsSync(`${path}-journal`)).toBe(true);
    const database = openToRead(path);
    expect(database.prepare('SELECT name FROM profiles').pluck().all()).toEqual(['kept']);
    database.close();
    const names = new BetterSqlite(path).prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'much'").pluck();
    expect(names.get()).toBe(0);
  });

  it('tells of a file that is not there', () => {
    expect(() => openToRead('/nonexistent/inventory.db')).toThrow('inventory-missing');
  });
});
