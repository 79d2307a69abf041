import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type LearnedRow, openStateFile } from '../../src/inventory/state-file.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const rows: readonly LearnedRow[] = [
  { kind: 'core', key: '["fs1"]', value: '["c-1"]' },
  { kind: 'lags', key: '["g/1"]', value: '[["a",0.25],["b",-0.25]]' },
];

const newPath = (): string => join(temporaryFolder(), 'inventory.db.state');

/** What a process before this one wrote. */
function writtenPath(more: readonly LearnedRow[] = []): string {
  const path = newPath();
  const file = openStateFile(path);
  file.write([...rows, ...more]);
  file.close();
  return path;
}

/** What the next process finds there. */
function reopened(path: string) {
  const file = openStateFile(path);
  const found = { complaint: file.complaint, rows: file.read() };
  file.close();
  return found;
}

const modesOf = (folder: string) =>
  readdirSync(folder).map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8));

describe('the file of the learned state', () => {
  it('begins empty where there is none, for its owner only, and so do the files beside it', () => {
    const folder = temporaryFolder();
    const file = openStateFile(join(folder, 'state'));
    expect([file.complaint, file.read()]).toEqual([undefined, []]);
    file.write(rows);
    expect(readdirSync(folder).toSorted()).toEqual(['state', 'state-wal']);
    expect(new Set(modesOf(folder))).toEqual(new Set(['600']));
    file.close();
  });

  it('begins empty where there is an empty file: there was no room for more', () => {
    const path = newPath();
    writeFileSync(path, '');
    const file = openStateFile(path);
    expect([file.complaint, file.read()]).toEqual([undefined, []]);
    file.write([{ kind: 'core', key: '["fs1"]', value: '["a"]' }]);
    expect(file.read()).toHaveLength(1);
    file.close();
  });

  it('holds what was written last, by kind and key', () => {
    const path = writtenPath();
    const file = openStateFile(path);
    file.write([
      { ...rows[0]!, value: '["c-2"]' },
      { kind: 'lags', key: '["fs1"]', value: '[]' },
    ]);
    file.close();
    expect(reopened(path)).toEqual({
      complaint: undefined,
      rows: [{ ...rows[0], value: '["c-2"]' }, { kind: 'lags', key: '["fs1"]', value: '[]' }, rows[1]],
    });
  });

  it('is begun anew where it was taken away, and left alone where it was not', () => {
    const path = writtenPath();
    const file = openStateFile(path);
    expect(file.renew()).toBe(false);
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    expect([file.renew(), file.read(), file.renew()]).toEqual([true, [], false]);
    file.write(rows);
    file.close();
    expect(reopened(path)).toEqual({ complaint: undefined, rows });
  });

  it('takes over what another one holds that was put in its place', () => {
    const [path, other] = [writtenPath(), writtenPath([{ kind: 'core', key: '["fs2"]', value: '["c-2"]' }])];
    const file = openStateFile(path);
    renameSync(other, path);
    expect([file.renew(), file.read()]).toEqual([
      true,
      [rows[0], { kind: 'core', key: '["fs2"]', value: '["c-2"]' }, rows[1]],
    ]);
    file.close();
  });

  it('that can be begun nowhere any more says so, and is begun when it can', () => {
    const path = newPath();
    const file = openStateFile(path);
    rmSync(path);
    mkdirSync(path);
    expect(() => file.renew()).toThrow(Error);
    expect(() => {
      file.write(rows);
    }).toThrow(Error);
    rmdirSync(path);
    expect(file.renew()).toBe(true);
    file.write(rows);
    file.close();
    expect(reopened(path)).toEqual({ complaint: undefined, rows });
  });

  it('that turns out to be damaged is put aside, and begun anew', () => {
    // More than SQLite keeps in memory of it, 16 MB.
    const many = Array.from({ length: 24 }, (_, at) => ({
      kind: 'lags',
      key: `["g${at}"]`,
      value: `["${'x'.repeat(1_000_000)}"]`,
    }));
    const path = writtenPath(many);
    const file = openStateFile(path);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100);
    writeFileSync(path, bytes);
    expect(file.renew()).toBe(false);
    expect(() => {
      file.write(many.map((row) => ({ ...row, value: undefined })));
    }).toThrow(/malformed/);
    expect([file.renew(), file.read(), file.renew()]).toEqual([true, [], false]);
    expect(statSync(`${path}.damaged`).size).toBe(bytes.length);
    file.write(rows);
    file.close();
    expect(reopened(path)).toEqual({ complaint: undefined, rows });
  });

  it('has no index of its log in a file that is mapped: to truncate one would end the process', () => {
    const path = writtenPath();
    const file = openStateFile(path);
    file.write([{ kind: 'core', key: '["fs2"]', value: '["c-2"]' }]);
    expect(file.read()).toHaveLength(3);
    expect(existsSync(`${path}-shm`)).toBe(false);
    if (process.platform === 'linux') expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain(path);
    file.close();
  });

  it('loses rows that are removed, also such as are not there', () => {
    const path = writtenPath();
    const file = openStateFile(path);
    file.write([
      { ...rows[0]!, value: undefined },
      { kind: 'core', key: '["nobody"]', value: undefined },
    ]);
    file.close();
    expect(reopened(path).rows).toEqual([rows[1]]);
  });

  it('is written as a whole or not at all', () => {
    const path = newPath();
    const file = openStateFile(path);
    const notText = { kind: 'core', key: '["fs2"]', value: null } as unknown as LearnedRow;
    expect(() => {
      file.write([...rows, notText]);
    }).toThrow(/NOT NULL/);
    expect(file.read()).toEqual([]);
    file.close();
  });
});

describe('a file that cannot be used', () => {
  it.each<[string, (path: string) => void]>([
    [
      'no database',
      (path) => {
        writeFileSync(path, 'this is no database, and long enough to be looked at. '.repeat(100));
      },
    ],
    [
      'a database that is cut off',
      (path) => {
        truncateSync(path, Math.floor(statSync(path).size / 2));
      },
    ],
    [
      'a database with pages overwritten',
      (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4_096);
        writeFileSync(path, bytes);
      },
    ],
    [
      'an emptied file with a log',
      (path) => {
        truncateSync(path, 0);
        writeFileSync(`${path}-wal`, '');
      },
    ],
    [
      'the form of another version',
      (path) => {
        const database = new BetterSqlite(path);
        database.pragma('user_version = 2');
        database.close();
      },
    ],
  ])('is put aside, and another one begun: %s', (_, spoil) => {
    const path = writtenPath(
      Array.from({ length: 200 }, (_row, at) => ({
        kind: 'core',
        key: `["fs${at}"]`,
        value: `["${'x'.repeat(100)}"]`,
      })),
    );
    spoil(path);
    const before = readFileSync(path);
    const file = openStateFile(path);
    expect(file.complaint).toContain(`put aside as ${path}.damaged`);
    expect(file.read()).toEqual([]);
    expect(readFileSync(`${path}.damaged`)).toEqual(before);
    file.write(rows);
    file.close();
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect(reopened(path)).toEqual({ complaint: undefined, rows });
  });

  it('takes its log along: the new file does not begin with what the old one had not settled', () => {
    const path = writtenPath();
    writeFileSync(path, 'no database');
    writeFileSync(`${path}-wal`, 'a log of the file before');
    writeFileSync(`${path}-shm`, 'the index of that log');
    const file = openStateFile(path);
    expect([file.complaint === undefined, file.read()]).toEqual([false, []]);
    file.close();
  });

  it('replaces one that was put aside earlier', () => {
    const path = newPath();
    for (const text of ['first', 'second']) {
      writeFileSync(path, text);
      openStateFile(path).close();
      expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
    }
  });
});

describe('a place where no file can be', () => {
  it('is said, and nothing is left there', () => {
    const folder = temporaryFolder();
    expect(() => openStateFile(join(folder, 'missing', 'state'))).toThrow(/ENOENT/);
    writeFileSync(join(folder, 'file'), '');
    expect(() => openStateFile(join(folder, 'file', 'state'))).toThrow();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is a folder: it is left where it is', () => {
    const folder = join(temporaryFolder(), 'data');
    mkdirSync(folder);
    writeFileSync(join(folder, 'inventory.db'), 'precious');
    expect(() => openStateFile(folder)).toThrow();
    expect(readFileSync(join(folder, 'inventory.db'), 'utf8')).toBe('precious');
    expect(existsSync(`${folder}.damaged`)).toBe(false);
  });

  it('is the inventory: it is left as it is', () => {
    const inventory = temporaryInventory("INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');");
    const before = readFileSync(inventory.path);
    expect(() => openStateFile(inventory.path)).toThrow();
    expect(readFileSync(inventory.path)).toEqual(before);
    expect(inventory.compile().snapshot?.gateways.map(({ name }) => name)).toEqual(['gw1']);
  });
});

describe('another process with the same file', () => {
  const isRefused = (path: string): void => {
    expect(() => openStateFile(path, 0)).toThrow(/^problem state-in-use at [^]*TRUNKHUNT_STATE/);
  };

  it('is refused while it is open, by whichever name, and let in when it is closed', () => {
    const path = writtenPath();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(path, link);
    const one = openStateFile(path);
    for (const name of [path, link]) isRefused(name);
    expect(existsSync(`${path}.damaged`)).toBe(false);
    one.write([{ kind: 'core', key: '["fs2"]', value: '["c-2"]' }]);
    one.close();
    expect(reopened(path).rows).toHaveLength(3);
  });

  it('is refused from the first moment of a new file on', () => {
    const path = newPath();
    const one = openStateFile(path);
    isRefused(path);
    one.close();
    expect(reopened(path)).toEqual({ complaint: undefined, rows: [] });
  });

  it('that was quicker to begin it anew keeps it, and the one before writes nothing', () => {
    const path = writtenPath();
    const before = openStateFile(path);
    rmSync(path);
    const after = openStateFile(path);
    expect(() => before.renew()).toThrow(/locked/);
    expect(() => {
      before.write(rows);
    }).toThrow(Error);
    expect(after.read()).toEqual([]);
    after.close();
    expect([before.renew(), before.read()]).toEqual([true, []]);
    before.close();
  });

  it('keeps us out where it is no server, too, and loses nothing by that', () => {
    const path = writtenPath();
    const reader = new BetterSqlite(path);
    expect(reader.prepare('SELECT count(*) FROM learned').pluck().get()).toBe(2);
    isRefused(path);
    reader.close();
    expect(reopened(path)).toEqual({ complaint: undefined, rows });
  });
});
