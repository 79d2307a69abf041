import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { secondProcess } from '../support/second-process.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryFolder, type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

const gateway = (name: string): string =>
  `INSERT INTO gateways (name, proxy, password) VALUES ('${name}', '192.0.2.1', 'hushcanary');`;

const trunkhunt = (inventory: Pick<TemporaryInventory, 'path'>, ...args: readonly string[]) =>
  runProgram([...args, '--database', inventory.path]);

interface Printed {
  readonly findings: readonly { readonly code: string; readonly where: string; readonly what: string }[];
  readonly [key: string]: unknown;
}

async function data(inventory: Pick<TemporaryInventory, 'path'>, ...args: readonly string[]): Promise<Printed> {
  const { stdout, status } = await trunkhunt(inventory, ...args, '--json');
  expect(stdout).not.toContain('hushcanary');
  return { ...(JSON.parse(stdout) as Printed), status };
}

function names(path: string): readonly unknown[] {
  const database = new BetterSqlite(path, { readonly: true });
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    return database.prepare('SELECT name FROM gateways ORDER BY name').pluck().all();
  } finally {
    database.close();
  }
}

const files = (folder: string): readonly string[] => readdirSync(folder).sort();

describe('backup', () => {
  it('writes a file that its owner alone can read, and says its size and version', async () => {
    const inventory = temporaryInventory(gateway('a'));
    const file = join(temporaryFolder(), 'b.db');
    const made = await trunkhunt(inventory, 'backup', file);
    expect(made.status).toBe(0);
    expect(made.stdout).toMatch(/b\.db: \d+\.\d kB, version 1 of the history of .*inventory\.db\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(names(file)).toEqual(['a']);
    expect(files(dirname(file))).toEqual(['b.db']);
    expect(await data(inventory, 'backup', file, '--force')).toMatchObject({ status: 0, version: 1, file });
  });

  it('replaces no file, and never the inventory', async () => {
    const inventory = temporaryInventory(gateway('a'));
    const file = join(inventory.folder, 'other');
    writeFileSync(file, 'mine');
    expect(await data(inventory, 'backup', file)).toMatchObject({ status: 1, findings: [{ code: 'backup-failed' }] });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const itself = await data(inventory, 'backup', inventory.path, '--force');
    expect(itself).toMatchObject({
      status: 1,
      findings: [{ code: 'backup-failed', what: 'it is the inventory itself' }],
    });
    expect(names(inventory.path)).toEqual(['a']);
  });

  it.each([[['--force']], [[]]])('takes nothing over that a killed program left beside its file: %j', async (flags) => {
    const inventory = temporaryInventory(gateway('a'));
    const file = join(inventory.folder, 'b.db');
    expect((await trunkhunt(inventory, 'backup', file)).status).toBe(0);
    const other = new BetterSqlite(file);
    other.exec("PRAGMA journal_mode = WAL; UPDATE gateways SET name = 'not-this'");
    copyFileSync(`${file}-wal`, `${file}-left`);
    other.close();
    copyFileSync(`${file}-left`, `${file}-wal`);
    if (flags.length === 0) rmSync(file);
    expect((await trunkhunt(inventory, 'backup', file, ...flags)).status).toBe(0);
    expect(names(file)).toEqual(['a']);
  });

  it('leaves nothing behind where it fails', async () => {
    const inventory = temporaryInventory(gateway('a'));
    const target = { path: join(inventory.folder, 'none', 'inventory.db') };
    expect(await data(target, 'restore', inventory.path)).toMatchObject({
      status: 1,
      findings: [{ code: 'backup-failed', where: target.path }],
    });
    const nowhere = await data(inventory, 'backup', join(inventory.folder, 'none', 'b.db'));
    expect(nowhere).toMatchObject({ status: 1, findings: [{ code: 'backup-failed' }] });
    const folder = join(inventory.folder, 'taken');
    mkdirSync(folder);
    expect((await trunkhunt(inventory, 'backup', folder, '--force')).status).toBe(1);
    expect(files(inventory.folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('is of one moment, while another process writes all the time', async () => {
    const inventory = temporaryInventory(gateway('a') + gateway('b'));
    const other = secondProcess(inventory.path);
    const writing = { goesOn: true };
    let commits = 0;
    const written = (async () => {
      for (; writing.goesOn; commits += 1) {
        await other.exec(`BEGIN; UPDATE gateways SET note = '${commits}' WHERE name = 'a';
          UPDATE gateways SET note = '${commits}' WHERE name = 'b'; COMMIT`);
      }
    })();
    const backups = [];
    for (let at = 0; at < 5; at += 1) {
      const file = join(inventory.folder, `b${at}.db`);
      expect((await runProgram(['backup', file, '--database', inventory.path])).status).toBe(0);
      backups.push(file);
      const before = commits;
      while (commits === before) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    writing.goesOn = false;
    await written;
    await other.stop();
    const notes = backups.map((file) => {
      const copy = new BetterSqlite(file, { readonly: true });
      const found = copy.prepare('SELECT DISTINCT note FROM gateways').pluck().all();
      copy.close();
      return found;
    });
    for (const found of notes) expect(found).toHaveLength(1);
    expect(new Set(notes.flat()).size).toBeGreaterThan(1);
  });
});

/** An inventory with gateway `a`, a backup of it, and then gateway `b` in its place. */
async function changedSince(): Promise<TemporaryInventory & { readonly file: string }> {
  const inventory = temporaryInventory(gateway('a'));
  const file = join(inventory.folder, 'backup.db');
  expect((await trunkhunt(inventory, 'backup', file)).status).toBe(0);
  inventory.run(`DELETE FROM gateways; ${gateway('b')}`);
  return { ...inventory, file };
}

describe('restore', () => {
  it('brings the rows back in one change that says who and why, and keeps what was there', async () => {
    const inventory = await changedSince();
    const dry = await trunkhunt(inventory, 'restore', inventory.file, '--dry-run');
    expect(dry.stdout).toMatch(
      /^table +added +changed +removed\ngateways +1 +0 +1\nnothing was changed \(--dry-run\)\n$/,
    );
    expect(names(inventory.path)).toEqual(['b']);
    const done = await data(inventory, 'restore', inventory.file, '--why', 'oops');
    expect(done).toMatchObject({ status: 0, method: 'rows', tables: [{ table: 'gateways', added: 1, removed: 1 }] });
    expect(names(inventory.path)).toEqual(['a']);
    expect(names(String(done['backup']))).toEqual(['b']);
    expect(statSync(String(done['backup'])).mode & 0o777).toBe(0o600);
    const history = await trunkhunt(inventory, 'history', '--json');
    expect(history.stdout).toContain(`restored from ${inventory.file}: oops`);
    expect(await data(inventory, 'restore', inventory.file)).toMatchObject({ status: 0, tables: [], backup: null });
    // And back again.
    await trunkhunt(inventory, 'rollback', String(Number(done['version']) - 1));
    expect(names(inventory.path)).toEqual(['b']);
  });

  it('is followed by a running server, from the one inventory to the other with nothing in between', async () => {
    const server = await startServer(gateway('a') + gateway('b'));
    try {
      const file = join(dirname(server.database), 'backup.db');
      const at = { path: server.database };
      await trunkhunt(at, 'backup', file);
      await server.change(`DELETE FROM gateways; ${gateway('c')}`);
      const served: string[] = [];
      server.live.onServed((snapshot) => served.push(snapshot.gateways.map(({ name }) => name).join()));
      await trunkhunt(at, 'restore', file);
      await expect.poll(() => served.at(-1), { timeout: 10_000, interval: 10 }).toBe('a,b');
      expect(served).toEqual(['c', 'a,b']);
    } finally {
      await server.stop();
    }
  });

  it('makes the file where there is none, and takes nothing over that lies beside it', async () => {
    const inventory = await changedSince();
    const folder = join(inventory.folder, 'new');
    mkdirSync(folder);
    const path = join(folder, 'inventory.db');
    // What another database of that name has left.
    copyFileSync(inventory.path, `${path}-wal`);
    const done = await data({ path }, 'restore', inventory.file);
    expect(done).toMatchObject({ status: 0, method: 'file', backup: null });
    expect(names(path)).toEqual(['a']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(files(folder).filter((name) => !/-(?:wal|shm)$/.test(name))).toEqual(['inventory.db']);
  });

  it('puts a damaged one aside', async () => {
    const inventory = await changedSince();
    inventory.run('PRAGMA wal_checkpoint(TRUNCATE)');
    truncateSync(inventory.path, 8_192);
    chmodSync(inventory.path, 0o640);
    const done = await data(inventory, 'restore', inventory.file);
    expect(done).toMatchObject({ status: 0, method: 'file' });
    expect(basename(String(done['backup']))).toMatch(/^inventory\.db\.damaged-/);
    expect(statSync(String(done['backup'])).size).toBe(8_192);
    // A server of another user, or group, can go on reading it.
    expect(statSync(inventory.path).mode & 0o777).toBe(0o640);
    expect(names(inventory.path)).toEqual(['a']);
    writeFileSync(inventory.path, 'no database at all, but long enough to be looked at'.repeat(20));
    // The same moment again: nothing that was put aside is written over.
    const dry = await data(inventory, 'restore', inventory.file, '--dry-run');
    expect(dry).toMatchObject({ status: 0, method: 'file' });
  });

  it('refuses what is no whole inventory of this version or an older one, and changes nothing', async () => {
    const inventory = await changedSince();
    const broken = join(inventory.folder, 'broken.db');
    copyFileSync(inventory.file, broken);
    truncateSync(broken, 100_000);
    const foreign = join(inventory.folder, 'foreign.db');
    new BetterSqlite(foreign).exec('CREATE TABLE x (y)').close();
    const empty = join(inventory.folder, 'empty.db');
    writeFileSync(empty, '');
    const newer = join(inventory.folder, 'newer.db');
    copyFileSync(inventory.file, newer);
    new BetterSqlite(newer)
      .exec("INSERT INTO trunkhunt_migrations VALUES (9999, '9999_new.sql', 'x', '2030-01-01T00:00:00Z')")
      .close();
    const text = join(inventory.folder, 'text');
    writeFileSync(text, 'gateways'.repeat(200));
    for (const [file, codes] of [
      [broken, ['inventory-damaged', 'inventory-unreadable']],
      [foreign, ['inventory-foreign']],
      [empty, ['inventory-foreign']],
      [newer, ['inventory-too-new']],
      [text, ['inventory-unreadable']],
      [join(inventory.folder, 'none'), ['inventory-missing']],
    ] as const) {
      const { status, findings } = await data(inventory, 'restore', file);
      expect(status).toBe(1);
      expect(codes).toContain(findings[0]?.code);
      expect(findings[0]?.where).toBe(file);
    }
    expect(names(inventory.path)).toEqual(['b']);
    expect(files(inventory.folder).filter((name) => name.includes('before-restore'))).toEqual([]);
  });

  it('migrates an older one in a copy', async () => {
    const inventory = await changedSince();
    const older = join(inventory.folder, 'older.db');
    const database = new BetterSqlite(older);
    const first = readFileSync(new URL('../../migrations/0001_inventory.sql', import.meta.url), 'utf8');
    const ledger = new BetterSqlite(inventory.file, { readonly: true });
    const applied = ledger.prepare('SELECT * FROM trunkhunt_migrations WHERE version = 1').raw().get();
    const sql = ledger
      .prepare("SELECT sql FROM sqlite_schema WHERE name = 'trunkhunt_migrations'")
      .pluck()
      .get() as string;
    ledger.close();
    database.exec(first).exec(sql).exec(gateway('old'));
    database.prepare('INSERT INTO trunkhunt_migrations VALUES (?, ?, ?, ?)').run(applied);
    database.close();
    const before = readFileSync(older);
    expect(await data(inventory, 'restore', older)).toMatchObject({ status: 0, method: 'rows' });
    expect(names(inventory.path)).toEqual(['old']);
    expect(readFileSync(older).equals(before)).toBe(true);
  });

  it('refuses what a server would refuse, but for --force', async () => {
    const inventory = await changedSince();
    const bad = temporaryInventory(`${gateway('x')} INSERT INTO gateway_groups (name) VALUES ('g');
      INSERT INTO routes (context, group_name) VALUES ('default', 'g');`);
    const file = join(inventory.folder, 'bad.db');
    await trunkhunt(bad, 'backup', file);
    expect(await data(inventory, 'restore', file)).toMatchObject({
      status: 1,
      findings: [{ code: 'change-refused' }, { code: 'group-empty' }],
    });
    expect(names(inventory.path)).toEqual(['b']);
    expect(await data(inventory, 'restore', file, '--force')).toMatchObject({ status: 0 });
    expect(names(inventory.path)).toEqual(['x']);
  });

  it('does not take an inventory for damaged that another program has locked', async () => {
    const inventory = await changedSince();
    inventory.run('PRAGMA journal_mode = DELETE');
    const holder = new BetterSqlite(inventory.path);
    holder.exec('BEGIN EXCLUSIVE');
    const { status, findings } = await data(inventory, 'restore', inventory.file);
    holder.exec('ROLLBACK');
    holder.close();
    expect(status).toBe(1);
    expect(findings[0]).toMatchObject({ code: 'inventory-unreadable' });
    expect(findings[0]?.what).toContain('locked');
    expect(names(inventory.path)).toEqual(['b']);
  });
});

describe('a process that is killed', () => {
  it.each(['restore', 'gateway set'])(
    'in the middle of %s leaves one of the two inventories, whole',
    async (command) => {
      const many = Array.from({ length: 3_000 }, (_, at) => gateway(`g${at}`)).join('');
      const inventory = temporaryInventory(many);
      const file = join(inventory.folder, 'backup.db');
      await trunkhunt(inventory, 'backup', file);
      inventory.run("DELETE FROM gateways WHERE name <> 'g0'");
      const args = command === 'restore' ? ['restore', file] : ['gateway', 'set', 'g0', 'note=x'];
      // How long it takes here, so that it is hit at all times of its life.
      builtProgram();
      const startedMs = performance.now();
      expect((await runCli([...args, '--database', inventory.path])).status).toBe(0);
      const lastsMs = performance.now() - startedMs;
      const seen = new Set<string>();
      for (const part of [0.6, 0.8, 0.95]) {
        inventory.run("DELETE FROM gateways WHERE name <> 'g0'; UPDATE gateways SET note = NULL WHERE name = 'g0'");
        const started = startCli([...args, '--database', inventory.path]);
        await new Promise((resolve) => setTimeout(resolve, lastsMs * part));
        started.child.kill('SIGKILL');
        await started.ended;
        const database = new BetterSqlite(inventory.path, { readonly: true });
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
        const counted = database.prepare('SELECT count(*), max(note) FROM gateways').raw().get() as [
          number,
          string | null,
        ];
        database.close();
        seen.add(counted.join());
        const whole = command === 'restore' ? ['1,', '3000,'] : ['1,', '1,x'];
        expect(whole).toContain(counted.join());
      }
      expect(seen.size).toBeGreaterThan(0);
      expect((await runProgram(['check', '--database', inventory.path])).status).toBe(0);
    },
    60_000,
  );
});

it('a folder that cannot be written to is an error with a fix', async () => {
  const inventory = temporaryInventory(gateway('a'));
  const folder = join(inventory.folder, 'closed');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  const { status, findings } = await data(inventory, 'backup', join(folder, 'sub', 'b.db'));
  expect(status).toBe(1);
  expect(findings[0]?.code).toBe('backup-failed');
  expect(existsSync(join(folder, 'sub'))).toBe(false);
});
