import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { sendRaw } from '../support/raw-http.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { runCli } from '../support/run-cli.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory, type TemporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register) VALUES ('gw1', '192.0.2.1', 'user', 'hushcanary-gateway', 1);
  INSERT INTO switches (hostname, esl_host, esl_password) VALUES ('vm', '127.0.0.1', 'hushcanary-switch');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1');
  INSERT INTO routes (name, context, group_name) VALUES ('all', 'public', 'g');`;
/** Every secret is named so, and so is what encodes the credentials on the wire. */
const SECRET = new RegExp(`canary|${Buffer.from('fs:hushcanary-credentials').toString('base64').slice(0, 20)}`);
const environment = { TRUNKHUNT_CREDENTIALS: 'fs:hushcanary-credentials' };
const authorised = `Authorization: Basic ${Buffer.from('fs:hushcanary-credentials').toString('base64')}`;

describe('no secret is told to anybody who does not need it', () => {
  let inventory: TemporaryInventory;
  let server: ServeProcess;

  beforeAll(async () => {
    inventory = temporaryInventory(INVENTORY);
    server = await serveProcess(['--database', inventory.path, '--log-level', 'trace'], { environment });
  });
  afterAll(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
    inventory.remove();
  });

  const ask = (request: Buffer) => sendRaw(server.port, request);
  const get = async (path: string) =>
    (await ask(lookupRequest({ method: 'GET', path, headers: [authorised, 'Connection: close'] }))).body.toString();

  it('the switch alone is given the passwords of gateways', async () => {
    const form = recordedRequest('directory-gateways').toString('latin1').split('\r\n\r\n')[1]!;
    const { body } = await ask(lookupRequest({ headers: [authorised], body: form }));
    expect(body.toString()).toContain('hushcanary-gateway');
    expect(body.toString()).not.toContain('hushcanary-switch');
  });

  it('other answers and pages hold none', async () => {
    for (const path of ['/', '/metrics', '/healthz', '/readyz', '/nothing'])
      expect(await get(path)).not.toMatch(SECRET);
    for (const name of recordedNames.filter((it) => it !== 'directory-gateways')) {
      const body = recordedRequest(name).toString('latin1').split('\r\n\r\n')[1]!;
      expect((await ask(lookupRequest({ headers: [authorised], body }))).body.toString()).not.toMatch(SECRET);
    }
  });

  it('the log holds none, whatever is logged and whatever goes wrong', async () => {
    await ask(lookupRequest({ headers: [authorised], body: 'hostname=vm&section=dialplan' }));
    await ask(lookupRequest({ headers: [authorised.replace('Basic ', 'Basic x')], body: 'a=b' }));
    const problems = () => server.stderr().split('still serving').length;
    for (const broken of [
      "UPDATE gateways SET name = 'a|b'",
      "UPDATE gateways SET name = 'gw1'; UPDATE gateway_group_members SET gateway = 'x'",
      "UPDATE gateway_group_members SET gateway = 'gw1', weight = -1",
      "INSERT INTO gateway_switches VALUES ('gw1', 'x')",
    ]) {
      const before = problems();
      inventory.run(`PRAGMA ignore_check_constraints = ON; ${broken}`);
      await vi.waitFor(
        () => {
          expect(problems()).toBeGreaterThan(before);
        },
        { timeout: 10_000 },
      );
    }
    expect(server.stderr().split('\n').length).toBeGreaterThan(5);
    expect(server.stderr() + server.stdout()).not.toMatch(SECRET);
  });

  it.each([
    ['check', ['check', '--json'], {}],
    ['explain', ['explain', '9980', '--context', 'public', '--json'], {}],
    ['migrate', ['migrate', '--json'], {}],
    ['serve --print-config', ['serve', '--print-config'], {}],
    ['settings that cannot be read', ['serve'], { TRUNKHUNT_CREDENTIALS: 'hushcanary-without-a-colon' }],
    ['a variable with a wrong name', ['serve'], { TRUNKHUNT_PASSWORD: 'hushcanary' }],
    ['credentials given twice', ['serve'], { TRUNKHUNT_CREDENTIALS_FILE: '/nowhere' }],
  ])('the command line prints none: %s', async (_what, args, more) => {
    const settings = { ...environment, TRUNKHUNT_DATABASE: inventory.path, ...more };
    const { status, stdout, stderr } = await runCli(args, { environment: settings });
    expect(status).not.toBeNull();
    expect(stdout + stderr).not.toBe('');
    expect(stdout + stderr).not.toMatch(SECRET);
  });
});
