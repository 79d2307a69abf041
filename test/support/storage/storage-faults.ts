import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { secondProcess } from '../second-process.ts';

/** Something that befalls the file of an inventory while a server runs. */
export interface StorageFault {
  readonly name: string;
  /** What the log says of it; undefined = nothing is wrong with what can be read. */
  readonly told: RegExp | undefined;
  /** @returns how it is mended by hand, without a restart */
  begin(path: string): Promise<() => Promise<void>>;
}

/** Another inventory, of the gateways that are there now, in a file of its own. */
function copyOf(path: string): string {
  const copy = `${path}.new`;
  for (const file of [copy, `${copy}-wal`, `${copy}-shm`]) rmSync(file, { force: true });
  const database = new BetterSqlite(path, { readonly: true });
  database.prepare('VACUUM INTO ?').run(copy);
  database.close();
  // A copy has a rollback journal; those that trunkhunt makes have a write-ahead log.
  const copied = new BetterSqlite(copy);
  copied.pragma('journal_mode = WAL');
  copied.close();
  return copy;
}

function onFile(name: string, told: RegExp, spoil: (path: string) => void): StorageFault {
  return {
    name,
    told,
    begin: (path) => {
      const good = copyOf(path);
      spoil(path);
      return Promise.resolve().then(() => () => {
        // As `restore` does: a rename, and nothing of the old file beside it.
        for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
        renameSync(good, path);
        return Promise.resolve();
      });
    },
  };
}

function inSql(name: string, told: RegExp | undefined, begin: readonly string[], end: readonly string[]): StorageFault {
  return {
    name,
    told,
    begin: async (path) => {
      const other = secondProcess(path);
      for (const sql of begin) await other.exec(sql);
      return async () => {
        for (const sql of end) await other.exec(sql);
        await other.stop();
      };
    },
  };
}

/** Writes over a part of a file, as a disk does that loses sectors. */
function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

/** A program that has the file open has committed what is only in the log yet: a new row, or there would be no log. */
const LOGGED = ['PRAGMA wal_autocheckpoint = 0', "INSERT INTO profiles VALUES ('logged-' || abs(random() % 1000000))"];

const replacedByMv: StorageFault = {
  name: 'replaced by mv with a new file',
  told: undefined,
  begin: (path) => {
    renameSync(copyOf(path), path);
    return Promise.resolve(() => Promise.resolve());
  },
};

const replacedBesideLog: StorageFault = {
  name: 'replaced by mv beside the -wal of the old file',
  told: /still belongs to the one before/,
  begin: async (path) => {
    const other = secondProcess(path);
    for (const sql of LOGGED) await other.exec(sql);
    // The server has to have seen the log beside the old file.
    await new Promise((resolve) => setTimeout(resolve, 400));
    renameSync(copyOf(path), path);
    return async () => {
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      await other.stop();
    };
  },
};

const truncatedLog: StorageFault = {
  name: 'its -wal truncated under a program that has it open',
  told: /disk I\/O error/,
  begin: async (path) => {
    const other = secondProcess(path);
    for (const sql of LOGGED) await other.exec(sql);
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (statSync(`${path}-wal`).size === 0) throw new Error('there is nothing in the log');
    truncateSync(`${path}-wal`);
    return async () => {
      await other.stop();
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    };
  },
};

const truncatedIndex: StorageFault = {
  name: 'its -shm truncated while the server is not reading',
  told: undefined,
  begin: async (path) => {
    // Within the milliseconds of a reading it is mapped, and nobody could survive that (docs/reliability.md).
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // What the server's last look left, or an empty one.
    if (existsSync(`${path}-shm`)) truncateSync(`${path}-shm`);
    else writeFileSync(`${path}-shm`, '');
    return () => Promise.resolve();
  },
};

/** Every fault of the inventory's file that needs no disk of its own. */
export const STORAGE_FAULTS: readonly StorageFault[] = [
  inSql('locked by another writer (write-ahead log)', undefined, ['BEGIN EXCLUSIVE'], ['ROLLBACK']),
  inSql(
    'locked by another writer (rollback journal)',
    /another program has locked it/,
    ['PRAGMA journal_mode = DELETE', "INSERT OR IGNORE INTO profiles VALUES ('locked')", 'BEGIN EXCLUSIVE'],
    ['ROLLBACK', 'PRAGMA journal_mode = WAL'],
  ),
  replacedByMv,
  replacedBesideLog,
  onFile('truncated to nothing', /it is empty, of 0 bytes/, (path) => {
    truncateSync(path);
  }),
  onFile('truncated to a third', /inventory cannot be read/, (path) => {
    truncateSync(path, 81_000);
  }),
  truncatedLog,
  truncatedIndex,
  onFile('its header overwritten', /file is not a database/, (path) => {
    overwrite(path, 0, Buffer.alloc(100, 0x5a));
  }),
  onFile('a third of it overwritten', /inventory cannot be read/, (path) => {
    overwrite(path, 4096, Buffer.alloc(80_000, 0x5a));
  }),
  onFile('another kind of file in its place', /file is not a database/, (path) => {
    writeFileSync(path, 'not a database '.repeat(1000));
  }),
  onFile('deleted', /there is no such file/, (path) => {
    rmSync(path);
  }),
  {
    name: 'written over in place (cp), byte by byte the same',
    told: undefined,
    begin: (path) => {
      const bytes = readFileSync(path);
      writeFileSync(`${path}.new`, bytes);
      copyFileSync(`${path}.new`, path);
      rmSync(`${path}.new`);
      return Promise.resolve(() => Promise.resolve());
    },
  },
  inSql(
    'its schema too new',
    /it has migration 99/,
    ["INSERT INTO trunkhunt_migrations VALUES (99, '0099_new.sql', '', '')"],
    ['DELETE FROM trunkhunt_migrations WHERE version = 99'],
  ),
  inSql(
    'a table renamed',
    /no such table: routes/,
    ['ALTER TABLE routes RENAME TO gone'],
    ['ALTER TABLE gone RENAME TO routes'],
  ),
];
