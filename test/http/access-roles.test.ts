import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAccessFile } from '../../src/live/parse-access-file.ts';
import { askFrom, basicHeader } from '../support/ask-from.ts';
import { digestHeader } from '../support/digest-header.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { HURRIED, startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register) VALUES ('gw1', '192.0.2.1', 'u', 'hidden-hushcanary', 1);`;
const FORM = 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external';
const RULES = `
  switch   fs:old        127.0.0.1 127.0.0.8/29
  switch   fs:new        127.0.0.1
  metrics  prom:pw       any
  metrics  -             127.0.0.3
  read     bob:pw        any
  operator alice:pw      127.0.0.1`;

/** The pages by what they are for. */
const PAGES = [
  ['POST', '/fsapi', 'switch'],
  ['GET', '/fsapi?section=directory', 'switch'],
  ['GET', '/metrics', 'metrics'],
  ['HEAD', '/metrics', 'metrics'],
  ['GET', '/METRICS/', 'metrics'],
  ['GET', '/', 'read'],
  ['GET', '/api/switches', 'read'],
  ['GET', '/API/gateways', 'read'],
  ['GET', '/%61pi/decisions', 'read'],
  ['GET', '/api/explain?number=1', 'read'],
  ['GET', '/api/nothing', 'read'],
  ['GET', '/nothing', 'read'],
  ['POST', '/api/switches/reconcile', 'operator'],
  ['POST', '/api/switches', 'operator'],
  ['DELETE', '/api/nothing', 'operator'],
  ['PUT', '/Api/switches/reconcile', 'operator'],
] as const;

const HELD: Readonly<Record<string, readonly string[]>> = {
  'fs:old': ['switch'],
  'fs:new': ['switch'],
  'prom:pw': ['metrics'],
  'bob:pw': ['read'],
  'alice:pw': ['operator', 'read', 'metrics'],
};

describe('a server with access rules', () => {
  let server: TestServer;

  beforeAll(async () => {
    const { rules: accessRules } = parseAccessFile({ path: 'f', text: RULES, listen: undefined });
    server = await startServer(INVENTORY, { accessRules, timers: HURRIED });
  });
  afterAll(() => server.stop());

  const ask = (method: string, path: string, authorization?: string, from?: string) =>
    askFrom({
      port: server.port,
      method,
      path,
      ...(authorization === undefined ? {} : { authorization }),
      ...(from === undefined ? {} : { from }),
      ...(method === 'POST' ? { body: FORM } : {}),
    });

  it.each(PAGES)('%s %s is for the role %s alone', async (method, path, role) => {
    for (const [credentials, roles] of Object.entries(HELD)) {
      const { status, text } = await ask(method, path, basicHeader(credentials));
      if (roles.includes(role)) expect([credentials, status]).not.toEqual([credentials, 403]);
      else expect([credentials, status]).toEqual([credentials, 403]);
      if (status === 403 && method !== 'HEAD') {
        expect(text).toBe(`this needs the role ${role}: these credentials do not have it\n`);
      }
      expect(text.includes('hidden')).toBe(method === 'POST' && path === '/fsapi' && roles.includes('switch'));
    }
    expect((await ask(method, path)).status).toBe(401);
  });

  it.each([
    ['127.0.0.1', 200],
    ['127.0.0.2', 403],
    ['127.0.0.8', 200],
    ['127.0.0.15', 200],
    ['127.0.0.16', 403],
  ])('credentials of a network are good from there: %s %i', async (from, status) => {
    const answer = await ask('POST', '/fsapi', basicHeader('fs:old'), from);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.text).toBe(`this needs the role switch: not from ${from}\n`);
  });

  it('a rule without a password is for its network, whatever password is sent', async () => {
    expect((await ask('GET', '/metrics', undefined, '127.0.0.3')).status).toBe(200);
    expect((await ask('GET', '/metrics', basicHeader('bob:wrong'), '127.0.0.3')).status).toBe(200);
    expect((await ask('GET', '/', undefined, '127.0.0.3')).status).toBe(401);
    expect((await ask('GET', '/metrics', undefined, '127.0.0.2')).status).toBe(401);
  });

  it.each(['/healthz', '/readyz'])('%s is open', async (path) => {
    expect((await ask('GET', path)).status).toBe(200);
  });

  it('takes a Digest for what it is for, with the path as it was asked for', async () => {
    const digest = async (path: string, user: string) => {
      const { headers } = await ask('GET', path);
      const nonce = /nonce="([^"]+)"/.exec(String(headers['www-authenticate']))?.[1] ?? '';
      return (await ask('GET', path, digestHeader({ user, password: 'pw', method: 'GET', uri: path, nonce }))).status;
    };
    expect(await digest('/api/explain?number=1', 'bob')).toBe(200);
    expect(await digest('/api/gateways', 'alice')).toBe(200);
    expect(await digest('/api/gateways', 'prom')).toBe(403);
    expect(await digest('/fsapi', 'alice')).toBe(403);
  });

  it('counts what it refuses by the role that was needed, and tells it without any secret', async () => {
    const count = async () =>
      sampleValue(await server.metrics(), 'trunkhunt_access_refused_total', { role: 'operator', result: 'forbidden' });
    const before = (await count()) ?? 0;
    await ask('POST', '/api/switches/reconcile', basicHeader('prom:pw'));
    expect(await count()).toBe(before + 1);
    await ask('GET', '/', basicHeader('my-password-canary:x'));
    const told = server.log.filter(({ message }) => message.startsWith('not let in'));
    expect(told.length).toBeGreaterThan(1);
    expect(JSON.stringify(told)).not.toMatch(/canary|hidden|:pw/);
  });
});
