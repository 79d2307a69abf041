import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { readMigrations } from '../../src/inventory/read-migrations.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/databases/', import.meta.url));
const shipped = readMigrations();
/** What each version of the schema left, as it was written down then. */
const versions = shipped.map(({ version }) => `${String(version).padStart(4, '0')}.sql`);

function open(path: string): Database {
  const database = new BetterSqlite(path, { fileMustExist: true });
  onTestFinished(() => {
    database.close();
  });
  return database;
}

/** The inventory that a dump holds, as a file. */
function written(dump: string): string {
  const path = join(temporaryFolder(), 'inventory.db');
  writeFileSync(path, '', { mode: 0o600 });
  const database = new BetterSqlite(path);
  database.exec(readFileSync(join(FOLDER, dump), 'utf8'));
  database.close();
  return path;
}

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every table but those that keep book of versions, with its rows. */
function rowsOf(database: Database): Rows {
  const tables = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
    .filter((table) => !/^(?:history|change_note|trunkhunt_migrations)/.test(table));
  return Object.fromEntries(
    tables.map((table) => [table, database.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all()]),
  );
}

/** Columns may come in another order where one was added later; nothing else may differ. */
const schemaOf = (database: Database): unknown => {
  const objects = database
    .prepare<[], { type: string; name: string }>(
      "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all();
  return objects.map(({ type, name }) => [type, name, type === 'table' ? database.pragma(`table_info(${name})`) : '']);
};

const sumOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Without those that SQLite has where somebody reads. */
const filesBeside = (path: string): readonly string[] =>
  readdirSync(join(path, '..')).filter((name) => !/-(?:wal|shm)$/.test(name));

describe('what each version of the schema left', () => {
  it('is written down for every migration, so that a change to an old one is noticed', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(versions);
  });

  it.each(versions)('%s is migrated: rows, plans, and a backup of before', async (dump) => {
    const path = written(dump);
    const before = rowsOf(open(path));
    const plan = async (): Promise<string> =>
      (await runProgram(['explain', '+4930123', '--context', 'default', '--json', '--database', path])).stdout;
    const { status, stdout } = await runProgram(['migrate', '--json', '--database', path]);
    expect(status).toBe(0);
    const { applied, backup } = JSON.parse(stdout) as { applied: readonly string[]; backup: string | null };
    expect(applied).toEqual(shipped.slice(versions.indexOf(dump) + 1).map(({ file }) => file));
    const database = open(path);
    const after = rowsOf(database);
    for (const [table, rows] of Object.entries(before)) {
      const kept = rows.map((row): unknown => expect.objectContaining(row));
      expect(after[table], table).toEqual(expect.arrayContaining(kept));
      // A migration may add causes, and nothing else.
      if (table !== 'failover_causes') expect(after[table]).toHaveLength(rows.length);
    }
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(schemaOf(database)).toEqual(schemaOf(open(temporaryInventory().path)));
    expect(await plan()).toMatch(/"carrier-[ab]"[^]*"carrier-[ab]"/);
    expect((await runProgram(['check', '--database', path])).status).toBe(0);
    if (backup === null) expect(applied).toEqual([]);
    else {
      expect(statSync(backup).mode & 0o777).toBe(0o600);
      expect(rowsOf(open(backup))).toEqual(before);
    }
    expect(JSON.parse((await runProgram(['migrate', '--json', '--database', path])).stdout)).toMatchObject({
      applied: [],
      backup: null,
    });
  });

  it('comes to the same inventory, whichever version it begins with', async () => {
    const ends = await Promise.all(
      versions.map(async (dump) => {
        const path = written(dump);
        await runProgram(['migrate', '--database', path]);
        return rowsOf(open(path));
      }),
    );
    for (const end of ends.slice(1)) expect(end).toEqual(ends[0]);
  });

  it('can be gone back to: the backup, under the name of the inventory, is one of the version before', async () => {
    const path = written('0002.sql');
    const before = rowsOf(open(path));
    const { stdout } = await runProgram(['migrate', '--json', '--database', path]);
    const { backup } = JSON.parse(stdout) as { backup: string };
    const old = open(backup);
    expect(rowsOf(old)).toEqual(before);
    expect(old.prepare('SELECT max(version) FROM trunkhunt_migrations').pluck().get()).toBe(2);
  });
});

describe('an inventory that a newer version has migrated', () => {
  const commands: readonly (readonly string[])[] = [
    ['migrate'],
    ['serve', '--listen', '127.0.0.1:0'],
    ['check'],
    ['gateway', 'list'],
    ['gateway', 'set', 'carrier-a', 'note=x'],
    ['rollback', '0'],
    ['history'],
    ['explain', '+4930', '--context', 'default'],
    ['backup', 'FOLDER/backup.db'],
    ['export', '--freeswitch', 'FOLDER/export'],
  ];

  it.each(commands.map((args) => [args.join(' '), args] as const))(
    'is refused and not touched by: %s',
    async (_, args) => {
      const path = written('0003.sql');
      const newer = new BetterSqlite(path);
      newer.exec(
        "ALTER TABLE gateways ADD COLUMN colour TEXT; INSERT INTO trunkhunt_migrations VALUES (99, '0099_colours.sql', 'x', '2030-01-01')",
      );
      newer.close();
      const before = [sumOf(path), filesBeside(path)];
      const given = args.map((arg) => arg.replace('FOLDER', join(path, '..')));
      const { status, stdout, stderr } = await runProgram([...given, '--database', path]);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^problem inventory-too-new at [^]*0099_colours\.sql[^]*Fix: run the version that migrated it/m,
      );
      expect([sumOf(path), filesBeside(path)]).toEqual(before);
      expect(existsSync(`${path}.state`)).toBe(false);
    },
  );

  it('is no backup that can be restored here', async () => {
    const [path, backup] = [written('0003.sql'), written('0003.sql')];
    const newer = new BetterSqlite(backup);
    newer.exec("INSERT INTO trunkhunt_migrations VALUES (99, '0099_colours.sql', 'x', '2030-01-01')");
    newer.close();
    const before = readFileSync(path);
    const { status, stderr } = await runProgram(['restore', backup, '--database', path]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('inventory-too-new')]);
    expect(readFileSync(path)).toEqual(before);
  });
});
