import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { runCli, startCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { sourceFile } from '../support/source-file.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const LIST =
  '# ours\n1 sip:10.0.0.1:5060 0 0 duid=carrier-a;weight=60\n1 sip:10.0.0.2 8 0 duid=carrier-b;weight=40;socket=udp:1.2.3.4\n';

const run = (path: string, ...args: readonly string[]) => runProgram(['import', '--database', path, ...args]);
const rowsIn = (path: string): unknown => {
  const database = new BetterSqlite(path, { readonly: true });
  try {
    return ['gateways', 'gateway_groups', 'gateway_group_members', 'routes', 'history'].map((table) =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
  } finally {
    database.close();
  }
};

describe('import', () => {
  it('shows what it would do, with file and line, and writes nothing', async () => {
    const { path } = temporaryInventory(
      "INSERT INTO gateways (name, proxy, password) VALUES ('carrier-a', 'old.example', 'hushcanary')",
    );
    const before = rowsIn(path);
    const list = sourceFile('dispatcher.list', LIST);
    const { status, stdout, stderr } = await run(path, list);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`~ gateways['carrier-a']  proxy: 'old.example' -> '10.0.0.1:5060'  (${list}:2)`);
    expect(stdout).toContain(`+ gateways['carrier-b']  proxy: '10.0.0.2', ping_seconds: 30  (${list}:3)`);
    expect(stdout).toContain(`${list}:3  destination sip:10.0.0.2, socket=udp:1.2.3.4: a gateway sends from`);
    expect(stdout).toContain('nothing was written: give the command again with --apply');
    expect(stdout).not.toContain('hushcanary');
    expect(rowsIn(path)).toEqual(before);
  });

  it('makes no file for a preview; with --apply makes it, that its owner alone can read, and check finds it right', async () => {
    const path = join(temporaryFolder(), 'data', 'new.db');
    const list = sourceFile('dispatcher.list', LIST);
    expect((await run(path, list)).stdout).toContain(`nothing was written; ${path} would be made`);
    expect(existsSync(dirname(path))).toBe(false);
    const { status, stdout } = await run(path, list, '--apply');
    expect(status).toBe(0);
    expect(stdout).toContain(`written: 5 rows in ${path}, version 1 of its history`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await runProgram(['check', '--database', path])).status).toBe(0);
    expect((await run(path, list, '--apply')).stdout).toContain(
      `${path} is already as the files say; nothing was written`,
    );
    expect((await runProgram(['rollback', '0', '--database', path])).status).toBe(0);
    expect(rowsIn(path)).toEqual([0, 0, 0, 0, 10]);
  });

  it('prints the whole report as data, changes with their places and no secret', async () => {
    const { path } = temporaryInventory(
      "INSERT INTO gateways (name, proxy, password) VALUES ('carrier-a', 'old.example', 'hushcanary')",
    );
    const list = sourceFile('dispatcher.list', LIST);
    const preview = JSON.parse((await run(path, list, '--json')).stdout) as Record<string, unknown>;
    expect(preview).toMatchObject({ applied: false, version: null, isNew: false, programs: ['kamailio'] });
    expect(preview['changes']).toContainEqual({
      kind: 'changed',
      table: 'gateways',
      key: { name: 'carrier-a' },
      columns: [{ column: 'proxy', before: 'old.example', after: '10.0.0.1:5060' }],
      from: { file: list, line: 2 },
    });
    const applied = JSON.parse((await run(path, list, '--json', '--apply', '--why', 'moving')).stdout) as Record<
      string,
      unknown
    >;
    expect(applied).toMatchObject({ applied: true, summary: preview['summary'], changes: preview['changes'] });
    expect(JSON.stringify(applied)).not.toContain('hushcanary');
    expect((await runProgram(['history', '--database', path])).stdout).toContain('moving');
  });

  it('writes nothing that a server would refuse, unless it is told to', async () => {
    const { path } = temporaryInventory(
      "INSERT INTO gateway_groups (name, chooser) VALUES ('dispatcher-1', 'mod_distributor')",
    );
    const list = sourceFile('dispatcher.list', '1 sip:10.0.0.1 0 0 duid=a;maxload=5\n');
    const preview = await run(path, list);
    expect(preview.status).toBe(1);
    expect(preview.stdout).toContain('problem distributor-limits');
    const before = rowsIn(path);
    const refused = await run(path, list, '--apply');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("+ gateways['a']");
    expect(refused.stderr).toContain('change-refused');
    expect(refused.stderr).toContain('nothing was changed');
    expect(rowsIn(path)).toEqual(before);
    expect((await run(path, list, '--apply', '--force')).status).toBe(0);
    expect(rowsIn(path)).toEqual([1, 1, 1, 0, 3]);
  });

  it('--strict wants nothing left out', async () => {
    const path = join(temporaryFolder(), 'new.db');
    const list = sourceFile('dispatcher.list', LIST);
    expect((await run(path, list, '--strict', '--apply')).status).toBe(1);
    expect(readdirSync(dirname(path))).toEqual([]);
    const whole = sourceFile('dispatcher.list', '1 sip:10.0.0.1\n');
    expect((await run(path, whole, '--strict', '--apply')).status).toBe(0);
  });

  it('shortens long lists and counts the rest; --all does not', async () => {
    const { path } = temporaryInventory();
    const list = sourceFile('dispatcher.list', Array.from({ length: 50 }, (_, at) => `1 sip:10.0.0.${at}`).join('\n'));
    expect((await run(path, list)).stdout).toContain('and 81 more; --all prints them, --json has them');
    expect((await run(path, list, '--all')).stdout).toContain("gateway_group_members['dispatcher-1', '10.0.0.49']");
  });

  it('shows some of every kind before more of one', async () => {
    const { path } = temporaryInventory();
    const extension = (name: string, application: string): string =>
      `<extension name="${name}"><condition field="destination_number" expression="^(1)$">${application}</condition></extension>`;
    const answers = Array.from({ length: 30 }, (_, at) => extension(`e${at}`, '<action application="answer"/>'));
    const several = extension('z', '<action application="bridge" data="sofia/gateway/a/$1,sofia/gateway/b/$1"/>');
    const dialplan = `<include>\n<context name="default">\n${[...answers, several].join('\n')}\n</context>\n</include>`;
    const { stdout } = await run(path, sourceFile('default.xml', dialplan), '--from', 'freeswitch');
    expect(stdout).toMatch(/left out \(31\):\n(?: {2}.*'e\d+'.*\n){19} {2}.*'z'.*\n {2}and 11 more/);
  });

  it('names the local files that would go before what is served', async () => {
    const { path } = temporaryInventory();
    const gateway =
      '<include>\n<gateway name="a"><param name="proxy" value="192.0.2.1"/><param name="register" value="false"/></gateway>\n</include>';
    const file = sourceFile('a.xml', gateway);
    expect((await run(path, file, '--from', 'freeswitch')).stdout).not.toContain('5. Take');
    const { stdout } = await run(path, file, '--from', 'freeswitch', '--apply');
    expect(stdout).toContain(
      `5. Take the gateways out of the switch's own files, which it reads first:\n       ${file}\n`,
    );
    expect(stdout).toContain('sofia profile PROFILE killgw GATEWAY');
    const list = sourceFile('dispatcher.list', LIST);
    expect((await run(path, list, '--apply')).stdout).not.toContain('5. Take');
  });

  it('reads files of several programs at once, and all tables of OpenSIPS together', async () => {
    const { path } = temporaryInventory();
    const list = sourceFile('dispatcher.list', '1 sip:10.0.0.1 0 0 duid=k\n');
    const gateways = sourceFile('gw.csv', 'gwid;address\no1;10.1.0.1\n');
    const rules = sourceFile(
      'rules.sql',
      "INSERT INTO dr_rules (ruleid, groupid, prefix, gwlist) VALUES (1, '0', '49', 'o1');\n",
    );
    const { status, stdout } = await run(path, list, rules, gateways, '--apply');
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'read as kamailio, opensips:']);
    expect((await runProgram(['explain', '4912', '--database', path])).stdout).toContain('route    opensips-0-49');
  });
});

describe('import of FreeSWITCH files', () => {
  const fileWith = (gateway: string): string => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sip_profiles', 'external'), { recursive: true });
    const file = join(folder, 'sip_profiles', 'external', 'x.xml');
    writeFileSync(file, `<include>\n${gateway}\n</include>\n`);
    return file;
  };

  it('takes over gateways, with the values that --var gives, and names their files', async () => {
    const path = join(temporaryFolder(), 'new.db');
    const params = '<param name="proxy" value="$${carrier}"/><param name="register" value="false"/>';
    const file = fileWith(`<gateway name="carrier-x">${params}</gateway>`);
    const { status, stdout } = await run(path, file, '--var', 'carrier=sip.example.net', '--apply');
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'read as freeswitch:']);
    expect(stdout).toContain("+ gateways['carrier-x']  proxy: 'sip.example.net'");
    expect(stdout).toContain(`(${file}:2)`);
    expect(rowsIn(path)).toMatchObject([1, 0, 0, 0, 1]);
  });

  it('that is broken changes nothing, nor do good files beside it', async () => {
    const { path } = temporaryInventory();
    const before = rowsIn(path);
    const { status, stderr } = await run(path, sourceFile('d.list', LIST), fileWith('<gateway name="x">'), '--apply');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/import-invalid at .*x\.xml:\d/)]);
    expect(rowsIn(path)).toEqual(before);
  });
});

describe('a file that cannot be imported', () => {
  it.each([
    ['an unknown one', 'x.conf', 'hello\n', /import-unclear at .*x\.conf\n {2}it is neither XML/],
    ['an empty one', 'x.csv', '', /import-unclear at .*x\.csv\n {2}it is empty/],
    [
      'one that is binary',
      'x.list',
      Buffer.from([49, 10, 0, 1]),
      /import-unreadable at .*x\.list:2\n {2}there is a NUL byte/,
    ],
    [
      'one that is not UTF-8',
      'x.list',
      Buffer.from([49, 10, 0xe9, 10]),
      /import-unreadable at .*x\.list:2\n {2}it is not UTF-8/,
    ],
    [
      'a line without a destination',
      'dispatcher.list',
      '1 sip:a\n\n1\n',
      /import-invalid at .*dispatcher\.list:3\n {2}there is no destination/,
    ],
    [
      'a dump that was cut off',
      'd.sql',
      "-- MySQL dump 10\nINSERT INTO `dr_gateways` VALUES (1,'gw",
      /import-invalid at .*d\.sql:2\n {2}the dump was cut off/,
    ],
    [
      'a CSV with a field too many',
      'x.csv',
      'gwid,address\na,b\na,b,c\n',
      /import-invalid at .*x\.csv:3\n {2}3 fields for 2 columns/,
    ],
    [
      'one that could be two things',
      'x.conf',
      '<!-- x -->\n1 sip:a\n',
      /import-unclear at .*x\.conf\n {2}it could be freeswitch or dispatcher-list/,
    ],
  ])('%s is told of with its line, and changes nothing', async (_, name, content, message) => {
    const { path } = temporaryInventory();
    const before = rowsIn(path);
    const good = sourceFile('good.list', '1 sip:10.0.0.1\n');
    const result = await run(path, good, sourceFile(name, content), '--apply');
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe('');
    expect(rowsIn(path)).toEqual(before);
    const json = await run(path, sourceFile(name, content), '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      findings: [{ code: expect.stringMatching(/^import-/) as unknown }],
    });
  });

  it('one that is not there is told of, together with what is wrong with others', async () => {
    const { path } = temporaryInventory();
    const { status, stderr } = await run(path, '/nowhere/x.list', sourceFile('a.conf', 'x'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/import-unreadable at \/nowhere\/x\.list/);
    expect(stderr).toMatch(/import-unclear at .*a\.conf/);
  });

  it('is wrong usage where the command line is wrong', async () => {
    const list = sourceFile('dispatcher.list', LIST);
    const wrong = [
      [],
      [list, '--algorithm', '99'],
      [list, '--ping-seconds', '2'],
      [list, '--from', 'asterisk'],
      [list, '--context', ''],
    ];
    for (const args of wrong) expect((await run('x.db', ...args)).status).toBe(2);
  });

  it('with a folder, and --from of a program that has none, is told of', async () => {
    const folder = join(temporaryFolder(), 'conf');
    mkdirSync(folder);
    const { status, stderr } = await run('x.db', folder, '--from', 'kamailio');
    expect([status, stderr]).toEqual([1, expect.stringContaining('it is a folder, and kamailio is read from files')]);
  });
});

describe('import as a process', () => {
  it('that is killed while it writes leaves the inventory as it was, or as it should be', async () => {
    const { path } = temporaryInventory("INSERT INTO gateways (name, proxy) VALUES ('mine', 'h')");
    const count = 12_000;
    const lines = Array.from(
      { length: count },
      (_, at) => `${at >> 4} sip:10.${at >> 16}.${(at >> 8) & 255}.${at & 255} 0 0 duid=gw${at}`,
    );
    const list = sourceFile('dispatcher.list', lines.join('\n'));
    const { child, ended } = startCli(['import', '--database', path, list, '--apply'], { timeoutMs: 60_000 });
    const timer = setInterval(() => {
      // What does not fit into the cache is in the log before the commit.
      if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 500_000) child.kill('SIGKILL');
    }, 2);
    const { signal, status } = await ended;
    clearInterval(timer);
    expect(signal === 'SIGKILL' || status === 0).toBe(true);
    const database = new BetterSqlite(path);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect([1, count + 1]).toContain(database.prepare('SELECT count(*) FROM gateways').pluck().get());
    database.close();
    expect((await runCli(['check', '--database', path])).status).toBe(0);
  }, 60_000);

  it('of several files prints its report on standard output and nothing else', async () => {
    const path = join(temporaryFolder(), 'new.db');
    const { status, stdout, stderr } = await runCli([
      'import',
      '--database',
      path,
      sourceFile('dispatcher.list', LIST),
      '--apply',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('trunkhunt serve');
  });
});
