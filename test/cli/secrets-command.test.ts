import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { KeyFile } from '../../src/inventory/key-file.ts';
import { CANARY, TEST_KEYS } from '../support/canary.ts';
import { wholeTree } from '../support/read-tree.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';
import { temporaryTree } from '../support/temporary-tree.ts';

/** Five secrets in the tables, and two that only the history knows. */
const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register) VALUES
    ('a', '192.0.2.1', 'u', '${CANARY}-1', 1), ('b', '192.0.2.2', 'u', '${CANARY}-1', 0), ('c', '192.0.2.3', NULL, NULL, 0);
  INSERT INTO gateway_params VALUES ('a', 'auth-password', '${CANARY}-2'), ('a', 'from-domain', 'plain.example');
  INSERT INTO switches (hostname, esl_host, esl_password) VALUES ('vm', '192.0.2.9', '${CANARY}-3');
  INSERT INTO profiles VALUES ('external');
  INSERT INTO profile_settings VALUES ('external', 'tls-passphrase', '${CANARY}-4');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'a', 1), ('g', 'b', 1);
  INSERT INTO routes (name, context, group_name) VALUES ('all', 'public', 'g');
  INSERT INTO change_note (who, why) VALUES ('jo', 'the old password');
  UPDATE gateways SET password = '${CANARY}-old' WHERE name = 'b';
  INSERT INTO change_note (who, why) VALUES ('jo', 'the new password');
  UPDATE gateways SET password = '${CANARY}-5' WHERE name = 'b';
  DELETE FROM change_note;
  DELETE FROM gateways WHERE name = 'c';
`;

interface Kept {
  readonly inventory: TemporaryInventory;
  readonly keyFile: string;
  /** Gives a command with the key file, and with `keyless` without it. */
  run(...args: readonly string[]): Promise<ProgramRun>;
  keyless(...args: readonly string[]): Promise<ProgramRun>;
}

function kept(keys: readonly string[] = [TEST_KEYS.old], sql = INVENTORY): Kept {
  const inventory = temporaryInventory(sql);
  const keyFile = join(inventory.folder, 'keys');
  writeFileSync(keyFile, `${keys.join('\n')}\n`, { mode: 0o600 });
  const environment = { TRUNKHUNT_DATABASE: inventory.path };
  return {
    inventory,
    keyFile,
    run: (...args) => runProgram(args, { ...environment, TRUNKHUNT_KEY_FILE: keyFile }),
    keyless: (...args) => runProgram(args, environment),
  };
}

function query({ path }: TemporaryInventory, sql: string): unknown {
  const database = new BetterSqlite(path, { readonly: true });
  try {
    return database.prepare(sql).pluck().all();
  } finally {
    database.close();
  }
}

/** The plain texts of all passwords of gateways, by the keys of a file. */
function opened({ inventory, keyFile }: Kept, sql = 'SELECT password FROM gateways ORDER BY name'): readonly unknown[] {
  const keys = new KeyFile(keyFile).read();
  return (query(inventory, sql) as string[]).map((stored) => {
    const it = keys.open('gateways.password', stored);
    return it.kind === 'plain' ? it.text : it.kind;
  });
}

/** Whether any byte of the database, or of what lies beside it, is one of a secret. */
function holdsPlainText({ path }: TemporaryInventory): boolean {
  const files = ['', '-wal', '-shm', '-journal'].map((end) => path + end).filter((it) => existsSync(it));
  return files.some((file) => readFileSync(file).includes(CANARY));
}

describe('secrets encrypt', () => {
  it('leaves no plain text in any byte of the file, its history included', async () => {
    const it = kept();
    expect(holdsPlainText(it.inventory)).toBe(true);
    const { status, stdout, stderr } = await it.run('secrets', 'encrypt', '--why', 'audit');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^version \d+ of its history\n$/)]);
    expect(stdout).toMatch(/: 5 secrets, and \d+ in its history, were rewritten\n$/);
    expect(holdsPlainText(it.inventory)).toBe(false);
    expect(opened(it)).toEqual([`${CANARY}-1`, `${CANARY}-5`]);
    expect(query(it.inventory, 'SELECT value FROM gateway_params ORDER BY name')).toEqual([
      expect.stringMatching(/^enc:v1:old:/),
      'plain.example',
    ]);
    expect((await it.run('history', '--limit', '1')).stdout).toContain('secrets encrypted under key old: audit');
  });

  it('keeps the way back: a password of before comes back, encrypted', async () => {
    const it = kept();
    await it.run('secrets', 'encrypt');
    const [version] = query(
      it.inventory,
      "SELECT version FROM history_versions WHERE why = 'the old password'",
    ) as number[];
    expect(await it.run('rollback', String(version))).toMatchObject({ status: 0 });
    expect(opened(it, "SELECT password FROM gateways WHERE name = 'b'")).toEqual([`${CANARY}-old`]);
    expect(holdsPlainText(it.inventory)).toBe(false);
  });

  it('does nothing twice, and with --dry-run nothing at all', async () => {
    const it = kept();
    const before = query(it.inventory, 'SELECT password FROM gateways');
    expect((await it.run('secrets', 'encrypt', '--dry-run')).stdout).toMatch(
      /5 secrets, and \d+ .* would be rewritten/,
    );
    expect(query(it.inventory, 'SELECT password FROM gateways')).toEqual(before);
    await it.run('secrets', 'encrypt');
    const after = query(it.inventory, 'SELECT password FROM gateways');
    expect((await it.run('secrets', 'encrypt')).stdout).toContain(': 0 secrets, and 0 in its history');
    expect(query(it.inventory, 'SELECT password FROM gateways')).toEqual(after);
  });

  it('names the files beside it that hold what was there before', async () => {
    const it = kept();
    writeFileSync(`${it.inventory.path}.backup-1`, '');
    expect((await it.run('secrets', 'encrypt')).stderr).toContain('inventory.db.backup-1 was made before');
  });

  it('refuses a password that is too long when it is encrypted, and changes nothing', async () => {
    const it = kept();
    it.inventory.run(`UPDATE gateways SET password = '${CANARY}' || hex(zeroblob(100)) WHERE name = 'b'`);
    const { status, stderr } = await it.run('secrets', 'encrypt');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/value-invalid at gateways\['b'\]\.password\n.*takes 255/),
    ]);
    expect(query(it.inventory, "SELECT password FROM gateways WHERE name = 'a'")).toEqual([`${CANARY}-1`]);
  });

  it('needs a key file', async () => {
    const { status, stderr } = await kept().keyless('secrets', 'encrypt');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^problem settings-invalid at TRUNKHUNT_KEY_FILE\n/)]);
  });
});

describe('secrets rotate', () => {
  it('brings all of it under the first key, or another one; the old key is needed no more', async () => {
    const it = kept();
    await it.run('secrets', 'encrypt');
    writeFileSync(it.keyFile, `${TEST_KEYS.new}\n${TEST_KEYS.old}\n`);
    expect((await it.run('secrets', 'rotate')).status).toBe(0);
    writeFileSync(it.keyFile, `${TEST_KEYS.new}\n`);
    expect(opened(it)).toEqual([`${CANARY}-1`, `${CANARY}-5`]);
    expect(readFileSync(it.inventory.path).includes('enc:v1:old')).toBe(false);
    expect(await it.run('check')).toMatchObject({ status: 0 });
    appendFileSync(it.keyFile, `${TEST_KEYS.old}\n`);
    await it.run('secrets', 'rotate', '--to-key', 'old');
    expect(readFileSync(it.inventory.path).includes('enc:v1:new')).toBe(false);
    expect(await it.run('secrets', 'rotate', '--to-key', 'third')).toMatchObject({ status: 2 });
  });

  it('is refused where a value does not open, each of them told; of the history what does not open stays', async () => {
    const it = kept();
    await it.run('secrets', 'encrypt');
    writeFileSync(it.keyFile, `${TEST_KEYS.new}\n`);
    const { status, stdout } = await it.run('secrets', 'rotate', '--json');
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; where: string }[] };
    expect([status, findings.map(({ code, where }) => `${code} ${where}`)]).toEqual([
      1,
      [
        "secret-locked gateways['a'].password",
        "secret-locked gateways['b'].password",
        "secret-locked gateway_params['a', 'auth-password'].value",
        "secret-locked switches['vm'].esl_password",
        "secret-locked profile_settings['external', 'tls-passphrase'].value",
      ],
    ]);
    it.inventory.run(
      `UPDATE gateways SET password = '${CANARY}-x' WHERE password IS NOT NULL; UPDATE switches SET esl_password = '${CANARY}-x'`,
    );
    it.inventory.run(
      `UPDATE gateway_params SET value = '${CANARY}-x'; UPDATE profile_settings SET value = '${CANARY}-x'`,
    );
    const rotated = await it.run('secrets', 'rotate');
    expect([rotated.status, rotated.stderr]).toEqual([0, expect.stringContaining("under the key 'old', which is not")]);
  });
});

it('secrets decrypt brings plain text back, in the history too', async () => {
  const it = kept();
  await it.run('secrets', 'encrypt');
  expect(await it.run('secrets', 'decrypt')).toMatchObject({ status: 0 });
  expect(query(it.inventory, 'SELECT password FROM gateways ORDER BY name')).toEqual([`${CANARY}-1`, `${CANARY}-5`]);
  expect(query(it.inventory, "SELECT count(*) FROM history WHERE old LIKE '%enc:v1%' OR new LIKE '%enc:v1%'")).toEqual([
    0,
  ]);
  expect(await it.keyless('check')).toMatchObject({ status: 0 });
});

describe('secrets status', () => {
  it('counts by key, and ends with status 1 where something is locked', async () => {
    const it = kept([TEST_KEYS.new, TEST_KEYS.old]);
    await it.run('secrets', 'encrypt');
    it.inventory.run(`UPDATE gateways SET password = '${CANARY}' WHERE name = 'b'`);
    const { status, stdout } = await it.run('secrets', 'status');
    expect([status, stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))]).toEqual([
      0,
      [
        expect.stringMatching(/^key | secrets | in history/),
        expect.stringMatching(/^plain text \| 1 \| \d+$/),
        expect.stringMatching(/^new \| 4 \| \d+ \| encrypts what is new$/),
        'old | 0 | 0',
        '',
      ],
    ]);
    const locked = await it.keyless('secrets', 'status', '--json');
    expect(locked.status).toBe(1);
    expect(JSON.parse(locked.stdout)).toMatchObject({
      keyFile: null,
      firstKey: null,
      secrets: [
        { keyId: null, values: 1, held: true, shut: 0 },
        { keyId: 'new', values: 4, held: false, shut: 4 },
      ],
    });
  });
});

describe('secrets new-key', () => {
  it('makes the file, then puts another key first; neither key is ever printed', async () => {
    const it = kept();
    const keyFile = join(it.inventory.folder, 'made');
    const made = await it.keyless('secrets', 'new-key', '--key-file', keyFile, '--id', 'one');
    const second = await it.keyless('secrets', 'new-key', '--key-file', keyFile, '--json');
    expect([made.status, second.status]).toEqual([0, 0]);
    const { ids } = new KeyFile(keyFile).read();
    expect(ids).toEqual([(JSON.parse(second.stdout) as { id: string }).id, 'one']);
    for (const line of readFileSync(keyFile, 'utf8').trim().split('\n')) {
      expect(made.stdout + second.stdout).not.toContain(line.split(' ')[1]);
    }
    expect(await it.keyless('secrets', 'new-key', '--key-file', keyFile, '--id', 'a b')).toMatchObject({ status: 2 });
  });
});

describe('with a key file, commands that write', () => {
  it('encrypt what they write, print none of it, and change nothing that is the same', async () => {
    const it = kept();
    const set = await it.run('gateway', 'set', 'a', `password=${CANARY}-6`, `param.auth-password=${CANARY}-7`);
    expect([set.status, set.stdout]).toEqual([0, expect.stringContaining("SET password = '***'")]);
    expect(set.stdout).not.toContain('enc:');
    expect(opened(it, "SELECT password FROM gateways WHERE name = 'a'")).toEqual([`${CANARY}-6`]);
    // What is not touched stays as it is.
    expect(query(it.inventory, "SELECT password FROM gateways WHERE name = 'b'")).toEqual([`${CANARY}-5`]);
    expect((await it.run('gateway', 'set', 'a', `password=${CANARY}-6`)).stderr).toContain('it is so already');
    expect(await it.run('gateway', 'add', 'd', 'proxy=192.0.2.4', `password=${CANARY}-8`)).toMatchObject({ status: 0 });
    expect(opened(it, "SELECT password FROM gateways WHERE name = 'd'")).toEqual([`${CANARY}-8`]);
  });

  it('import encrypts too', async () => {
    const it = kept([TEST_KEYS.new], '');
    const params = { proxy: '192.0.2.7', username: 'u', password: CANARY, register: 'false' };
    const lines = Object.entries(params).map(([name, value]) => `<param name="${name}" value="${value}"/>`);
    const gateways = `<gateways><gateway name="gw9">${lines.join('')}</gateway></gateways>`;
    const folder = temporaryTree(wholeTree({ profiles: `<profile name="external">${gateways}<settings/></profile>` }));
    const imported = await it.run('import', '--apply', folder);
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.stdout).not.toContain(CANARY);
    expect(opened(it)).toEqual([CANARY]);
    expect(holdsPlainText(it.inventory)).toBe(false);
  });

  it('restore a backup of plain text encrypted, and one of encrypted values as it is', async () => {
    const it = kept();
    const [plain, sealed] = [join(it.inventory.folder, 'plain.db'), join(it.inventory.folder, 'sealed.db')];
    await it.keyless('backup', plain);
    await it.run('secrets', 'encrypt');
    await it.run('backup', sealed);
    const stored = query(it.inventory, 'SELECT password FROM gateways ORDER BY name');
    it.inventory.run("UPDATE gateways SET password = NULL WHERE name = 'b'");
    expect(await it.run('restore', plain)).toMatchObject({ status: 0 });
    expect(opened(it)).toEqual([`${CANARY}-1`, `${CANARY}-5`]);
    expect(query(it.inventory, 'SELECT password FROM gateways ORDER BY name')).toEqual([
      (stored as string[])[0],
      expect.stringMatching(/^enc:v1:old:/),
    ]);
    rmSync(`${it.inventory.path}.before-restore-19700101T000000-000Z`);
    expect(await it.keyless('restore', sealed)).toMatchObject({ status: 0 });
    expect(query(it.inventory, 'SELECT password FROM gateways ORDER BY name')).toEqual(stored);
  });
});

describe('without the key', () => {
  it('check says what is locked and how to mend it, and what is doubtful besides', async () => {
    const it = kept();
    await it.run('secrets', 'encrypt');
    const { status, stdout } = await it.keyless('check', '--json');
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; where: string; fix: string }[] };
    expect(status).toBe(1);
    expect(findings[0]).toEqual({
      severity: 'problem',
      code: 'secret-locked',
      where: "gateways['a'].password",
      what: "it is encrypted under the key 'old', and no key file is given",
      fix: 'put that key into the file that TRUNKHUNT_KEY_FILE or --key-file names, or set it anew',
    });
    const reviewed = (await it.run('check', '--json')).stdout;
    const codes = (JSON.parse(reviewed) as { findings: readonly { code: string }[] }).findings.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(findings.map(({ code }) => code).filter((code) => code !== 'secret-locked')).toEqual(codes);
  });

  it('calls are explained and simulated, gateways drained, versions compared', async () => {
    const it = kept();
    await it.run('secrets', 'encrypt');
    expect(await it.keyless('explain', '4930', '--context', 'public')).toMatchObject({ status: 0 });
    expect(await it.keyless('simulate', '--number', '4930', '--context', 'public')).toMatchObject({
      stderr: '',
      status: 0,
    });
    expect(await it.keyless('gateway', 'disable', 'b')).toMatchObject({ status: 0 });
    expect(await it.keyless('rollback', '--last-good')).toMatchObject({ status: 0 });
    expect((await it.keyless('diff', '1')).stdout).not.toContain('enc:');
    const exported = await it.keyless('export', '--freeswitch', join(it.inventory.folder, 'conf'));
    expect([exported.status, exported.stderr]).toEqual([1, expect.stringContaining('secret-locked')]);
  });
});

it('what begins with enc: and is no encrypted value is told of, and a password cannot begin so', async () => {
  const it = kept();
  it.inventory.run(`UPDATE gateways SET password = 'enc:${CANARY}' WHERE name = 'b'`);
  for (const { status, stdout } of [await it.run('check'), await it.keyless('check')]) {
    expect([status, stdout]).toEqual([1, expect.stringContaining("secret-broken at gateways['b'].password")]);
    expect(stdout).not.toContain(CANARY);
  }
  expect((await it.run('secrets', 'encrypt')).stderr).not.toBe('');
  const set = await it.run('gateway', 'set', 'a', `password=enc:v1:old:${CANARY}`);
  expect([set.status, set.stderr]).toEqual([
    1,
    expect.stringMatching(/change-refused[^]*secret-broken at gateways\['a'\]/),
  ]);
});

it('plain text beside a key file is a warning, once for all of it', async () => {
  const { stdout } = await kept().run('check');
  expect(stdout.match(/secret-plain/g)).toHaveLength(1);
  expect(stdout).toContain('a key file is given, and this and 4 more stand there in plain text');
});
