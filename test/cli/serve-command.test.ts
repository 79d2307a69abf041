import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const CALL = lookupRequest({ body: dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '9980' }) });

/** The commands of the three next steps, as they were printed: after the line of the log that says that it listens. */
const stepsOf = ({ stdout }: ServeProcess): Promise<readonly string[]> =>
  vi.waitFor(
    () => {
      const steps = [...stdout().matchAll(/^ {2}[1-3]\. [^:]+: +(\S.*)$/gm)].map(([, command = '']) => command);
      expect(steps).toHaveLength(3);
      return steps;
    },
    { timeout: 10_000 },
  );

describe('serve --create-example', () => {
  it('makes the example, answers from it, and prints three next steps that work', async () => {
    const folder = temporaryFolder();
    const server = await serveProcess(['--create-example'], { folder });
    try {
      const { legs } = readPlan(readAnswer((await sendRaw(server.port, CALL)).body), 'default');
      expect(legs.map(({ gateway, number }) => `${gateway} ${number}`)).toEqual(['gw1 1004', 'gw2 1004']);
      const [explain, sql, conf] = await stepsOf(server);
      expect(sql).toMatch(/^sqlite3 \.\/data\/inventory\.db "UPDATE /);
      expect(conf).toMatch(/^npx trunkhunt xml-curl-conf/);
      expect(explain).toMatch(/^npx trunkhunt /);
      const run = await runCli(explain!.split(' ').slice(2), { folder });
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect(run.stdout).toContain('1004');
      expect((await runCli(['check', '--strict'], { folder })).status).toBe(0);
    } finally {
      await server.stop();
    }
  });

  it('prints steps that hold for the place and the address that were chosen', async () => {
    const folder = temporaryFolder();
    const server = await serveProcess(['--create-example', '--database', 'elsewhere.db'], { folder });
    try {
      const steps = await stepsOf(server);
      const [explain, , conf] = steps.map((command) => command.split(' > ')[0]!.split(' ').slice(2));
      expect(await runCli(explain!, { folder })).toMatchObject({ status: 0, stderr: '' });
      expect((await runCli(conf!, { folder })).stdout).toContain(`http://127.0.0.1:${server.port}/fsapi`);
    } finally {
      await server.stop();
    }
  });

  it('leaves an inventory alone that is there', async () => {
    const { path } = temporaryInventory("INSERT INTO gateways (name, proxy) VALUES ('mine', '192.0.2.1')");
    const server = await serveProcess(['--create-example', '--database', path]);
    try {
      const form = 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external';
      const gateways = (await sendRaw(server.port, lookupRequest({ body: form }))).body.toString();
      expect(gateways).toContain('mine');
      expect(gateways).not.toContain('gw1');
    } finally {
      await server.stop();
    }
  });
});

describe('serve', () => {
  it('refuses a file that is not there, names the commands that make one, and makes none', async () => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = await runCli(['serve', '--listen', '127.0.0.1:0'], { folder });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('`trunkhunt migrate`');
    expect(stderr).toContain('`trunkhunt serve --create-example`');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('refuses a database of something else, and leaves it alone', async () => {
    const path = join(temporaryFolder(), 'other.db');
    writeFileSync(path, '');
    temporaryInventory().run(`ATTACH '${path}' AS other; CREATE TABLE other.somebodys (x)`);
    const before = readFileSync(path);
    const { status, stdout, stderr } = await runCli(['serve', '--database', path, '--listen', '127.0.0.1:0']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/inventory-foreign at [^]*Fix: /);
    expect(readFileSync(path).subarray(100)).toEqual(before.subarray(100));
  });

  it('serves nothing and says why while the inventory is not right', async () => {
    const { path } = temporaryInventory("INSERT INTO routes (context, group_name) VALUES ('default', 'nobody')");
    const server = await serveProcess(['--database', path]);
    try {
      const ready = await sendRaw(server.port, lookupRequest({ method: 'GET', path: '/readyz' }));
      expect(ready.status).toBe(503);
      expect(server.stderr()).toContain('reference-broken');
    } finally {
      expect(await server.stop()).toMatchObject({ status: 0 });
    }
  });

  it('started a second time on the same port, it says so clearly and ends', async () => {
    const { path } = temporaryInventory();
    const first = await serveProcess(['--database', path]);
    try {
      const state = `${path}.second-state`;
      const args = ['serve', '--database', path, '--state', state, '--listen', `127.0.0.1:${first.port}`];
      const { status, signal, stderr } = await runCli(args, { timeoutMs: 10_000 });
      expect(stderr).toMatch(/listen-failed at 127\.0\.0\.1:\d+[^]*in use[^]*Fix: /);
      expect([status, signal]).toEqual([1, null]);
    } finally {
      await first.stop();
    }
  });

  it('refuses to share the file of what is learned with another server, until that is gone, killed or not', async () => {
    const { path } = temporaryInventory();
    const first = await serveProcess(['--database', path]);
    const second = await runCli(['serve', '--database', path, '--listen', '127.0.0.1:0'], { timeoutMs: 10_000 });
    expect(second.stderr).toMatch(/^problem state-in-use at .*\.state$[^]*^ {2}Fix: .*TRUNKHUNT_STATE/m);
    expect([second.status, second.signal]).toEqual([1, null]);
    const beside = await serveProcess(['--database', path, '--state', `${path}.other-state`]);
    expect((await beside.stop()).status).toBe(0);
    first.child.kill('SIGKILL');
    await first.ended;
    const next = await serveProcess(['--database', path]);
    expect(next.stderr()).not.toMatch(/begins anew|nothing learned is kept/);
    expect((await next.stop()).status).toBe(0);
  });

  it('listens beyond loopback with credentials, or where it is told that it may without', async () => {
    const { path } = temporaryInventory();
    const args = ['--database', path, '--listen', '0.0.0.0:0'];
    const open = await serveProcess([...args, '--insecure-no-auth']);
    await open.stop();
    const closed = await serveProcess(args, { environment: { TRUNKHUNT_CREDENTIALS: 'fs:secret-hushcanary' } });
    try {
      expect((await sendRaw(closed.port, CALL)).status).toBe(401);
    } finally {
      await closed.stop();
    }
  });

  it('can be asked to stop before it says that it listens', async () => {
    // A process that has no handler yet when it is asked to stop dies of the signal, whatever was in flight.
    const { folder } = temporaryInventory();
    const args = ['serve', '--create-example', '--database', join(folder, 'new.db'), '--listen', '127.0.0.1:0'];
    let printedBefore: string | undefined;
    const run = await runProgram([...args, '--log-level', 'silent'], {}, (stdout) => {
      printedBefore = stdout;
      return Promise.resolve();
    });
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Next:') as string });
    expect(printedBefore).toBe('');
  });

  it('takes credentials from a file', async () => {
    const { path, folder } = temporaryInventory();
    const file = join(folder, 'credentials');
    writeFileSync(file, 'fs:secret-hushcanary\n');
    const server = await serveProcess(['--database', path], { environment: { TRUNKHUNT_CREDENTIALS_FILE: file } });
    try {
      expect((await sendRaw(server.port, CALL)).status).toBe(401);
      const basic = Buffer.from('fs:secret-hushcanary').toString('base64');
      const authorised = lookupRequest({ headers: [`Authorization: Basic ${basic}`], body: 'a=b' });
      expect((await sendRaw(server.port, authorised)).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('--print-config prints the settings as data, without the secret, and stops', async () => {
    const environment = { TRUNKHUNT_CREDENTIALS: 'fs:hushcanary', TRUNKHUNT_DATABASE: '/x/y.db' };
    const { status, stdout, stderr } = await runCli(['serve', '--print-config', '--log-level', 'warn'], {
      environment,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ database: '/x/y.db', listen: '127.0.0.1:8080', logLevel: 'warn' });
    expect(stdout).toContain('fs');
    expect(stdout).not.toContain('canary');
  });
});
