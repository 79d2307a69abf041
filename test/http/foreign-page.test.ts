import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeignPage, isRebound } from '../../src/http/foreign-page.ts';
import { sendRaw } from '../support/raw-http.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register)
  VALUES ('gw1', '192.0.2.1', 'u', 'hidden-hushcanary', 1);`;
const FORM = 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external';

describe.each([
  ['without a password', undefined],
  ['with a password that the browser remembers', { user: 'op', password: 'canary-of-this-test-hushcanary' }],
])('a server %s', (_what, credentials) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(INVENTORY, credentials === undefined ? {} : { credentials });
  });
  afterAll(() => server.stop());

  const own = (): string => `127.0.0.1:${server.port}`;
  const ask = async (path: string, host: string, ...headers: readonly string[]): Promise<string> => {
    const shown =
      credentials === undefined
        ? []
        : [`Authorization: Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`];
    const body = path === '/fsapi' ? FORM : '';
    const length = `Content-Length: ${body.length}`;
    const head = [`POST ${path} HTTP/1.1`, `Host: ${host}`, ...shown, ...headers, length, 'Connection: close'];
    const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
    const { status, body: answer } = await sendRaw(server.port, request);
    return `${status} ${answer.toString()}`;
  };

  it.each(['/fsapi', '/api/switches/reconcile'])('does nothing for a page of another site: %s', async (path) => {
    for (const origin of [
      'http://evil.example',
      `http://evil.example:${server.port}`,
      'null',
      `https://${own()}.evil.example`,
    ]) {
      expect(await ask(path, own(), `Origin: ${origin}`)).toMatch(/^403 .*page of another site/);
    }
    expect(await ask(path, own(), 'Sec-Fetch-Site: cross-site')).toMatch(/^403 /);
  });

  it('answers its own page, and who is no browser', async () => {
    expect(await ask('/api/switches/reconcile', own(), `Origin: http://${own()}`)).toMatch(/^200 /);
    expect(await ask('/fsapi', own())).toMatch(/^200 [^]*hidden/);
    expect(await ask('/fsapi', 'trunkhunt.example:8080')).toMatch(/^200 [^]*hidden/);
  });

  it('is not led by a name that points to this machine, where it asks for no password', async () => {
    const led = await ask('/fsapi', 'evil.example', 'Accept-Encoding: gzip, deflate');
    expect(led).toMatch(credentials === undefined ? /^403 / : /^200 [^]*hidden/);
    expect(await ask('/fsapi', `localhost:${server.port}`, 'Accept-Encoding: gzip')).toMatch(/^200 [^]*hidden/);
  });

  it('has its pages run nothing and be framed by nobody', async () => {
    const { headers } = await fetch(`http://${own()}/healthz`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a request', () => {
  it.each([
    [undefined, '127.0.0.1:8080', false],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', false],
    ['HTTP://Switch.example', 'switch.example', true],
    ['http://Switch.example', 'switch.example', false],
    ['http://switch.example:81', 'switch.example', true],
    ['', 'switch.example', true],
  ])('with Origin %s for %s is one of another site: %s', (origin, host, isForeign) => {
    const headers = origin === undefined ? { host } : { host, origin };
    expect(isForeignPage({ method: 'POST', headers })).toBe(isForeign);
  });

  it.each([
    ['localhost', '127.0.0.1', false],
    ['a.localhost:8080', '::1', false],
    ['127.0.0.2:80', '::ffff:127.0.0.1', false],
    ['[::1]:8080', '::1', false],
    ['evil.example', '127.0.0.1', true],
    ['evil.example:8080', '::ffff:127.0.0.1', true],
    ['localhost.evil.example', '::1', true],
    ['127.0.0.1.evil.example', '127.0.0.1', true],
    ['trunkhunt', '10.0.0.7', false],
  ])('for %s from %s was led here: %s', (host, remoteAddress, isLed) => {
    expect(isRebound({ host, 'accept-encoding': 'gzip' }, remoteAddress)).toBe(isLed);
    expect(isRebound({ host }, remoteAddress)).toBe(false);
  });
});
