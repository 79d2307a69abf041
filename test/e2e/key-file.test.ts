import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { CANARY, TEST_KEYS } from '../support/canary.ts';
import { lookupRequest } from '../support/lookup-request.ts';
import { sendRaw } from '../support/raw-http.ts';
import { recordedRequest } from '../support/recorded-request.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const PATIENCE = { timeout: 10_000, interval: 20 };
let server: ServeProcess | undefined;

afterEach(async () => {
  server?.child.kill('SIGKILL');
  await server?.ended;
  server = undefined;
});

it('a server follows its key file: keys come, go and are rotated while it serves', async () => {
  const inventory = temporaryInventory(
    `INSERT INTO gateways (name, proxy, username, password, register) VALUES ('gw1', '192.0.2.1', 'u', '${CANARY}-1', 1)`,
  );
  const keyFile = join(inventory.folder, 'keys');
  const environment = { TRUNKHUNT_DATABASE: inventory.path, TRUNKHUNT_KEY_FILE: keyFile };
  const run = (...args: readonly string[]) => runProgram(args, environment);
  writeFileSync(keyFile, `${TEST_KEYS.old}\n`, { mode: 0o600 });
  await run('secrets', 'encrypt');
  server = await serveProcess([], { environment });
  const { port, stderr } = server;
  const form = recordedRequest('directory-gateways').toString('latin1').split('\r\n\r\n')[1] ?? '';
  const passwordServed = async (): Promise<string | undefined> => {
    const { body } = await sendRaw(port, lookupRequest({ body: form }));
    return /name="password" value="([^"]*)"/.exec(body.toString())?.[1];
  };
  const ready = async () => (await sendRaw(port, lookupRequest({ method: 'GET', path: '/readyz' }))).status;
  expect(await passwordServed()).toBe(`${CANARY}-1`);

  // The new key comes into the file, and all is encrypted anew, at once.
  writeFileSync(keyFile, `${TEST_KEYS.new}\n${TEST_KEYS.old}\n`);
  expect(await run('secrets', 'rotate')).toMatchObject({ status: 0 });
  await run('gateway', 'set', 'gw1', `password=${CANARY}-2`);
  await vi.waitFor(async () => {
    expect(await passwordServed()).toBe(`${CANARY}-2`);
  }, PATIENCE);
  expect(stderr()).not.toContain('secret-locked');

  // Without its key the last good snapshot goes on serving, and says what is wrong.
  writeFileSync(keyFile, `${TEST_KEYS.old}\n`);
  await vi.waitFor(() => {
    expect(stderr()).toContain('secret-locked');
  }, PATIENCE);
  expect([await passwordServed(), await ready()]).toEqual([`${CANARY}-2`, 200]);
  renameSync(keyFile, `${keyFile}.away`);
  await vi.waitFor(() => {
    expect(stderr()).toContain('settings-file-unreadable');
  }, PATIENCE);
  expect([await passwordServed(), await ready()]).toEqual([`${CANARY}-2`, 200]);

  // It comes back, and so do changes, without a restart.
  inventory.run("UPDATE gateways SET proxy = '192.0.2.2'");
  writeFileSync(keyFile, `${TEST_KEYS.new}\n`);
  await vi.waitFor(async () => {
    expect((await sendRaw(port, lookupRequest({ body: form }))).body.toString()).toContain('192.0.2.2');
  }, PATIENCE);
  expect(await passwordServed()).toBe(`${CANARY}-2`);
  expect(stderr() + server.stdout()).not.toContain(CANARY);
});

it('a server says at its start which of its files others can read', async () => {
  const inventory = temporaryInventory();
  const keyFile = join(inventory.folder, 'keys');
  writeFileSync(keyFile, `${TEST_KEYS.old}\n`, { mode: 0o644 });
  chmodSync(inventory.path, 0o604);
  server = await serveProcess(['--key-file', keyFile, '--database', inventory.path]);
  const warnings = server.stderr().match(/"code":"file-open-to-others","where":"[^"]*/g);
  expect(warnings?.map((it) => it.slice(it.lastIndexOf('/') + 1))).toEqual(['inventory.db', 'keys']);
});

it('a server does not start with a key file that is none', async () => {
  const inventory = temporaryInventory();
  const environment = { TRUNKHUNT_DATABASE: inventory.path, TRUNKHUNT_LISTEN: '127.0.0.1:0' };
  const { status, stderr } = await runCli(['serve', '--key-file', inventory.path], { environment });
  expect([status, stderr]).toEqual([1, expect.stringContaining('key-file-invalid')]);
});
