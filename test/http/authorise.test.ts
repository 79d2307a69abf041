import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { HURRIED, startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register) VALUES ('gw1', '192.0.2.1', 'u', 'hidden-hushcanary', 1);`;
const FORM = 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external';
const basic = (text: string, encoding: BufferEncoding = 'base64') =>
  `Authorization: Basic ${Buffer.from(text).toString(encoding)}`;

describe('a server with credentials', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(INVENTORY, {
      credentials: { user: 'fs', password: 'pä:ss wörd hushcanary' },
      timers: HURRIED,
    });
  });
  afterAll(() => server.stop());

  const lookup = (...headers: string[]) => sendRaw(server.port, lookupRequest({ headers, body: FORM }));

  it.each([
    ['as FreeSWITCH writes it', basic('fs:pä:ss wörd hushcanary')],
    ['with the scheme in another case', basic('fs:pä:ss wörd hushcanary').replace('Basic', 'bAsIc')],
    ['with white space around it', `${basic('fs:pä:ss wörd hushcanary').replace('Basic ', 'Basic   ')}  `],
  ])('answers the right password, %s', async (_what, header) => {
    const { status, body } = await lookup(header);
    expect([status, body.toString().includes('hidden')]).toEqual([200, true]);
  });

  it.each([
    ['no password', []],
    ['another password', [basic('fs:pä:ss')]],
    ['the right beginning', [basic('fs:pä:ss wörd hushcanary!')]],
    ['another user', [basic('FS:pä:ss wörd hushcanary')]],
    ['no colon', [basic('fs')]],
    ['nothing', [basic('')]],
    ['an empty header', ['Authorization:']],
    ['the scheme alone', ['Authorization: Basic']],
    ['another scheme', [basic('fs:pä:ss wörd hushcanary').replace('Basic', 'Bearer')]],
    ['a digest', ['Authorization: Digest username="fs", realm="trunkhunt", nonce="1", response="2"']],
    ['plain text', ['Authorization: Basic fs:pä:ss wörd hushcanary']],
    ['what is no base64', ['Authorization: Basic !!!!']],
    ['two credentials in one header', [`${basic('fs:pä:ss wörd hushcanary')}, ${basic('a:b')}`]],
    [
      'the password as a proxy credential',
      [basic('fs:pä:ss wörd hushcanary').replace('Authorization', 'Proxy-Authorization')],
    ],
    ['64 kB of noise', [basic('x'.repeat(65_536))]],
  ])('refuses %s with 401 and says how to ask', async (_what, headers) => {
    const { status, headers: answered, body } = await lookup(...headers);
    expect(status).toBe(401);
    expect(answered.get('www-authenticate')).toMatch(/^Digest realm="trunkhunt".*, Basic realm="/);
    expect(body.toString()).not.toContain('hidden');
  });

  it('does not look at a body before the password, however large', async () => {
    const { status } = await sendRaw(server.port, lookupRequest({ body: 'x'.repeat(1_000_000) }));
    expect(status).toBe(401);
  });

  it('takes no credentials from the URL', async () => {
    const { status } = await sendRaw(
      server.port,
      lookupRequest({ method: 'GET', path: '/fsapi?user=fs&password=p%C3%A4:ss&Authorization=x' }),
    );
    expect(status).toBe(401);
  });

  it.each([
    ['challenged', []],
    ['unauthorized', [basic('fs:wrong')]],
  ])('counts refused look-ups: %s', async (result, headers) => {
    const count = async () => {
      const samples = await server.metrics();
      const labels = { section: 'other', result, switch: 'other' };
      return [
        sampleValue(samples, 'trunkhunt_xml_requests_total', labels) ?? 0,
        sampleValue(samples, 'trunkhunt_access_refused_total', { role: 'switch', result }) ?? 0,
      ];
    };
    const [requests = 0, refused = 0] = await count();
    await lookup(...headers);
    expect(await count()).toEqual([requests + 1, refused + 1]);
  });

  const page = async (path: string, ...headers: string[]) =>
    (await sendRaw(server.port, lookupRequest({ method: 'GET', path, headers: ['Connection: close', ...headers] })))
      .status;

  it.each(['/healthz', '/readyz'])('%s is open', async (path) => {
    expect(await page(path)).toBe(200);
  });

  it.each([
    '/',
    '/metrics',
    '/metrics/',
    '/METRICS',
    '/%6Detrics',
    '/nothing',
    '/healthz/../metrics',
    '//metrics',
    '/fsapi',
  ])('%s asks for the password', async (path) => {
    expect(await page(path)).toBe(401);
  });

  it.each([
    ['/', 200],
    ['/metrics', 200],
    ['/nothing', 404],
  ])('%s answers %i with the password', async (path, status) => {
    expect(await page(path, basic('fs:pä:ss wörd hushcanary'))).toBe(status);
  });
});

describe('a server without credentials', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(INVENTORY);
  });
  afterAll(() => server.stop());

  it.each([[[]], [[basic('any:body')]], [['Authorization: nonsense']]])('answers everybody, %s', async (headers) => {
    expect((await sendRaw(server.port, lookupRequest({ headers, body: FORM }))).status).toBe(200);
  });
});

/** Where CI runs, it has to be there: Debian's. */
const isMissing = spawnSync('curl', ['--version']).status !== 0 && process.env['CI'] !== 'true';

describe.skipIf(isMissing)('curl, whose library mod_xml_curl asks with', () => {
  let server: TestServer;
  const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-curl-'));
  const form = join(folder, 'form');

  beforeAll(async () => {
    server = await startServer(INVENTORY, {
      credentials: { user: 'fs', password: 'secret-hushcanary' },
      timers: HURRIED,
    });
    writeFileSync(form, FORM);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  // Not synchronously: the server answers from this very thread.
  const curl = async (...args: string[]) => {
    const url = `http://127.0.0.1:${server.port}/fsapi`;
    const common = ['--silent', '--noproxy', '*', '--write-out', ' %{http_code}', '--data-binary', `@${form}`, url];
    return (await promisify(execFile)('curl', [...args, ...common])).stdout;
  };

  it('is answered with the right password, pre-emptively and after a challenge', async () => {
    expect(await curl('--user', 'fs:secret-hushcanary')).toMatch(/hidden[^]* 200$/);
    expect(await curl('--user', 'fs:secret-hushcanary', '--anyauth')).toMatch(/hidden[^]* 200$/);
    expect(await curl('--user', 'fs:secret-hushcanary', '--digest')).toMatch(/hidden[^]* 200$/);
    expect(await curl('--user', 'fs:secret-hushcanary', '--digest', '--get')).toMatch(/hidden[^]* 200$/);
    expect(await curl('--user', 'fs:secret-hushcanary', '--digest', '--request', 'PUT')).toMatch(/not found[^]* 200$/);
  });

  it('answers the stronger of the two challenges, over the connection that it has', async () => {
    const shown = await curl('--user', 'fs:secret-hushcanary', '--digest', '--verbose', '--stderr', '-');
    expect(shown).toMatch(/> Authorization: Digest username="fs".*algorithm=SHA-256/);
    expect(shown.match(/^\* Connected to/gm)).toHaveLength(1);
    expect(shown.match(/^> POST /gm)).toHaveLength(2);
    expect(shown).toMatch(/> Content-Length: 0/);
  });

  it.each(Object.entries({ basic: [], digest: ['--digest'] }))(
    'is refused with a wrong one, by %s',
    async (_scheme, args) => {
      for (const wrong of ['fs:wrong', 'FS:secret-hushcanary', 'fs:', ':secret-hushcanary']) {
        expect(await curl('--user', wrong, ...args)).toBe(' 401');
      }
    },
  );

  it('is refused with none', async () => {
    expect(await curl()).toBe(' 401');
  });

  it('is understood whatever is in a name and a password', async () => {
    const credentials = { user: 'f"\\ß s', password: 'p"\\ä: =,%41' };
    const other = await startServer(INVENTORY, { credentials, timers: HURRIED });
    try {
      for (const scheme of ['--basic', '--digest', '--anyauth']) {
        const { user, password } = credentials;
        const page = `http://127.0.0.1:${other.port}/metrics?a=%22b`;
        const args = ['--silent', '--noproxy', '*', scheme, '--user', `${user}:${password}`, page];
        expect((await promisify(execFile)('curl', args)).stdout).toContain('trunkhunt_build_info');
      }
    } finally {
      await other.stop();
    }
  });

  it('is answered where it waits for leave to send, and in GET style', async () => {
    expect(await curl('--user', 'fs:secret-hushcanary', '--header', 'Expect: 100-continue')).toMatch(/hidden[^]* 200$/);
    expect(await curl('--user', 'fs:secret-hushcanary', '--get')).toMatch(/hidden[^]* 200$/);
  });
});
