import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askFrom, basicHeader } from '../support/ask-from.ts';
import { runCli } from '../support/run-cli.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory, type TemporaryInventory } from '../support/temporary-inventory.ts';

const PASSWORD = 'canary-of-some-length';
const RULES = `switch fs:${PASSWORD} any\noperator alice:${PASSWORD} any\nread bob:${PASSWORD} any\n`;
const PATIENCE = { timeout: 10_000, interval: 20 };

describe('serve with an access file', () => {
  let inventory: TemporaryInventory;
  let file: string;
  let server: ServeProcess;

  beforeAll(async () => {
    inventory = temporaryInventory();
    file = join(inventory.folder, 'access');
    writeFileSync(file, RULES, { mode: 0o600 });
    server = await serveProcess(['--database', inventory.path, '--listen', '0.0.0.0:0', '--access-file', file]);
  });
  afterAll(async () => {
    expect((await server.stop()).stderr).not.toContain('canary');
    inventory.remove();
  });

  const status = async (user: string, path: string) =>
    (await askFrom({ port: server.port, path, authorization: basicHeader(`${user}:${PASSWORD}`) })).status;
  const ask = (args: readonly string[], user: string) =>
    runCli([...args, '--listen', `127.0.0.1:${server.port}`], {
      environment: { TRUNKHUNT_CREDENTIALS: `${user}:${PASSWORD}` },
    });

  it('lets in whom it names, where it names them', async () => {
    const statuses = await Promise.all(['fs', 'alice', 'bob', 'eve'].map((user) => status(user, '/api/switches')));
    expect(statuses).toEqual([403, 200, 200, 401]);
  });

  it('commands that ask say which role they lack', async () => {
    expect((await ask(['switches', '--json'], 'bob')).status).toBe(0);
    expect((await ask(['switches', 'reconcile'], 'alice')).status).toBe(0);
    const refused = await ask(['switches', 'reconcile'], 'bob');
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('it answers 403: this needs the role operator');
    expect(refused.stderr).toContain('give credentials of that role');
  });

  it('follows the file when it changes, and reads it on SIGHUP', async () => {
    writeFileSync(`${file}.new`, RULES.replace('bob', 'carol'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    await vi.waitFor(async () => {
      expect(await status('carol', '/')).toBe(200);
    }, PATIENCE);
    writeFileSync(file, 'nonsense canary');
    server.child.kill('SIGHUP');
    await vi.waitFor(() => {
      expect(server.stderr()).toContain('access rules not taken over');
    }, PATIENCE);
    expect(server.stderr()).toContain(`${file}:1`);
    expect(await status('carol', '/')).toBe(200);
    const { text } = await askFrom({ port: server.port, path: '/healthz' });
    expect(text).toBe('alive\n');
  });
});

describe('an access file that cannot be', () => {
  const run = (text: string, args: readonly string[] = []) => {
    const { folder } = temporaryInventory();
    const file = join(folder, 'access');
    writeFileSync(file, text, { mode: 0o600 });
    return runCli(['serve', '--access-file', file, '--print-config', ...args]);
  };

  it('is refused with all that is wrong, as other settings are', async () => {
    const { status, stderr } = await run('root a:canary any\nread canary 10.0.0.1/8');
    expect(status).toBe(2);
    expect(stderr.match(/problem access-rule-invalid at .*:[12]\n/g)).toHaveLength(3);
    expect(stderr).not.toContain('canary');
  });

  it('does not count as protection beyond loopback where it protects nothing', async () => {
    const beyond = ['--listen', '0.0.0.0:8080'];
    const open = await run('switch - any', beyond);
    expect([open.status, open.stderr]).toEqual([2, expect.stringContaining('listen-without-credentials')]);
    expect((await run('switch - any', [...beyond, '--insecure-no-auth'])).status).toBe(0);
    expect((await run('switch - any')).status).toBe(0);
    const shut = await run(`switch fs:${PASSWORD} any`, beyond);
    expect([shut.status, shut.stderr]).toEqual([0, '']);
    expect(JSON.parse(shut.stdout)).toMatchObject({ authentication: 'by the access file' });
    expect(shut.stdout).not.toContain('canary');
  });
});
