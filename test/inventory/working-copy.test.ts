import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { openWorkingCopy, type WorkingCopy } from '../../src/inventory/working-copy.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryInventory, type TemporaryInventory } from '../support/temporary-inventory.ts';

function copied(inventory: TemporaryInventory): WorkingCopy {
  const copy = openWorkingCopy(inventory.path);
  onTestFinished(() => {
    copy.close();
  });
  return copy;
}

/** Every file of the folder, with what is in it; but for the two that SQLite makes for whoever reads, while they are empty. */
function fingerprint({ folder }: TemporaryInventory): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('-shm') && !(name.endsWith('-wal') && statSync(join(folder, name)).size === 0))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

function refusalOf(run: () => void): OperatorError {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const gatewaysOf = (copy: WorkingCopy) => copy.tables().gateways.map(({ name, state }) => [name, state]);

describe('a working copy', () => {
  it('is what the file is, and compiles to the same', () => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const copy = copied(inventory);
    const { snapshot, findings } = copy.compile();
    expect(findings).toEqual(inventory.compile().findings);
    expect(snapshot?.gateways).toEqual(inventory.compile().snapshot?.gateways);
  });

  it('has what is committed and lies in the write-ahead log only', () => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const writer = new BetterSqlite(inventory.path);
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec("INSERT INTO gateways (name, proxy) VALUES ('late', '192.0.2.9')");
    expect(gatewaysOf(copied(inventory))).toContainEqual(['late', 'active']);
    writer.exec("BEGIN; INSERT INTO gateways (name, proxy) VALUES ('never', '192.0.2.10')");
    expect(gatewaysOf(copied(inventory))).not.toContainEqual(['never', 'active']);
    writer.close();
  });

  it('takes changes, and no byte of the file does', () => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const before = fingerprint(inventory);
    const copy = openWorkingCopy(inventory.path);
    copy.run("UPDATE gateways SET state = 'drain' WHERE name = 'a'; DELETE FROM routes; -- done");
    copy.run(
      "WITH one AS (SELECT 'b' AS it) UPDATE gateways SET state = 'disabled' WHERE name IN (SELECT it FROM one)",
    );
    copy.run("REPLACE INTO switches (hostname) VALUES ('fs9') RETURNING hostname");
    expect(gatewaysOf(copy)).toEqual([
      ['a', 'drain'],
      ['b', 'disabled'],
    ]);
    expect(copy.compile().snapshot?.routes.size).toBe(0);
    expect(copy.tables().switches.map(({ hostname }) => hostname)).toContain('fs9');
    copy.close();
    expect(fingerprint(inventory)).toEqual(before);
  });

  it('changes nothing where one of the statements fails, and says which, where and why', () => {
    const copy = copied(temporaryInventory(SOUND_INVENTORY));
    const before = copy.tables();
    const sql = "UPDATE gateways SET state = 'drain';\n  UPDATE gateways SET weight = 3";
    const { findings } = refusalOf(() => {
      copy.run(sql);
    });
    expect(findings).toMatchObject([{ code: 'sql-failed', where: '--sql, statement 2 of 2, line 2' }]);
    expect(findings[0]?.what).toBe('no such column: weight (SQLITE_ERROR), in: UPDATE gateways SET weight = 3');
    expect(copy.tables()).toEqual(before);
  });

  it.each([
    ['a constraint', "UPDATE gateways SET proxy = 'sip:a'", 'gateways.proxy: host or host:port, without sip:'],
    ['a foreign key', "INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'x')", 'FOREIGN KEY'],
    ['a syntax error', 'UPDATE gateways SETT state = 1', 'near "SETT"'],
    ['no such table', 'DELETE FROM gateway', 'no such table: gateway'],
    ['a table of SQLite', "UPDATE sqlite_schema SET sql = ''", 'may not be modified'],
  ])('gives the reason of SQLite: %s', (_what, sql, reason) => {
    const copy = copied(temporaryInventory(SOUND_INVENTORY));
    const { findings } = refusalOf(() => {
      copy.run(sql);
    });
    expect(findings).toMatchObject([{ code: 'sql-failed' }]);
    expect(findings[0]?.what).toContain(reason);
  });

  it.each([
    "INSERT INTO gateways VALUES ('x', 'hushcanary')",
    `UPDATE gateways SET password = "hushcanary"`,
    "UPDATE gateways SET password = 'hushcanary",
    "UPDATE gateways SET password = 'x' 'hushcanary'",
    "UPDATE gateway_params SET val = 'hushcanary' WHERE name = 'auth-token'",
  ])('shows no secret of %s', (sql) => {
    const copy = copied(temporaryInventory(SOUND_INVENTORY));
    const { message } = refusalOf(() => {
      copy.run(sql);
    });
    expect(message).toContain('sql-failed');
    expect(message).not.toContain('hushcanary');
  });

  it('shows no password of a statement that fails', () => {
    const copy = copied(temporaryInventory(SOUND_INVENTORY));
    const { message } = refusalOf(() => {
      copy.run("UPDATE gateways SET password = 'hush''canary', nothing = 1");
    });
    expect(message).toContain("password = '...'");
    expect(message).not.toContain('s3');
    expect(message).not.toContain('cret');
  });

  it('tells of a file that is none, and of one that is not migrated', () => {
    const { folder } = temporaryInventory();
    const path = join(folder, 'other.db');
    expect(refusalOf(() => openWorkingCopy(path)).findings).toMatchObject([{ code: 'inventory-missing' }]);
    writeFileSync(path, 'no database');
    expect(refusalOf(() => openWorkingCopy(path)).findings).toMatchObject([{ code: 'inventory-unreadable' }]);
    writeFileSync(path, '');
    expect(refusalOf(() => openWorkingCopy(path)).findings).toMatchObject([{ code: 'inventory-not-migrated' }]);
  });
});

/** Every way out that SQLite has; FILE stands for a path that must not come to be, INVENTORY for the real one. */
const ESCAPES = [
  "ATTACH 'FILE' AS out",
  "attach database 'INVENTORY' as out; UPDATE out.gateways SET state = 'disabled'",
  "/* UPDATE */ ATTACH 'FILE' AS out",
  "-- UPDATE\nATTACH 'FILE' AS out",
  ";;ATTACH 'FILE' AS out",
  "UPDATE gateways SET note = '1'; ATTACH 'FILE' AS out",
  "UPDATE gateways SET note = [';]; ATTACH 'FILE' AS out",
  "EXPLAIN ATTACH 'FILE' AS out",
  "VACUUM INTO 'FILE'",
  "VACUUM main INTO 'FILE'",
  "COMMIT; VACUUM INTO 'FILE'",
  'PRAGMA writable_schema = 1',
  "PRAGMA temp_store_directory = 'FILE'",
  'PRAGMA foreign_keys = 0',
  "SELECT load_extension('FILE')",
  "UPDATE gateways SET note = load_extension('FILE')",
  "UPDATE gateways SET note = writefile('FILE', 'x')",
  "UPDATE gateways SET note = readfile('INVENTORY')",
  'CREATE TABLE mine (x)',
  'CREATE TRIGGER t AFTER UPDATE ON gateways BEGIN DELETE FROM routes; END',
  'DROP TABLE routes',
  'ALTER TABLE routes RENAME TO roads',
  'BEGIN',
  'ROLLBACK; DELETE FROM routes',
  'SAVEPOINT s',
  'REINDEX',
  "\uFEFFATTACH 'FILE' AS out",
  'UPDATEé',
  '',
];

describe('what would leave the copy', () => {
  it.each(ESCAPES)('is refused whole, and nothing anywhere is otherwise: %s', (escape) => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const target = join(inventory.folder, 'escaped');
    const before = fingerprint(inventory);
    const copy = openWorkingCopy(inventory.path);
    const rows = copy.tables();
    const sql = escape.replaceAll('FILE', target).replaceAll('INVENTORY', inventory.path);
    const { findings } = refusalOf(() => {
      copy.run(sql);
    });
    for (const { code } of findings) expect(['sql-refused', 'sql-failed']).toContain(code);
    expect(copy.tables()).toEqual(rows);
    copy.close();
    expect(existsSync(target)).toBe(false);
    expect(fingerprint(inventory)).toEqual(before);
  });

  it('is refused in whatever comments, blanks and quotes it is wrapped', () => {
    const inventory = temporaryInventory(SOUND_INVENTORY);
    const target = join(inventory.folder, 'escaped');
    const copy = copied(inventory);
    const piece = fc.constantFrom(
      ...['/*', '*/', '--', '\n', ' ', ';', "'", '"', '`', '[', ']', 'UPDATE gateways SET note = 1', 'WITH x AS ('],
      ...[`ATTACH '${target}' AS out`, `VACUUM INTO '${target}'`, 'COMMIT', '\0', '\t', '\\', "''"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          copy.run(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(OperatorError);
        }
        expect(existsSync(target)).toBe(false);
        expect(copy.database.pragma('database_list')).toHaveLength(1);
        expect(copy.database.inTransaction).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
