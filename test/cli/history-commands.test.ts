import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

const SECRET = 'hushcanary-7f3a';

/** Version 1 = two carriers, 2 = one of them is registered, 3 = weights moved, with a note. */
function threeVersions(): TemporaryInventory {
  return temporaryInventory(`
    BEGIN; INSERT INTO change_note (who, why) VALUES ('jo', 'the first carriers');
    INSERT INTO gateways (name, proxy, max_calls) VALUES ('a', '192.0.2.1', 30), ('b', '192.0.2.2', NULL);
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b');
    INSERT INTO routes (name, context, group_name, destination_prefix, dial_number) VALUES ('r', 'default', 'g', '49', '1');
    DELETE FROM change_note; COMMIT;
    UPDATE gateways SET register = 1, username = 'u', password = '${SECRET}' WHERE name = 'b';
    UPDATE change_note SET used_ms = 0;
    BEGIN; INSERT INTO change_note (who, why) VALUES ('kim', 'cheaper');
    UPDATE gateway_group_members SET weight = 3 WHERE gateway = 'a';
    DELETE FROM change_note; COMMIT;`);
}

function rowsOf({ path }: TemporaryInventory, sql: string): readonly unknown[] {
  const database = new BetterSqlite(path, { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

describe('trunkhunt history', () => {
  it('lists versions, newest first', async () => {
    const { path } = threeVersions();
    const { stdout, status } = await runProgram(['history', '--database', path]);
    const lines = stdout
      .split('\n')
      .map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'TIME').replace(/ +/g, ' '));
    expect(lines.slice(0, 4)).toEqual([
      'version when (UTC) who what why',
      " 3 TIME kim ~ gateway_group_members['g', 'a'] weight: 1 -> 3 cheaper",
      " 2 TIME ~ gateways['b'] username: NULL -> 'u', password: NULL -> '***', register: 0 -> 1",
      " 1 TIME jo + gateways['a'], and 5 more the first carriers",
    ]);
    expect(status).toBe(0);
  });

  it('shows one version whole, and no secret', async () => {
    const { path } = threeVersions();
    const { stdout } = await runProgram(['history', '1', '--database', path]);
    expect(stdout).toContain(
      "+ gateways['a'] name: 'a', proxy: '192.0.2.1', max_calls: 30".replace("name: 'a', ", ' '),
    );
    expect(stdout).toMatch(/^version 1, .* UTC by jo: the first carriers\n/);
    for (const args of [
      ['history'],
      ['history', '2'],
      ['history', '--json'],
      ['history', '2', '--json'],
      ['diff', '0'],
      ['diff', '0', '--json'],
    ]) {
      const run = await runProgram([...args, '--database', path]);
      expect(run.status).toBe(0);
      expect(run.stdout).not.toContain(SECRET);
    }
  });

  it('says what there is where there is no such version', async () => {
    const { path } = threeVersions();
    const { stderr, status } = await runProgram(['history', '9', '--database', path]);
    expect(stderr).toContain('there is no version 9: history goes from 0 to 3');
    expect(status).toBe(1);
    const first = await runProgram(['history', '0', '--database', path]);
    expect(first.stderr).toContain('version 0 is what was there before the first change that is kept');
    expect(first.status).toBe(1);
    expect((await runProgram(['history', 'x', '--database', path])).status).toBe(2);
    expect((await runProgram(['history', '--limit', '0', '--database', path])).status).toBe(2);
  });
});

describe('trunkhunt diff', () => {
  it('compares versions, now and files', async () => {
    const inventory = threeVersions();
    const { path, folder } = inventory;
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    inventory.run("DELETE FROM gateway_group_members WHERE gateway = 'b'");
    const changed = "~ gateway_group_members['g', 'a']  weight: 1 -> 3\n";
    expect((await runProgram(['diff', '2', '3', '--database', path])).stdout).toBe(changed);
    expect((await runProgram(['diff', '3', '2', '--database', path])).stdout).toBe(
      "~ gateway_group_members['g', 'a']  weight: 3 -> 1\n",
    );
    const gone = "- gateway_group_members['g', 'b']\n";
    expect((await runProgram(['diff', copy, '--database', path])).stdout).toBe(gone);
    const same = await runProgram(['diff', copy, '3', '--exit-code', '--database', path]);
    expect(same).toMatchObject({ stdout: 'nothing differs\n', status: 0 });
    expect((await runProgram(['diff', copy, 'now', '--exit-code', '--database', path])).status).toBe(1);
  });

  it('shows that a secret is another one, and neither of them', async () => {
    const inventory = threeVersions();
    inventory.run("UPDATE gateways SET password = 'another-hushcanary' WHERE name = 'b'");
    const { stdout } = await runProgram(['diff', '3', '--database', inventory.path]);
    expect(stdout).toBe("~ gateways['b']  password: another, hidden\n");
  });

  it('says what can be compared', async () => {
    const { path } = threeVersions();
    const { stderr, status } = await runProgram(['diff', 'nonsense', '--database', path]);
    expect(stderr).toContain('problem diff-unknown at nonsense');
    expect(status).toBe(1);
  });
});

describe('trunkhunt rollback', () => {
  it('goes back in one version, and back again', async () => {
    const inventory = threeVersions();
    const { path } = inventory;
    const before = inventory.rows();
    const { stdout, status } = await runProgram(['rollback', '1', '--why', 'it was not', '--database', path]);
    expect(status).toBe(0);
    expect(stdout).toContain('the inventory is as in version 1 again; this is version 4\n');
    expect(rowsOf(inventory, 'SELECT weight FROM gateway_group_members')).toEqual([{ weight: 1 }, { weight: 1 }]);
    expect(rowsOf(inventory, 'SELECT who, why FROM history_versions WHERE version = 4')).toEqual([
      { who: 'operator', why: 'back to version 1: it was not' },
    ]);
    expect(rowsOf(inventory, 'SELECT * FROM change_note')).toEqual([]);
    expect(stdout).not.toContain(SECRET);
    // The password is kept where nobody sees it, so that it can come back.
    await runProgram(['rollback', '3', '--database', path]);
    expect(inventory.rows()).toEqual(before);
  });

  it('takes a reason that the history takes, and says what is wrong with another', async () => {
    const inventory = threeVersions();
    const rollback = (why: string) => runProgram(['rollback', '1', '--why', why, '--database', inventory.path]);
    for (const why of ['one\ntwo', 'x'.repeat(1001)]) {
      const { stderr, status } = await rollback(why);
      expect(stderr).toContain('It is one line of 1000 characters at most.');
      expect(status).toBe(2);
    }
    expect((await rollback('x'.repeat(1000))).status).toBe(0);
    expect(rowsOf(inventory, 'SELECT length(why) AS length FROM history_versions WHERE version = 4')).toEqual([
      { length: 1000 },
    ]);
  });

  it('shows what it would do, and does nothing', async () => {
    const inventory = threeVersions();
    const before = inventory.rows();
    const { stdout } = await runProgram(['rollback', '2', '--dry-run', '--database', inventory.path]);
    expect(stdout).toBe(
      "~ gateway_group_members['g', 'a']  weight: 3 -> 1\nthis would be changed, to be as in version 2; nothing was written\n",
    );
    expect(inventory.rows()).toEqual(before);
    expect(rowsOf(inventory, 'SELECT max(version) AS version FROM history_versions')).toEqual([{ version: 3 }]);
  });

  it('finds the newest version that a server serves', async () => {
    const inventory = threeVersions();
    inventory.run(`INSERT INTO change_note (who) VALUES ('jo'); DELETE FROM gateway_group_members WHERE gateway = 'b';
      INSERT INTO change_note (who) VALUES ('jo'); DELETE FROM gateway_group_members; DELETE FROM change_note;`);
    const { stdout } = await runProgram(['rollback', '--last-good', '--database', inventory.path]);
    expect(stdout).toContain('the inventory is as in version 4 again');
    expect(rowsOf(inventory, 'SELECT gateway FROM gateway_group_members')).toEqual([{ gateway: 'a' }]);
  });

  it('refuses to go to what a server refuses, unless it is told to', async () => {
    const inventory = threeVersions();
    inventory.run(`INSERT INTO change_note (who) VALUES ('jo'); DELETE FROM gateway_group_members;
      INSERT INTO change_note (who) VALUES ('jo');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'); DELETE FROM change_note;`);
    const { stderr, status } = await runProgram(['rollback', '4', '--database', inventory.path]);
    expect(stderr).toContain('problem change-refused');
    const dry = await runProgram(['rollback', '4', '--dry-run', '--database', inventory.path]);
    expect(dry.stdout).toContain('problem group-empty');
    expect(dry.stdout).toMatch(/this would be refused without --force; nothing was written\n$/);
    expect(dry.status).toBe(1);
    const forced = await runProgram(['rollback', '4', '--dry-run', '--force', '--database', inventory.path]);
    expect(forced.status).toBe(0);
    expect(stderr).toContain('problem group-empty');
    expect(status).toBe(1);
    expect((await runProgram(['rollback', '4', '--force', '--database', inventory.path])).status).toBe(0);
    expect(rowsOf(inventory, 'SELECT * FROM gateway_group_members')).toEqual([]);
  });

  it('wants to know where to', async () => {
    const { path } = threeVersions();
    expect(await runProgram(['rollback', '--database', path])).toMatchObject({ status: 2 });
    expect(await runProgram(['rollback', '1', '--last-good', '--database', path])).toMatchObject({ status: 2 });
  });

  it('renames are taken back with all that referred to them', async () => {
    const inventory = threeVersions();
    const before = inventory.rows();
    inventory.run(
      "PRAGMA foreign_keys = ON; UPDATE gateways SET name = 'A' WHERE name = 'a'; UPDATE gateways SET name = 'z' WHERE name = 'b'",
    );
    expect((await runProgram(['rollback', '3', '--database', inventory.path])).status).toBe(0);
    expect(inventory.rows()).toEqual(before);
  });
});
