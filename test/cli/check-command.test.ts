import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const GOOD = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');
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
    const data = await runProgram(['check', '--database', path, '--json']);
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
});
