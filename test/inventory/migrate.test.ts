import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { compileSnapshot } from '../../src/inventory/compile-snapshot.ts';
import { readInventoryRows } from '../../src/inventory/inventory-rows.ts';
import { migrate, migrationState, requireMigrated } from '../../src/inventory/migrate.ts';
import { type Migration, readMigrations } from '../../src/inventory/read-migrations.ts';
import { TABLE_NAMES } from '../../src/inventory/table-rows.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const shipped = readMigrations();
const next = (version: number, sql: string): Migration => {
  const file = `${String(version).padStart(4, '0')}_next.sql`;
  return { version, file, sql, checksum: `sum of ${sql}` };
};
const ALTERATION = next(shipped.length + 1, 'ALTER TABLE gateways ADD COLUMN site TEXT;');
const withMore = [...shipped, ALTERATION];

function open(path: string, mode: 'read' | 'write' | 'create' = 'write'): Database {
  const database = openInventory(path, { mode });
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const emptyFile = (): Database => open(join(temporaryFolder(), 'inventory.db'), 'create');

const tablesOf = (database: Database): unknown[] =>
  database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();

function findingsOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof OperatorError) return error.findings;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('migrating', () => {
  it('makes every table in an empty file, and writes no backup of nothing', () => {
    const database = emptyFile();
    const { applied, backup } = migrate(database, shipped, NOW_MS);
    expect(applied).toEqual(shipped);
    expect(backup).toBeUndefined();
    const ledgers = ['change_note', 'history', 'history_replaced', 'history_settings', 'history_versions'];
    const others = ['sqlite_sequence', 'trunkhunt_migrations'];
    expect(tablesOf(database)).toEqual([...TABLE_NAMES, ...ledgers, ...others].sort());
    expect(readdirSync(join(database.name, '..')).filter((file) => file.includes('backup'))).toEqual([]);
  });

  it('a second time changes nothing and writes nothing', () => {
    const database = emptyFile();
    migrate(database, shipped, NOW_MS);
    const before = database.serialize();
    expect(migrate(database, shipped, NOW_MS + 1)).toEqual({ applied: [], backup: undefined });
    expect(database.serialize().equals(before)).toBe(true);
  });

  it('remembers what was applied, when, and what is still pending', () => {
    const database = emptyFile();
    migrate(database, shipped, NOW_MS);
    const { applied, pending } = migrationState(database, withMore);
    const [first] = shipped;
    const { version, file, checksum } = first!;
    expect(applied[0]).toEqual({ version, file, checksum, appliedAt: '2026-01-02T03:04:05.006Z' });
    expect(applied).toHaveLength(shipped.length);
    expect(pending).toEqual([ALTERATION]);
  });

  it('by two at once applies everything once, wherever the one comes between the steps of the other', () => {
    let interruptedAt = 0;
    for (let step = 1; interruptedAt === step - 1; step += 1) {
      const slow = emptyFile();
      const quick = open(slow.name);
      let calls = 0;
      const interrupted = new Proxy(slow, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          // Inside of its transaction nobody else can write.
          calls += target.inTransaction ? 0 : 1;
          if (calls === step && interruptedAt < step && !target.inTransaction) {
            interruptedAt = step;
            migrate(quick, withMore, NOW_MS);
          }
          return value.bind(target) as unknown;
        },
      });
      const outcome = (): unknown => migrate(interrupted, withMore, NOW_MS + 1).applied;
      expect(outcome, `interrupted before step ${step}`).not.toThrow();
      expect(migrationState(slow, withMore).pending).toEqual([]);
      expect(slow.prepare('SELECT count(*) FROM trunkhunt_migrations').pluck().get()).toBe(withMore.length);
    }
    expect(interruptedAt).toBeGreaterThan(3);
  });

  it('that fails in the middle leaves nothing of that migration, and all of the ones before', () => {
    const database = emptyFile();
    const broken = next(
      shipped.length + 2,
      'CREATE TABLE half (x TEXT) STRICT; DROP TABLE routes; INSERT INTO no_table;',
    );
    const [finding] = findingsOf(() => migrate(database, [...withMore, broken], NOW_MS));
    expect(finding).toMatchObject({ code: 'migration-failed', where: database.name });
    expect(finding?.what).toContain(broken.file);
    expect(tablesOf(database)).toContain('routes');
    expect(tablesOf(database)).not.toContain('half');
    expect(migrationState(database, [...withMore, broken]).pending).toEqual([broken]);
    expect(database.inTransaction).toBe(false);
  });

  it('of a file that another program made changes nothing in it', () => {
    const database = emptyFile();
    database.exec("CREATE TABLE gateways (mine TEXT); INSERT INTO gateways VALUES ('kept')");
    expect(findingsOf(() => migrate(database, shipped, NOW_MS))[0]?.code).toBe('inventory-foreign');
    expect(tablesOf(database)).toEqual(['gateways']);
    expect(database.prepare('SELECT mine FROM gateways').pluck().all()).toEqual(['kept']);
  });
});

describe('the backup before a migration', () => {
  it('lies beside the file, with what was in it before', () => {
    const inventory = temporaryInventory();
    const { path, folder } = inventory;
    inventory.run("INSERT INTO gateways (name, proxy, note) VALUES ('old', '192.0.2.1', 'kept')");
    const database = open(path);
    const { backup } = migrate(database, withMore, NOW_MS);
    expect(backup).toBe(`${path}.backup-20260102T030405-006Z`);
    expect(readdirSync(folder)).toContain('inventory.db.backup-20260102T030405-006Z');
    const old = new BetterSqlite(backup, { readonly: true });
    expect(old.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(old.prepare('SELECT * FROM gateways').get()).toMatchObject({ name: 'old', note: 'kept' });
    expect(old.prepare('SELECT * FROM gateways').get()).not.toHaveProperty('site');
    expect(migrationState(old, withMore).pending).toEqual([ALTERATION]);
    old.close();
    expect(database.prepare('SELECT name, site FROM gateways').get()).toEqual({ name: 'old', site: null });
  });

  it('is readable by its owner only, like the file: both hold passwords', () => {
    const { backup } = migrate(open(temporaryInventory().path), withMore, NOW_MS);
    expect(statSync(backup!).mode & 0o777).toBe(0o600);
  });

  it('is a condition: where it cannot be written nothing is migrated', () => {
    const { path } = temporaryInventory();
    const database = open(path);
    writeFileSync(`${path}.backup-20260102T030405-006Z`, 'in the way');
    const [finding] = findingsOf(() => migrate(database, withMore, NOW_MS));
    expect(finding).toMatchObject({ code: 'backup-failed', where: `${path}.backup-20260102T030405-006Z` });
    expect(migrationState(database, withMore).pending).toEqual([ALTERATION]);
  });
});

describe('the upgrade of an inventory of version 1', () => {
  const [first, ...later] = shipped;
  /** SQL as somebody wrote it for version 1, every table in it. */
  const oldSql = (suffix: string): string => `
    INSERT INTO gateways (name, proxy, max_calls, max_cps, state, note)
      VALUES ('a${suffix}', '192.0.2.1', 30, 4, 'drain', 'kept'), ('b${suffix}', '192.0.2.2', NULL, NULL, 'active', NULL);
    INSERT INTO gateway_params VALUES ('a${suffix}', 'from-domain', 'example.org');
    INSERT INTO gateway_variables VALUES ('a${suffix}', 'colour', 'red', 'inbound');
    INSERT INTO gateway_groups (name, max_attempts, note) VALUES ('g${suffix}', 2, 'kept');
    INSERT INTO gateway_group_members (group_name, gateway, weight)
      VALUES ('g${suffix}', 'a${suffix}', 2), ('g${suffix}', 'b${suffix}', 3);
    INSERT INTO routes (name, context, destination_prefix, group_name) VALUES ('r${suffix}', 'default', '+49', 'g${suffix}');
    INSERT INTO group_failover_causes VALUES ('g${suffix}', 'CALL_REJECTED', 'next');
    INSERT INTO switches (hostname, esl_host, esl_password) VALUES ('fs${suffix}', '192.0.2.9', 'secret-hushcanary');
    INSERT INTO gateway_switches VALUES ('a${suffix}', 'fs${suffix}');
    INSERT INTO profiles VALUES ('p${suffix}');
    INSERT INTO profile_settings VALUES ('p${suffix}', 'sip-port', '5080');
    UPDATE gateways SET ping_seconds = 25 WHERE name = 'a${suffix}';
    UPDATE gateway_groups SET strategy = 'ordered' WHERE name = 'g${suffix}';`;

  const contentOf = (database: Database): Readonly<Record<string, readonly unknown[]>> =>
    Object.fromEntries(ownTablesOf(database).map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]));
  const ownTablesOf = (database: Database): readonly string[] =>
    tablesOf(database)
      .map(String)
      .filter((table) => TABLE_NAMES.some((name) => name === table));

  function upgraded() {
    const database = emptyFile();
    migrate(database, [first!], NOW_MS);
    database.exec(oldSql('1'));
    const before = contentOf(database);
    return { database, before, ...migrate(database, shipped, NOW_MS) };
  }

  it('keeps every row and value, and gives the new columns their defaults', () => {
    const { database, before, applied } = upgraded();
    expect(applied).toEqual(later);
    expect(ownTablesOf(database)).toEqual([...Object.keys(before), 'outcome_blame'].sort());
    const after = contentOf(database);
    for (const [table, rows] of Object.entries(before)) {
      expect(after[table], table).toEqual(
        expect.arrayContaining(rows.map((row): unknown => expect.objectContaining(row))),
      );
    }
    // One cause more is continued on; that of nobody who had it already is changed.
    expect(after['failover_causes']).toContainEqual({ cause: 'NORMAL_UNSPECIFIED', action: 'next' });
    const { gateways, gateway_groups: groups } = after;
    expect(gateways?.map((row) => (row as { drain_seconds: number }).drain_seconds)).toEqual([300, 300]);
    const health = { health_mode: 'enforce', when_all_down: 'try_all', eject_seconds: 30, slow_start_seconds: 60 };
    expect(groups).toMatchObject([{ ...health, fault_limit_percent: 10, fault_confidence_percent: 95 }]);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
  });

  it('writes a backup first, which is the inventory of version 1', () => {
    const { before, backup } = upgraded();
    const old = open(backup!, 'read');
    expect(contentOf(old)).toEqual(before);
    expect(migrationState(old, shipped).pending).toEqual(later);
  });

  it('leaves SQL that was written for version 1 working, with the same outcome as in a new file', () => {
    const { database } = upgraded();
    database.exec(oldSql('2'));
    const fresh = emptyFile();
    migrate(fresh, shipped, NOW_MS);
    fresh.exec(oldSql('1') + oldSql('2'));
    expect(contentOf(database)).toEqual(contentOf(fresh));
    expect(compileSnapshot(readInventoryRows(database)).findings).toEqual([]);
  });
});

describe('a file whose migrations are not the shipped ones', () => {
  const migrated = (): Database => {
    const database = emptyFile();
    migrate(database, withMore, NOW_MS);
    return database;
  };
  const edited = { ...ALTERATION, checksum: 'another' };

  it.each([
    ['was edited', [...shipped, edited], 'migration-edited', ALTERATION.file],
    ['is missing', [...shipped.slice(0, -1), ALTERATION], 'migration-missing', shipped.at(-1)?.file],
    ['is newer than all that are shipped', shipped, 'inventory-too-new', undefined],
  ] as const)('is refused where one %s', (_what, migrations, code, where) => {
    const database = migrated();
    const before = database.serialize();
    for (const use of [migrate, migrationState, requireMigrated]) {
      const findings = findingsOf(() => use(database, migrations, NOW_MS));
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ code, where: where ?? database.name });
    }
    expect(database.serialize().equals(before)).toBe(true);
    expect(existsSync(`${database.name}.backup-20260102T030405-006Z`)).toBe(false);
  });

  it('is told everything that is wrong at once', () => {
    const database = migrated();
    const later = next(9, '');
    migrate(database, [...withMore, later], NOW_MS + 1);
    const [first, ...rest] = shipped;
    const codes = findingsOf(() => migrationState(database, [{ ...first!, checksum: 'x' }, ...rest]));
    expect(codes.map(({ code }) => code)).toEqual(['migration-edited', 'inventory-too-new', 'inventory-too-new']);
  });
});

describe('commands that only read', () => {
  it('take a file that is up to date', () => {
    const database = open(temporaryInventory().path, 'read');
    expect(() => {
      requireMigrated(database, shipped);
    }).not.toThrow();
  });

  it('name what is lacking, and change nothing', () => {
    const [finding] = findingsOf(() => {
      requireMigrated(open(temporaryInventory().path, 'read'), withMore);
    });
    expect(finding).toMatchObject({ code: 'inventory-not-migrated' });
    expect(finding?.what).toContain(ALTERATION.file);
    expect(finding?.fix).toContain('trunkhunt migrate');
  });
});
