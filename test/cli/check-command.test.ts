import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEST_KEYS } from '../support/canary.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const GOOD = `
  INSERT INTO gateways (name, proxy, ping_seconds) VALUES ('gw1', '192.0.2.1', 25);
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1');`;
const WARNING = "INSERT INTO routes (name, context, group_name) VALUES ('open', 'public', 'g');";
const PROBLEMS = `
  INSERT INTO routes (name, context, group_name) VALUES ('lost', 'default', 'nobody');
  INSERT INTO routes (name, context, destination_pattern, group_name) VALUES ('bad', 'default', '(', 'g');`;

describe('check', () => {
  const check = (sql: string, ...args: string[]) =>
    runProgram(['check', '--database', temporaryInventory(sql).path, ...args]);
  const json = async (sql: string, ...args: string[]) => {
    const { status, stdout, stderr } = await check(sql, '--json', ...args);
    return { status, stderr, data: JSON.parse(stdout) as Record<string, unknown> };
  };

  it('has nothing to say of an inventory that is right', async () => {
    expect(await check(GOOD)).toMatchObject({ status: 0, stderr: '' });
    expect(await check(GOOD, '--strict')).toMatchObject({ status: 0, stderr: '' });
    expect(await json(GOOD)).toMatchObject({ status: 0, data: { problems: 0, warnings: 0, findings: [] } });
  });

  it('says warnings and exits 0, and 1 where it is strict', async () => {
    const plain = await check(GOOD + WARNING);
    expect([plain.status, plain.stderr]).toEqual([0, '']);
    expect(plain.stdout).toContain('route-open-to-internet');
    expect((await check(GOOD + WARNING, '--strict')).status).toBe(1);
    const { status, data } = await json(GOOD + WARNING, '--strict');
    expect(status).toBe(1);
    expect(data).toMatchObject({ problems: 0, warnings: 1, findings: [{ severity: 'warning' }] });
  });

  it('names every problem at once, with the place, the rule and the mend, and exits 1', async () => {
    const { status, stdout } = await check(GOOD + WARNING + PROBLEMS);
    expect(status).toBe(1);
    for (const part of ["routes['lost'].group_name", "routes['bad'].destination_pattern", 'route-open-to-internet']) {
      expect(stdout).toContain(part);
    }
    expect(stdout.match(/^ {2}Fix: ./gm)).toHaveLength(3);
    expect(stdout).toMatch(/2 problems, 1 warning;/);
    const { data } = await json(GOOD + WARNING + PROBLEMS);
    expect(data).toMatchObject({ problems: 2, warnings: 1 });
    for (const finding of data['findings'] as object[]) {
      expect(Object.keys(finding).sort()).toEqual(['code', 'fix', 'severity', 'what', 'where']);
    }
  });

  it('says which response-max-bytes an inventory needs that outgrows a document', async () => {
    const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
      INSERT INTO gateways (name, proxy) SELECT 'gateway-number-' || i, '192.0.2.1' FROM n;`;
    const { status, stdout } = await check(many);
    expect(status).toBe(0);
    expect(stdout).toContain('document-too-large');
    expect(stdout).toMatch(/response-max-bytes" value="2097152"/);
  });

  it.each([
    ['a file that does not exist', 'none.db', 'inventory-missing', '`trunkhunt migrate`'],
    ['a folder', '.', 'inventory-unreadable', 'SQLite'],
    ['a file that is no database', process.execPath, 'inventory-unreadable', 'SQLite'],
  ])('of %s exits 1 and says what to do', async (_what, name, code, fix) => {
    const folder = temporaryFolder();
    const path = name.startsWith('/') ? name : join(folder, name);
    const { status, stdout, stderr } = await runProgram(['check', '--database', path]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(code);
    expect(stderr).toContain(fix);
    const data = await runProgram(['check', path, '--json']);
    expect([data.status, data.stderr]).toEqual([1, '']);
    expect(JSON.parse(data.stdout)).toMatchObject({ findings: [{ code }] });
  });

  it('of a database that was never migrated names the command that does it, and leaves it alone', async () => {
    const inventory = temporaryInventory(`${GOOD} DELETE FROM trunkhunt_migrations;`);
    const { status, stderr } = await runProgram(['check', '--database', inventory.path]);
    expect(status).toBe(1);
    expect(stderr).toContain('inventory-not-migrated');
    expect(stderr).toContain('trunkhunt migrate');
  });

  it('says what is legal and doubtful too', async () => {
    const shadowed =
      "INSERT INTO routes (name, context, group_name) VALUES ('r', 'default', 'g'), ('s', 'default', 'g');";
    const { status, stdout } = await check(GOOD + shadowed, '--strict');
    expect(status).toBe(1);
    expect(stdout).toContain("warning route-shadowed at routes['s']");
  });

  it('prints the first 50 of a kind and counts the rest; data has all of them', async () => {
    const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO routes (name, context, group_name) SELECT 'r' || i, 'default', 'g' FROM n;`;
    const { stdout } = await check(GOOD + many);
    expect(stdout.match(/^warning route-shadowed/gm)).toHaveLength(50);
    expect(stdout).toMatch(/^and 949 more of route-shadowed; --json has them all$/m);
    expect(stdout).toMatch(/0 problems, 999 warnings;/);
    const { data } = await json(GOOD + many);
    expect(data['findings']).toHaveLength(999);
  });
});

it('warns of files that others can read, and leaves them as they are', async () => {
  const { path, folder } = temporaryInventory(GOOD);
  const keyFile = join(folder, 'keys');
  writeFileSync(keyFile, TEST_KEYS.new, { mode: 0o640 });
  const places = async (): Promise<readonly string[]> => {
    const { stdout } = await runProgram(['check', '--json', '--key-file', keyFile, '--database', path]);
    return (JSON.parse(stdout) as { findings: { code: string; where: string }[] }).findings.map(
      ({ code, where }) => `${code} ${where}`,
    );
  };
  expect(await places()).toEqual([`file-open-to-others ${keyFile}`]);
  chmodSync(keyFile, 0o600);
  chmodSync(path, 0o644);
  writeFileSync(`${path}.state`, '', { mode: 0o604 });
  expect(await places()).toEqual([`file-open-to-others ${path}`, `file-open-to-others ${path}.state`]);
  expect(statSync(path).mode & 0o777).toBe(0o644);
});

describe('check FILE', () => {
  /** Writes the file into a folder of its own and checks it there. */
  const checkScript = async (sql: string, ...args: string[]) => {
    const folder = temporaryFolder();
    const path = join(folder, 'proposal.sql');
    writeFileSync(path, sql);
    return { folder, path, ...(await runProgram(['check', path, ...args])) };
  };

  it('checks another database than the one of the settings', async () => {
    const { path } = temporaryInventory(GOOD + WARNING);
    const { status, stdout } = await runProgram(['check', path, '--strict'], { TRUNKHUNT_DATABASE: './none.db' });
    expect(status).toBe(1);
    expect(stdout).toContain(`${path}: 0 problems, 1 warning;`);
  });

  it('tries an SQL script out on an empty inventory, and writes nothing', async () => {
    const { folder, path, status, stdout, stderr } = await checkScript(`PRAGMA foreign_keys=OFF; BEGIN;${GOOD}COMMIT;`);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${path}: 0 problems, 0 warnings; a server serves it\n`);
    expect(readdirSync(folder)).toEqual(['proposal.sql']);
    expect((await checkScript(GOOD + WARNING, '--strict')).stdout).toContain('route-open-to-internet');
    const { stdout: data, status: failed } = await checkScript(GOOD + PROBLEMS.replace("'nobody'", "'g'"), '--json');
    expect(failed).toBe(1);
    expect(JSON.parse(data)).toMatchObject({
      problems: 1,
      findings: [{ code: 'pattern-invalid', severity: 'problem' }],
    });
  });

  it.each([
    [
      'a row that a constraint refuses',
      "\nINSERT INTO gateways (name, proxy)\nVALUES ('a b',\n'h');",
      2,
      /gateways\.name: 1 to 128.*ends in line 4/,
      /correct/,
    ],
    ['a row that names nothing', GOOD + PROBLEMS, 5, /FOREIGN KEY constraint failed/, /misspelt/],
    [
      'a word that is none',
      '-- gateways; of the south\nINSRT INTO gateways;',
      2,
      /near "INSRT": syntax error/,
      /correct/,
    ],
    [
      'a column that is none',
      '\n\nUPDATE gateways SET wieght = 1;',
      3,
      /no such column: wieght/,
      /docs\/inventory\.md/,
    ],
    ['a table that is there', 'CREATE TABLE gateways (name TEXT);', 1, /already exists/, /tables are there already/],
    ['a command of the shell', 'SELECT 1;\n.mode box', 2, /'\.mode' is a command/, /SQL only/],
    ['a transaction that is left open', `BEGIN;\n${GOOD}`, 5, /does not end it/, /COMMIT/],
  ])('says the line of %s', async (_what, sql, line, what, fix) => {
    const { path, status, stdout, stderr } = await checkScript(sql);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`problem script-failed at ${path}:${line}\n`);
    expect(stderr).toMatch(what);
    expect(stderr).toMatch(fix);
    const data = await checkScript(sql, '--json');
    expect([data.status, data.stderr]).toEqual([1, '']);
    expect(JSON.parse(data.stdout)).toMatchObject({ findings: [{ code: 'script-failed' }] });
  });

  it.each([["ATTACH 'FILE' AS other;"], ["/* quietly */ attach database 'FILE' as other;"], ["VACUUM INTO 'FILE';"]])(
    'does not run what would write a file: %s',
    async (sql) => {
      const file = join(temporaryFolder(), 'elsewhere.db');
      const { status, stderr } = await checkScript(sql.replace('FILE', file));
      expect([status, existsSync(file)]).toEqual([1, false]);
      expect(stderr).toMatch(/script-failed.*:1\n.* is not run here/);
    },
  );

  it('does not take a file and --database', async () => {
    const { status, stdout, stderr } = await runProgram(['check', './a.db', '--database', './b.db']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('settings-conflict');
  });
});
