import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

const SQL = `
  INSERT INTO gateways (name, proxy, password, username) VALUES ('gw1', '192.0.2.1', 'hushcanary', 'u'), ('gw2', '192.0.2.2', NULL, NULL);
  INSERT INTO gateway_params (gateway, name, value) VALUES ('gw1', 'auth-password', 'hushcanary');
  INSERT INTO gateway_variables (gateway, name, value, direction) VALUES ('gw1', 'v', '1', 'inbound');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'gw1', 2), ('g', 'gw2', 1);
  INSERT INTO routes (name, context, group_name) VALUES ('all', 'default', 'g');
  INSERT INTO switches (hostname) VALUES ('fs1'), ('fs2');
`;

interface EditData {
  readonly changed: boolean;
  readonly version: number;
  readonly sql: string;
  readonly changes: readonly object[];
  readonly findings: readonly { readonly code: string; readonly fix: string }[];
}

const trunkhunt = (inventory: TemporaryInventory, ...args: readonly string[]) =>
  runProgram([...args, '--database', inventory.path]);

async function data(inventory: TemporaryInventory, ...args: readonly string[]): Promise<EditData & { status: number }> {
  const { stdout, stderr, status } = await trunkhunt(inventory, ...args, '--json');
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as EditData) };
}

function query(inventory: TemporaryInventory, sql: string): readonly unknown[] {
  const database = new BetterSqlite(inventory.path, { readonly: true });
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

describe('the examples of docs/commands-edit.md', () => {
  it('come to what is written there, one after the other', async () => {
    const inventory = temporaryInventory();
    const blocks = [...readFileSync(join(DOCS, 'commands-edit.md'), 'utf8').matchAll(/^```console\n(.*?)^```$/gms)];
    const steps = blocks.flatMap(([, block = '']) => block.split(/^\$ trunkhunt /m).slice(1));
    expect(steps.length).toBeGreaterThan(8);
    for (const step of steps) {
      const [command = '', ...output] = step.split('\n');
      const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
      const { stdout, status } = await trunkhunt(inventory, ...args);
      expect({ command, status, stdout }).toEqual({ command, status: 0, stdout: output.join('\n') });
    }
  });
});

describe('an edit', () => {
  it('is written with who and why, and says so; made again it changes nothing', async () => {
    const inventory = temporaryInventory(SQL);
    const { status, stdout, stderr } = await trunkhunt(
      inventory,
      'gateway',
      'set',
      'gw1',
      'note=x',
      '--why',
      'because',
    );
    expect(status).toBe(0);
    expect(stdout).toContain("UPDATE gateways SET note = 'x' WHERE name = 'gw1';");
    expect(stderr).toMatch(/inventory\.db: changed, version \d+ of its history\n$/);
    const latest = query(inventory, 'SELECT who, why FROM history_versions ORDER BY version DESC LIMIT 1');
    expect(latest).toEqual([['operator', 'because']]);
    expect(await data(inventory, 'gateway', 'set', 'gw1', 'note=x')).toMatchObject({
      changed: false,
      sql: '',
      status: 0,
    });
  });

  it('with --dry-run is only tried: SQL, and what would be wrong, with status 1 where it would be refused', async () => {
    const inventory = temporaryInventory(SQL);
    const before = query(inventory, 'SELECT count(*) FROM history');
    const dry = await trunkhunt(inventory, 'group', 'member', 'remove', 'g', 'gw1', '--dry-run');
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toContain("DELETE FROM gateway_group_members WHERE group_name = 'g' AND gateway = 'gw1';");
    const refused = await trunkhunt(inventory, 'gateway', 'remove', 'gw1', '--cascade', '--dry-run');
    expect(refused.status).toBe(0);
    const empty = await trunkhunt(inventory, 'route', 'add', 'r', 'context=x', 'group=g', 'pattern=(', '--dry-run');
    expect(empty.status).toBe(1);
    expect(empty.stdout).toContain(
      "INSERT INTO routes (id, name, context, destination_pattern, group_name) VALUES (2, 'r'",
    );
    expect(empty.stderr).toMatch(
      /problem pattern-invalid at routes\['r'\].*[^]*nothing was changed \(--dry-run\), and this would be refused/,
    );
    expect(query(inventory, 'SELECT count(*) FROM history')).toEqual(before);
    const wrong = await data(inventory, 'gateway', 'set', 'gw1', 'max_calls=0', '--dry-run');
    expect(wrong).toMatchObject({ status: 1, findings: [{ code: 'value-invalid' }] });
  });

  it('that a server would refuse is not made, but for --force', async () => {
    const inventory = temporaryInventory(SQL);
    const args = ['route', 'set', 'all', 'pattern=('];
    expect(await data(inventory, ...args)).toMatchObject({
      status: 1,
      findings: [{ code: 'change-refused' }, { code: 'pattern-invalid' }],
    });
    expect(await data(inventory, ...args, '--force')).toMatchObject({ status: 0, changed: true });
    // What was wrong before does not stand in the way of anything else.
    expect(await data(inventory, 'gateway', 'set', 'gw1', 'note=x')).toMatchObject({ status: 0, findings: [] });
  });

  it('tells of warnings that come with it, not of those that were there', async () => {
    const inventory = temporaryInventory(SQL);
    expect(await data(inventory, 'gateway', 'drain', 'gw1')).toMatchObject({ findings: [] });
    expect(await data(inventory, 'gateway', 'drain', 'gw2')).toMatchObject({
      findings: [{ code: 'group-without-calls' }],
    });
    expect(await data(inventory, 'gateway', 'set', 'gw2', 'note=x')).toMatchObject({ findings: [] });
  });

  it.each([
    [['gateway', 'set', 'gv1', 'note=x'], 1, 'name-unknown', "did you mean 'gw1'?"],
    [['gateway', 'show', 'nothing-like-it'], 1, 'name-unknown', 'there are: gw1, gw2'],
    [['gateway', 'set', 'gw1', 'max_cals=3'], 2, 'column-unknown', "did you mean 'max_calls'?"],
    [['gateway', 'set', 'gw1', 'switches=fs3'], 1, 'name-unknown', "did you mean 'fs1'?"],
    [['gateway', 'set', 'gw1', 'proxy='], 1, 'value-invalid', 'add proxy=...'],
    [['gateway', 'add', 'gw3', 'note=x'], 1, 'value-invalid', 'add proxy=...'],
    [['gateway', 'add', 'GW1', 'proxy=x'], 1, 'name-taken', 'another name'],
    [['gateway', 'rename', 'gw1', 'Gw2'], 1, 'name-taken', 'another name'],
    [['gateway', 'remove', 'gw1'], 1, 'still-used', '--cascade'],
    [['gateway', 'set', 'gw1', 'strip_digits=many'], 1, 'value-invalid', 'give a number'],
    [['group', 'remove', 'g'], 1, 'still-used', 'route set ROUTE group='],
    [['group', 'member', 'set', 'g', 'gw9', 'weight=1'], 1, 'name-unknown', "did you mean 'gw1'?"],
    [['group', 'member', 'add', 'g', 'gw1'], 1, 'name-taken', 'member set'],
    [['group', 'cause', 'set', 'g', 'USER_BUZY', 'next'], 1, 'change-refused', 'mend what is said below'],
    [['group', 'cause', 'remove', 'g', 'USER_BUSY'], 1, 'name-unknown', 'it has none of its own'],
    [['route', 'add', 'all', 'context=x', 'group=g'], 1, 'name-taken', 'another name'],
    [['route', 'add', 'r', 'group=g'], 1, 'value-invalid', 'add context=...'],
    [['route', 'add', 'r', 'context=x', 'group=q'], 1, 'name-unknown', "did you mean 'g'?"],
    [['route', 'remove', '17'], 1, 'name-unknown', 'there are: all'],
  ])('%j ends with status %i: %s, %s', async (args, status, code, fix) => {
    const inventory = temporaryInventory(SQL);
    const before = query(inventory, 'SELECT count(*) FROM history');
    const found = await data(inventory, ...args);
    expect(found.status).toBe(status);
    expect(found.findings[0]?.code).toBe(code);
    expect(found.findings[0]?.fix).toContain(fix);
    expect(query(inventory, 'SELECT count(*) FROM history')).toEqual(before);
  });

  it.each([
    [['gateway', 'set', 'gw1']],
    [['gateway', 'set', 'gw1', 'note']],
    [['gateway', 'set', 'gw1', 'note=x', '--why', 'two\nlines']],
    [['group', 'cause', 'set', 'g', 'USER_BUSY', 'perhaps']],
    [['route', 'move', 'all']],
    [['route', 'move', 'all', '5', '--before', 'all']],
    [['route', 'move', 'all', 'up']],
    [['gateway', 'explode', 'gw1']],
  ])('%j is wrong usage', async (args) => {
    const { status, stderr } = await trunkhunt(temporaryInventory(SQL), ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: /);
  });
});

describe('gateway', () => {
  it('rename and remove --cascade leave nothing behind that names the old one', async () => {
    const inventory = temporaryInventory(SQL);
    await trunkhunt(inventory, 'gateway', 'set', 'gw1', 'switches=fs1,fs2', 'variable.w=2');
    await trunkhunt(inventory, 'gateway', 'rename', 'gw1', 'carrier');
    const counts = (name: string): readonly unknown[] =>
      query(
        inventory,
        `SELECT (SELECT count(*) FROM gateways WHERE name = '${name}'), (SELECT count(*) FROM gateway_params WHERE gateway = '${name}'),
           (SELECT count(*) FROM gateway_variables WHERE gateway = '${name}'),
           (SELECT count(*) FROM gateway_switches WHERE gateway = '${name}'),
           (SELECT count(*) FROM gateway_group_members WHERE gateway = '${name}')`,
      );
    expect(counts('carrier')).toEqual([[1, 1, 2, 2, 1]]);
    expect(counts('gw1')).toEqual([[0, 0, 0, 0, 0]]);
    expect((await trunkhunt(inventory, 'gateway', 'remove', 'carrier', '--cascade')).status).toBe(0);
    expect(counts('carrier')).toEqual([[0, 0, 0, 0, 0]]);
    expect(query(inventory, 'PRAGMA foreign_key_check')).toEqual([]);
  });

  it('shows all but secrets, and prints none in any form', async () => {
    const inventory = temporaryInventory(SQL);
    const outputs = [
      await trunkhunt(inventory, 'gateway', 'show', 'gw1'),
      await trunkhunt(inventory, 'gateway', 'show', 'gw1', '--json'),
      await trunkhunt(inventory, 'gateway', 'list', '--json'),
      await trunkhunt(inventory, 'gateway', 'set', 'gw1', 'password=hushcanary-2', 'param.auth-password=hushcanary-3'),
      await trunkhunt(inventory, 'gateway', 'set', 'gw1', 'password=hushcanary-4', '--json'),
      await trunkhunt(inventory, 'gateway', 'remove', 'gw1', '--cascade', '--json'),
    ];
    for (const { stdout, stderr, status } of outputs) {
      expect(status).toBe(0);
      expect(stdout + stderr).not.toContain('hushcanary');
    }
    expect(outputs[0]?.stdout).toMatch(/^password +\*\*\*$/m);
    expect(outputs[0]?.stdout).toMatch(/^inbound-variable\.v +1$/m);
    expect(outputs[3]?.stderr).toMatch(/^remark: others see a password on the command line/);
  });

  it('takes a password from standard input or a file, whole but for its line end', async () => {
    const inventory = temporaryInventory(SQL);
    const set = (...args: readonly string[]) =>
      runCli(['gateway', 'set', 'gw1', ...args, '--database', inventory.path]);
    const file = join(inventory.folder, 'password');
    writeFileSync(file, ' from-file \n');
    const fromFile = await set(`password-file=${file}`);
    expect(fromFile).toMatchObject({ status: 0 });
    expect(fromFile.stdout + fromFile.stderr).not.toContain('from-file');
    expect(query(inventory, "SELECT password FROM gateways WHERE name = 'gw1'")).toEqual([[' from-file ']]);
    const typed = await runProgram(
      ['gateway', 'set', 'gw1', 'password=-', '--database', inventory.path],
      {},
      () => Promise.resolve(),
      'typed',
    );
    expect(typed.stdout).toContain("password = '***'");
    expect(query(inventory, "SELECT password FROM gateways WHERE name = 'gw1'")).toEqual([['typed']]);
    const missing = await set('password-file=hushcanary-by-mistake');
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/settings-file-unreadable at password-file\n.*\(ENOENT\)/);
    expect(missing.stderr).not.toContain('hushcanary-by-mistake');
    // Standard input of a process that has none is empty.
    expect((await set('password=-')).stderr).toMatch(/value-invalid at password\n {2}standard input is empty/);
  });

  it('enables and disables', async () => {
    const inventory = temporaryInventory(SQL);
    for (const [verb, state] of [
      ['disable', 'disabled'],
      ['enable', 'active'],
      ['drain', 'drain'],
    ] as const) {
      await trunkhunt(inventory, 'gateway', verb, 'gw1');
      expect(query(inventory, "SELECT state FROM gateways WHERE name = 'gw1'")).toEqual([[state]]);
    }
  });

  it('says in its list what to do where there is none', async () => {
    const { stdout } = await trunkhunt(temporaryInventory(), 'gateway', 'list');
    expect(stdout).toBe('there is no gateway: trunkhunt gateway add NAME proxy=HOST\n');
  });
});

describe('group and route', () => {
  it('show what belongs to them', async () => {
    const inventory = temporaryInventory(SQL);
    await trunkhunt(inventory, 'group', 'cause', 'set', 'g', 'user_busy', 'next');
    const group = await trunkhunt(inventory, 'group', 'show', 'g');
    expect(group.stdout).toMatch(/^member gw1 +weight 2, tier 1\nmember gw2 .*\ncause USER_BUSY +next\nroute +all$/m);
    expect((await trunkhunt(inventory, 'group', 'list')).stdout).toMatch(
      /^g +weighted +trunkhunt +3 +gw1\*2, gw2 +all$/m,
    );
    expect(JSON.parse((await trunkhunt(inventory, 'group', 'list', '--json')).stdout)).toMatchObject({
      groups: [{ name: 'g', members: [{ gateway: 'gw1', weight: 2 }, {}], causes: [{ cause: 'USER_BUSY' }] }],
    });
    expect((await trunkhunt(inventory, 'route', 'show', 'all')).stdout).toMatch(/^group_name +g$/m);
    expect((await trunkhunt(inventory, 'route', 'show', '1', '--json')).stdout).toContain('"name": "all"');
  });

  it('are removed with what uses them only where that is said, and renamed with all of it', async () => {
    const inventory = temporaryInventory(SQL);
    await trunkhunt(inventory, 'group', 'rename', 'g', 'h');
    expect(
      query(inventory, 'SELECT group_name FROM routes UNION SELECT group_name FROM gateway_group_members'),
    ).toEqual([['h']]);
    await trunkhunt(inventory, 'group', 'member', 'set', 'h', 'gw1', 'weight=', 'tier=2');
    expect(query(inventory, "SELECT weight, tier FROM gateway_group_members WHERE gateway = 'gw1'")).toEqual([[1, 2]]);
    await trunkhunt(inventory, 'route', 'move', 'all', '-7');
    await trunkhunt(inventory, 'route', 'disable', '1');
    expect(query(inventory, 'SELECT position, enabled FROM routes')).toEqual([[-7, 0]]);
    await trunkhunt(inventory, 'group', 'remove', 'h', '--cascade');
    expect(
      query(inventory, 'SELECT (SELECT count(*) FROM routes), (SELECT count(*) FROM gateway_group_members)'),
    ).toEqual([[0, 0]]);
  });
});

describe('several writers at once', () => {
  it('lose nothing of each other, each as a version of its own', async () => {
    const inventory = temporaryInventory(SQL);
    const names = Array.from({ length: 3 }, (_, at) => `new-${at}`);
    const runs = await Promise.all(
      names.map((name) =>
        runCli(['gateway', 'add', name, 'proxy=192.0.2.9', '--database', inventory.path, '--why', name]),
      ),
    );
    expect(runs.map(({ status }) => status)).toEqual(names.map(() => 0));
    expect(query(inventory, "SELECT name FROM gateways WHERE name LIKE 'new-%' ORDER BY name")).toEqual(
      names.map((it) => [it]),
    );
    const whys = query(inventory, "SELECT why FROM history_versions WHERE why LIKE 'new-%' ORDER BY why");
    expect(whys).toEqual(names.map((it) => [it]));
  });
});
