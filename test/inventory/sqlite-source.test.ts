import BetterSqlite from 'better-sqlite3';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import type { InventorySource } from '../../src/inventory/inventory-source.ts';
import { openSqliteSource } from '../../src/inventory/sqlite-source.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

/** Long enough for several looks, and within the second in which a change has to be answered from. */
const SEVERAL_LOOKS_MS = 500;

/** So long something has to be in the way before it is told. */
const IN_VAIN_MS = 1_500;

function opened(path: string): InventorySource {
  const source = openSqliteSource(path, { waitMs: 0, clockMs: () => 0 });
  onTestFinished(() => {
    source.close();
  });
  return source;
}

function watched(source: InventorySource) {
  const onChange = vi.fn<(error?: Error) => void>();
  const stop = source.watch(onChange);
  onTestFinished(stop);
  return { onChange, stop };
}

const addProfile = (name: string): string => `INSERT INTO profiles VALUES ('${name}');`;
const profilesOf = (source: InventorySource): string[] =>
  source.load().snapshot?.profiles.map(({ name }): string => name) ?? [];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('loading', () => {
  it('compiles what is committed, and keeps the line-ups of before', () => {
    const source = opened(temporaryInventory(SOUND_INVENTORY).path);
    const { snapshot, findings } = source.load();
    expect(findings).toEqual([]);
    expect(snapshot?.gateways.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(source.load(snapshot).snapshot?.lineups.get('g/1')).toBe(snapshot?.lineups.get('g/1'));
  });

  it('sees nothing of a transaction that is open, and does not wait for it', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    const writer = new BetterSqlite(inventory.path);
    writer.exec(`BEGIN EXCLUSIVE; ${addProfile('half')}`);
    expect(profilesOf(source)).toEqual([]);
    writer.exec('ROLLBACK');
    writer.close();
  });

  it('knows the version in the history that it was read at', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    expect(source.load().snapshot?.version).toBe(0);
    inventory.run(addProfile('p'));
    const client = new BetterSqlite(inventory.path);
    const newest = client.prepare('SELECT max(version) FROM history_versions').pluck().get();
    client.close();
    expect(newest).toBeGreaterThan(0);
    expect(source.load().snapshot?.version).toBe(newest);
  });

  it('makes nothing new of a change that was taken back, though it has a version', () => {
    const inventory = temporaryInventory(addProfile('p'));
    const source = opened(inventory.path);
    const compiled = source.load();
    inventory.run(`${addProfile('q')} DELETE FROM profiles WHERE name = 'q';`);
    expect(source.load()).toBe(compiled);
  });

  it('of a table that somebody dropped says so, and succeeds when it is back', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    inventory.run('ALTER TABLE profiles RENAME TO gone');
    expect(() => source.load()).toThrow(
      expect.objectContaining({
        name: 'OperatorError',
        findings: [expect.objectContaining({ code: 'inventory-unreadable', where: inventory.path })],
      }),
    );
    inventory.run('ALTER TABLE gone RENAME TO profiles');
    expect(source.load().snapshot).toBeDefined();
  });
});

describe('watching', () => {
  it('says nothing while nothing changes, however often somebody looks or writes nothing', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    const { onChange } = watched(source);
    inventory.rows();
    inventory.run(`BEGIN; ${addProfile('half')} ROLLBACK;`);
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('calls until what was committed has been loaded, and then no more', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    const { onChange } = watched(source);
    inventory.run(addProfile('new'));
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange.mock.calls.length).toBeGreaterThan(1);
    expect(onChange.mock.calls.every(([error]) => error === undefined)).toBe(true);
    expect(profilesOf(source)).toEqual(['new']);
    onChange.mockClear();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('does not lose what was committed between loading and watching', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    inventory.run(addProfile('between'));
    const { onChange } = watched(source);
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).toHaveBeenCalled();
  });

  it('does not lose what is committed while it loads', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    const pragma = vi.spyOn(BetterSqlite.prototype, 'pragma').mockImplementationOnce(function (
      this: BetterSqlite.Database,
      ...args
    ) {
      const version = this.pragma(...args);
      inventory.run(addProfile('meanwhile'));
      return version;
    });
    onTestFinished(() => {
      pragma.mockRestore();
    });
    expect(profilesOf(source)).toEqual(['meanwhile']);
    const { onChange } = watched(source);
    onChange.mockImplementation(() => source.load());
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    // Loaded once too often at most: a commit before the rows were read cannot be told from one after.
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('stops when it is told to', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    const { onChange, stop } = watched(source);
    stop();
    inventory.run(addProfile('new'));
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('calls on while a change could not be read, and no more once it was refused for what is in it', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    const { onChange } = watched(source);
    onChange.mockImplementation(() => {
      try {
        source.load();
      } catch {
        // As the server does: the next look is near.
      }
    });
    inventory.run('ALTER TABLE profiles RENAME TO gone');
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange.mock.calls.length).toBeGreaterThan(1);
    inventory.run(`ALTER TABLE gone RENAME TO profiles; INSERT INTO failover_causes VALUES ('NONSENSE', 'next');`);
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    onChange.mockClear();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).not.toHaveBeenCalled();
  });
});

describe('the connection of a source', () => {
  it('waits for no lock: a wait would hold up every call that is being answered', () => {
    const source = opened(temporaryInventory().path);
    const waits: unknown[] = [];
    const close = vi.spyOn(BetterSqlite.prototype, 'close').mockImplementationOnce(function (
      this: BetterSqlite.Database,
    ) {
      waits.push(this.pragma('busy_timeout', { simple: true }));
      return this.close();
    });
    onTestFinished(() => {
      close.mockRestore();
    });
    source.load();
    expect(waits).toEqual([0]);
  });

  it('is closed between two looks, so that who writes then is the last to close the file and leaves no log', () => {
    const inventory = temporaryInventory();
    const source = opened(inventory.path);
    source.load();
    const { onChange } = watched(source);
    onChange.mockImplementation(() => source.load());
    for (const name of ['one', 'two']) {
      inventory.run(addProfile(name));
      expect(existsSync(`${inventory.path}-wal`)).toBe(false);
      vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
      expect(profilesOf(source)).toContain(name);
    }
  });
});

describe('a file that takes the place of another', () => {
  /** A program that has the file open, and has committed what is in the log alone. */
  function withLog() {
    const inventory = temporaryInventory(addProfile('before'));
    const other = temporaryInventory(addProfile('after'));
    const source = opened(inventory.path);
    const writer = new BetterSqlite(inventory.path);
    writer.exec(addProfile('logged'));
    onTestFinished(() => {
      writer.close();
    });
    expect(profilesOf(source)).toEqual(['before', 'logged']);
    return {
      inventory,
      source,
      replace: () => {
        renameSync(other.path, inventory.path);
      },
    };
  }

  it('is read, where no log lies beside it', () => {
    const inventory = temporaryInventory(addProfile('before'));
    const other = temporaryInventory(addProfile('after'));
    const source = opened(inventory.path);
    source.load();
    renameSync(other.path, inventory.path);
    expect(profilesOf(source)).toEqual(['after']);
  });

  it('is not mixed with the log of the one before, and read once that is gone', () => {
    const { inventory, source, replace } = withLog();
    const { onChange } = watched(source);
    replace();
    const log = readFileSync(`${inventory.path}-wal`);
    vi.advanceTimersByTime(IN_VAIN_MS);
    expect(onChange.mock.lastCall?.[0]).toMatchObject({ findings: [{ code: 'inventory-damaged' }] });
    expect(() => source.load()).toThrow(/inventory-damaged[^]*still belongs to the one before[^]*then delete .*-wal/);
    expect(readFileSync(`${inventory.path}-wal`)).toEqual(log);
    for (const suffix of ['-wal', '-shm']) rmSync(inventory.path + suffix);
    onChange.mockClear();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).toHaveBeenCalledWith();
    expect(profilesOf(source)).toEqual(['after']);
  });

  it('is read with the log that came with it', () => {
    const { inventory, source } = withLog();
    const copy = temporaryInventory(addProfile('copied'));
    const writer = new BetterSqlite(copy.path);
    writer.exec(addProfile('with-its-log'));
    for (const suffix of ['-wal', '']) {
      copyFileSync(copy.path + suffix, `${inventory.path}-new${suffix}`);
      renameSync(`${inventory.path}-new${suffix}`, inventory.path + suffix);
    }
    rmSync(`${inventory.path}-shm`);
    writer.close();
    expect(profilesOf(source)).toEqual(['copied', 'with-its-log']);
  });
});

describe('a file that is damaged', () => {
  /** Where a table or index begins in the file, in bytes. */
  function placeOf(path: string, name: string): number {
    const client = new BetterSqlite(path, { readonly: true });
    const page = client
      .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
      .pluck()
      .get(name);
    client.close();
    return (page! - 1) * 4096;
  }

  it('is told of where all rows are there and an index has lost one, and looked at again when it was written to', () => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const source = opened(inventory.path);
    source.load();
    const good = readFileSync(inventory.path);
    const at = placeOf(inventory.path, 'sqlite_autoindex_gateway_group_members_1');
    const bad = Buffer.from(good);
    bad.writeUInt8(good.readUInt8(at + 4095) ^ 1, at + 4095);
    writeFileSync(inventory.path, bad);
    const { onChange } = watched(source);
    onChange.mockImplementation((error) => {
      if (error === undefined) expect(() => source.load()).toThrow('inventory-damaged');
    });
    vi.advanceTimersByTime(IN_VAIN_MS);
    // Once is enough: what is damaged stays so.
    expect(onChange.mock.calls).toEqual([[]]);
    writeFileSync(inventory.path, good);
    onChange.mockReset();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).toHaveBeenCalledWith();
    expect(source.load().snapshot).toBeDefined();
  });

  it("is none of the server's business where the damage is in a table of somebody else", () => {
    const { path } = temporaryInventory(`${SOUND_INVENTORY} CREATE TABLE mine (x); INSERT INTO mine VALUES (1);`);
    const bytes = readFileSync(path);
    bytes.fill(0x5a, placeOf(path, 'mine'), placeOf(path, 'mine') + 4096);
    writeFileSync(path, bytes);
    expect(opened(path).load().snapshot).toBeDefined();
  });

  it('is not one that a client wrote with CHECKs switched off: that is told by row', () => {
    const { path } = temporaryInventory(
      `PRAGMA ignore_check_constraints = ON; ${SOUND_INVENTORY} UPDATE gateways SET state = 'lost' WHERE name = 'a';`,
    );
    expect(
      opened(path)
        .load()
        .findings.map(({ code }) => code),
    ).toContain('value-invalid');
  });

  it('is one that is empty: SQLite would take it for an inventory without tables', () => {
    const { path } = temporaryInventory();
    const source = opened(path);
    source.load();
    truncateSync(path);
    expect(() => source.load()).toThrow(/inventory-damaged[^]*it is empty/);
  });
});

describe('a file that is locked', () => {
  /** Not WAL, as a copy made with another tool may be: there a writer locks readers out. */
  function lockedOut() {
    const inventory = temporaryInventory();
    inventory.run('PRAGMA journal_mode = DELETE');
    const source = opened(inventory.path);
    source.load();
    const writer = new BetterSqlite(inventory.path);
    writer.exec(`BEGIN EXCLUSIVE; ${addProfile('later')}`);
    const release = (how: 'COMMIT' | 'ROLLBACK'): void => {
      writer.exec(how);
      writer.close();
    };
    return { source, release };
  }

  it('is not waited for, and is read once it is free', () => {
    const { source, release } = lockedOut();
    const { onChange } = watched(source);
    vi.advanceTimersByTime(IN_VAIN_MS);
    expect(onChange).toHaveBeenCalled();
    for (const [error] of onChange.mock.calls) expect(error).toMatchObject({ name: 'OperatorError' });
    // Waiting would block the whole process, and a writer in this process could never let go.
    expect(() => source.load()).toThrow(expect.objectContaining({ name: 'OperatorError' }));
    release('COMMIT');
    onChange.mockClear();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    expect(onChange).toHaveBeenCalledWith();
    expect(profilesOf(source)).toEqual(['later']);
  });

  it('that was told of as unreadable is looked at again when it can be read, also where nothing was changed', () => {
    const { source, release } = lockedOut();
    const { onChange } = watched(source);
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    // Whoever closes a file locks it for a moment.
    expect(onChange).not.toHaveBeenCalled();
    vi.advanceTimersByTime(IN_VAIN_MS);
    expect(onChange.mock.lastCall?.[0]).toMatchObject({ name: 'OperatorError' });
    release('ROLLBACK');
    onChange.mockClear();
    vi.advanceTimersByTime(SEVERAL_LOOKS_MS);
    // Else whoever was told of the failure would never hear that it is over.
    expect(onChange).toHaveBeenCalledWith();
  });
});

describe('opening', () => {
  const codeOf = (path: string): unknown => {
    try {
      openSqliteSource(path, { waitMs: 0, clockMs: () => 0 }).close();
    } catch (error) {
      return (error as { findings?: { code: string }[] }).findings?.map(({ code }) => code);
    }
    return undefined;
  };

  it('names what is wrong with the file', () => {
    const missing = join(temporaryFolder(), 'inventory.db');
    expect(codeOf(missing)).toEqual(['inventory-missing']);
    writeFileSync(missing, 'x'.repeat(5000));
    expect(codeOf(missing)).toEqual(['inventory-unreadable']);
    rmSync(missing);
    new BetterSqlite(missing).exec('PRAGMA user_version = 1').close();
    expect(codeOf(missing)).toEqual(['inventory-not-migrated']);
    expect(
      codeOf(temporaryInventory("INSERT INTO trunkhunt_migrations VALUES (99, '0099_x.sql', '', '')").path),
    ).toEqual(['inventory-too-new']);
  });

  it('leaves the file alone', () => {
    const inventory = temporaryInventory();
    inventory.run('PRAGMA journal_mode = DELETE');
    const source = opened(inventory.path);
    source.load();
    const reader = new BetterSqlite(inventory.path);
    expect(reader.pragma('journal_mode', { simple: true })).toBe('delete');
    reader.close();
  });

  it('of a file that it refuses leaves no connection open', () => {
    const close = vi.spyOn(BetterSqlite.prototype, 'close');
    onTestFinished(() => {
      close.mockRestore();
    });
    const { path } = temporaryInventory('DELETE FROM trunkhunt_migrations');
    close.mockClear();
    expect(codeOf(path)).toEqual(['inventory-not-migrated']);
    expect(close).toHaveBeenCalledTimes(1);
  });
});
