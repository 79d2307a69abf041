import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTables } from '../../src/inventory/diff-tables.ts';
import { latestVersion, oldestVersion, versionsBetween } from '../../src/inventory/history-version.ts';
import { rowsAt } from '../../src/inventory/rows-at.ts';
import { readTableRows } from '../../src/inventory/read-table-rows.ts';
import { rowKey } from '../../src/inventory/row-key.ts';
import { TABLE_NAMES, type TableRows } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** Statements of every kind by which rows come, go and change, over names that collide. */
const statement = fc
  .record({
    kind: fc.nat({ max: 18 }),
    a: fc.constantFrom('a', 'A', 'b', 'c', 'd'),
    b: fc.constantFrom('a', 'B', 'b', 'c', 'e'),
    n: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ kind, a, b, n }) => STATEMENTS[kind]!(a, b, n));

type Statement = (a: string, b: string, n: number) => string;

const STATEMENTS: readonly Statement[] = [
  (a, _, n) => `INSERT INTO gateways (name, proxy) VALUES ('${a}', '192.0.2.${n}')`,
  (a, _, n) => `INSERT OR REPLACE INTO gateways (name, proxy) VALUES ('${a}', '192.0.2.${n}')`,
  (a, b, n) => `INSERT OR IGNORE INTO gateways (name, proxy) VALUES ('${a}', '192.0.2.${n}'), ('${b}', '192.0.2.9')`,
  (a, _, n) =>
    `INSERT INTO gateways (name, proxy) VALUES ('${a}', 'x') ON CONFLICT (name) DO UPDATE SET proxy = '192.0.2.${n}'`,
  (a, b) => `UPDATE gateways SET name = '${b}' WHERE name = '${a}'`,
  (a, b) => `UPDATE OR REPLACE gateways SET name = '${b}' WHERE name = '${a}'`,
  (_, __, n) => `UPDATE gateways SET max_calls = ${n}, note = 'it''s ' || name`,
  (a) => `DELETE FROM gateways WHERE name = '${a}'`,
  (a) => `INSERT OR REPLACE INTO gateway_groups (name) VALUES ('${a}')`,
  (a, b) => `UPDATE OR REPLACE gateway_groups SET name = '${b}' WHERE name = '${a}'`,
  (a, b, n) =>
    `INSERT OR REPLACE INTO gateway_group_members (group_name, gateway, weight) VALUES ('${a}', '${b}', ${n})`,
  (a, b, n) => `INSERT OR REPLACE INTO routes (id, name, context, group_name) VALUES (${n}, '${b}', 'default', '${a}')`,
  (a, b) => `INSERT OR REPLACE INTO routes (name, context, group_name) VALUES ('${b}', 'default', '${a}')`,
  (_, b, n) => `UPDATE OR REPLACE routes SET name = '${b}', position = ${n} WHERE id = ${n}`,
  (a, _, n) =>
    `INSERT OR REPLACE INTO gateway_variables (gateway, name, value, direction) VALUES ('${a}', 'v', '${n}', ` +
    `${n > 2 ? 'NULL' : "'inbound'"})`,
  (a, _, n) =>
    `UPDATE OR REPLACE gateway_variables SET direction = ${n > 2 ? 'NULL' : "'inbound'"} WHERE gateway = '${a}'`,
  (a) => `DELETE FROM gateway_groups WHERE name = '${a}'`,
  (a, b, n) => `INSERT OR REPLACE INTO gateway_params (gateway, name, value) VALUES ('${a}', '${b}', '${n}')`,
  () => `DELETE FROM routes`,
];

function run(database: BetterSqlite.Database, sql: string): void {
  try {
    database.exec(sql);
  } catch (error) {
    // What a constraint refuses changes nothing, and must leave nothing in the history.
    if (!(error instanceof BetterSqlite.SqliteError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
  }
}

function sorted(rows: TableRows): unknown {
  return TABLE_NAMES.map((table) => rows[table].map((row) => JSON.stringify(row)).sort());
}

describe('history', () => {
  it('leads back to every version, whatever a client did, with foreign keys and recursive triggers, and without', () => {
    const inventory = temporaryInventory();
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), fc.boolean(), fc.boolean(), (statements, keys, recursive) => {
        const database = new BetterSqlite(inventory.path);
        try {
          database.pragma(`foreign_keys = ${keys ? 'ON' : 'OFF'}`);
          database.pragma(`recursive_triggers = ${recursive ? 'ON' : 'OFF'}`);
          database.pragma('synchronous = OFF');
          const states = new Map<number, TableRows>([[latestVersion(database), readTableRows(database)]]);
          for (const sql of statements) {
            run(database, `BEGIN; INSERT INTO change_note (who) VALUES ('test')`);
            run(database, sql);
            run(database, `DELETE FROM change_note; COMMIT`);
            states.set(latestVersion(database), readTableRows(database));
          }
          for (const [version, rows] of states) expect(sorted(rowsAt(database, version))).toEqual(sorted(rows));
          for (const { changes } of versionsBetween(database, 0, latestVersion(database)))
            expect(changes).not.toEqual([]);
        } finally {
          database.close();
        }
      }),
      { numRuns: 120 },
    );
  });

  it('makes one version of a statement, whatever it touches', () => {
    const inventory = temporaryInventory("INSERT INTO gateways (name, proxy) VALUES ('a', 'x'), ('b', 'y');");
    const database = new BetterSqlite(inventory.path);
    const before = latestVersion(database);
    database.exec('UPDATE gateways SET max_calls = 7');
    expect(latestVersion(database)).toBe(before + 1);
    const [version] = versionsBetween(database, before, before + 1);
    expect(version).toMatchObject({ who: null, why: null });
    expect(version!.changes.map(({ before: old, after }) => [old?.['max_calls'], after?.['max_calls']])).toEqual([
      [null, 7],
      [null, 7],
    ]);
    database.close();
  });

  it('says who and why, for all of a transaction and nothing after it', () => {
    const inventory = temporaryInventory();
    inventory.run(`BEGIN; INSERT INTO change_note (who, why) VALUES ('jo', 'new carrier');
      INSERT INTO gateways (name, proxy) VALUES ('a', 'x'); INSERT INTO profiles (name) VALUES ('p');
      DELETE FROM change_note; COMMIT; INSERT INTO profiles (name) VALUES ('q');`);
    const database = new BetterSqlite(inventory.path);
    const versions = versionsBetween(database, 0, latestVersion(database));
    expect(versions.map(({ who, why, changes }) => [who, why, changes.length])).toEqual([
      [null, null, 1],
      ['jo', 'new carrier', 2],
    ]);
    database.close();
  });

  it('lets a note that was left behind count no longer than changes follow each other', () => {
    const inventory = temporaryInventory(`INSERT INTO change_note (who) VALUES ('jo');
      INSERT INTO profiles (name) VALUES ('p'); INSERT INTO profiles (name) VALUES ('q');
      UPDATE change_note SET used_ms = used_ms - 10001; INSERT INTO profiles (name) VALUES ('r');`);
    const database = new BetterSqlite(inventory.path);
    const versions = versionsBetween(database, 0, latestVersion(database));
    expect(versions.map(({ who, changes }) => [who, changes.length])).toEqual([
      [null, 1],
      ['jo', 2],
    ]);
    database.close();
  });

  it('says what it has where it is asked for what it has not', () => {
    const inventory = temporaryInventory("INSERT INTO profiles (name) VALUES ('p');");
    const database = new BetterSqlite(inventory.path);
    expect([oldestVersion(database), latestVersion(database)]).toEqual([0, 1]);
    expect(() => rowsAt(database, 2)).toThrow('there is no version 2: history goes from 0 to 1');
    database.exec('DELETE FROM history; DELETE FROM history_versions');
    expect([oldestVersion(database), latestVersion(database)]).toEqual([0, 0]);
    database.close();
  });

  it('says that it is broken where rows were changed behind its back', () => {
    const inventory = temporaryInventory("INSERT INTO profiles (name) VALUES ('p');");
    inventory.run(`DROP TRIGGER history_profiles_delete; DELETE FROM profiles;`);
    const database = new BetterSqlite(inventory.path);
    expect(() => rowsAt(database, 0)).toThrow('problem history-broken');
    database.close();
  });
});

it('the difference of two inventories makes one of the other', () => {
  const inventory = temporaryInventory();
  const database = new BetterSqlite(inventory.path);
  database.pragma('synchronous = OFF');
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 8 }), (statements) => {
      const before = readTableRows(database);
      for (const sql of statements) run(database, sql);
      const after = readTableRows(database);
      const changes = diffTables(before, after);
      const keys = changes.map(({ table, before: old, after: now }) => `${table} ${rowKey(table, (now ?? old)!)}`);
      expect(new Set(keys).size).toBe(keys.length);
      expect(diffTables(after, after)).toEqual([]);
    }),
    { numRuns: 30 },
  );
  database.close();
});
