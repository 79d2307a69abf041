import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TlsMaterial } from '../../src/config/tls-material.ts';
import { readTlsMaterial } from '../../src/config/tls-material.ts';
import { curl, type CurlRun, isCurlMissing } from '../support/curl.ts';
import { dialplanForm } from '../support/lookup-request.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tlsFixture, tlsText } from '../support/tls-fixture.ts';

const SQL = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1');
  INSERT INTO routes (context, group_name) VALUES ('default', 'g');`;

let server: TestServer;
let renew: (name: string, clientCa?: boolean) => void;

afterEach(async () => {
  await server.stop();
});

function materialOf(name: string, asksClients: boolean): TlsMaterial {
  const paths = {
    tlsCert: `${name}.pem`,
    tlsKey: `${name}.key`,
    tlsClientCa: asksClients ? 'client-ca.pem' : undefined,
  } as const;
  const reading = readTlsMaterial(paths, (path) => tlsText(path as `${string}.pem`));
  return reading!.material!;
}

/** Starts a server that shows this certificate, and can be given others. */
async function start(
  name: string,
  {
    asksClients = false,
    credentials,
  }: { asksClients?: boolean; credentials?: { user: string; password: string } } = {},
) {
  const listeners: ((material: TlsMaterial) => void)[] = [];
  const certificates = {
    served: materialOf(name, asksClients),
    onRenewed: (run: (it: TlsMaterial) => void) => listeners.push(run),
  };
  renew = (next, clientCa = asksClients) => {
    for (const run of listeners) run(materialOf(next, clientCa));
  };
  server = await startServer(SQL, { certificates, ...(credentials === undefined ? {} : { credentials }) });
}

const url = (host = '127.0.0.1', scheme = 'https') => `${scheme}://${host}:${server.port}/fsapi`;
const CA = ['--cacert', tlsFixture('ca.pem')];
const client = (name: string) => ['--cert', tlsFixture(`${name}.pem`), '--key', tlsFixture(`${name}.key`)];
const FORM = ['--data', dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '123' })];
const isPlan = ({ error, body }: CurlRun) => error === 0 && body.includes('sofia/gateway/gw1/123');

/** The failures that were counted. */
async function failures(): Promise<Record<string, number>> {
  const samples = await server.metrics();
  const found = samples.filter(({ name, value }) => name === 'trunkhunt_tls_handshake_failures_total' && value > 0);
  return Object.fromEntries(found.map(({ labels, value }) => [String(labels['reason']), value] as const));
}

const areFailures = (wanted: Record<string, number>) =>
  vi.waitFor(
    async () => {
      expect(await failures()).toEqual(wanted);
    },
    { timeout: 10_000 },
  );

describe.skipIf(isCurlMissing())('libcurl, which FreeSWITCH asks with,', () => {
  it('verifies the server by its authority and by both of its names', async () => {
    await start('server');
    expect(await curl(...CA, ...FORM, url())).toSatisfy(isPlan);
    expect(await curl(...CA, ...FORM, '--resolve', `localhost:${server.port}:127.0.0.1`, url('localhost'))).toSatisfy(
      isPlan,
    );
    expect(await curl(...CA, ...FORM, '--tls-max', '1.2', url())).toSatisfy(isPlan);
    expect(await failures()).toEqual({});
  });

  it('verifies a chain, whose last certificate is the only one that it knows', async () => {
    await start('chained');
    expect(await curl(...CA, ...FORM, url())).toSatisfy(isPlan);
  });

  it('refuses an authority that it does not know, and is told apart from other failures', async () => {
    await start('server');
    expect(await curl('--cacert', tlsFixture('client-ca.pem'), ...FORM, url())).toMatchObject({ error: 60, body: '' });
    await areFailures({ refused_by_client: 1 });
  });

  it('refuses a certificate of another name than that of the URL', async () => {
    await start('elsewhere');
    expect(await curl(...CA, ...FORM, url())).toMatchObject({
      error: 60,
      stderr: expect.stringContaining('name') as string,
    });
    const named = ['--resolve', `elsewhere.example:${server.port}:127.0.0.1`, url('elsewhere.example')];
    expect(await curl(...CA, ...FORM, ...named)).toSatisfy(isPlan);
  });

  it('that verifies nothing, as mod_xml_curl does unless told to, takes anything', async () => {
    await start('expired');
    expect(await curl(...CA, ...FORM, url())).toMatchObject({
      error: 60,
      stderr: expect.stringContaining('expired') as string,
    });
    expect(await curl('--insecure', ...FORM, url())).toSatisfy(isPlan);
  });

  it('gets nothing by an older TLS than 1.2', async () => {
    await start('server');
    const old = ['--insecure', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', url()];
    expect(await curl(...FORM, ...old)).toMatchObject({ error: 35, body: '' });
    await areFailures({ protocol: 1 });
  });

  it('that speaks http is hung up on, and the log says why', async () => {
    await start('server');
    const plain = await curl(...FORM, url('127.0.0.1', 'http'));
    expect([52, 56]).toContain(plain.error);
    expect(plain.body).toBe('');
    await areFailures({ plain_http: 1 });
    expect(server.log.find(({ level }) => level === 'warn')?.message).toContain('plain http');
    // Once a minute, whatever comes.
    await curl(...FORM, url('127.0.0.1', 'http'));
    await areFailures({ plain_http: 2 });
    expect(server.log.filter(({ level }) => level === 'warn').length).toBe(1);
  });

  it('is asked for its password as well', async () => {
    await start('server', { credentials: { user: 'fs', password: 'secret' } });
    expect((await curl(...CA, ...FORM, '--write-out', '%{http_code}', url())).body).toBe('401');
    expect(await curl(...CA, ...FORM, '--user', 'fs:secret', url())).toSatisfy(isPlan);
  });

  it('that speaks HTTP/2 is spoken to in HTTP/1.1', async () => {
    await start('server');
    const version = ['--http2', '--output', '/dev/null', '--write-out', '%{http_version}'];
    expect((await curl(...CA, ...FORM, ...version, url())).body).toBe('1.1');
  });
});

describe.skipIf(isCurlMissing())('where clients have to show a certificate', () => {
  it('they get in with one, by any TLS', async () => {
    await start('server', { asksClients: true });
    expect(await curl(...CA, ...client('client'), ...FORM, url())).toSatisfy(isPlan);
    expect(await curl(...CA, ...client('client'), ...FORM, '--tls-max', '1.2', url())).toSatisfy(isPlan);
  });

  it.each(['1.2', '1.3'])(
    'nobody gets as far as a request without one, nor with one of others (TLS %s)',
    async (version) => {
      await start('server', { asksClients: true });
      const pages = ['/fsapi', '/healthz', '/readyz', '/metrics', '/'];
      const answers = await Promise.all(
        pages.flatMap((page) => [
          curl(...CA, '--tls-max', version, url().replace('/fsapi', page)),
          curl(...CA, '--tls-max', version, ...client('stranger'), url().replace('/fsapi', page)),
          curl(...CA, '--tls-max', version, ...client('expired-client'), url().replace('/fsapi', page)),
        ]),
      );
      expect(answers.length).toBe(15);
      for (const { error, body } of answers) {
        expect(error).toBeGreaterThan(0);
        expect(body).toBe('');
      }
      await areFailures({ client_certificate_missing: 5, client_certificate_refused: 10 });
      const asked = (await server.metrics()).filter(
        ({ name, value }) => name === 'trunkhunt_xml_requests_total' && value > 0,
      );
      expect(asked).toEqual([]);
    },
  );
});

describe.skipIf(isCurlMissing())('a renewal', () => {
  it('fails no request: whoever comes gets the one or the other certificate', { timeout: 60_000 }, async () => {
    await start('server');
    const verified = [...CA, ...FORM, '--write-out', '%{ssl_verify_result}', url()];
    let isOver = false;
    const ask = async (): Promise<CurlRun[]> => {
      const runs: CurlRun[] = [];
      while (!isOver) runs.push(await curl(...verified));
      return runs;
    };
    const asking = [ask(), ask(), ask()];
    for (let turn = 0; turn < 30; turn += 1) {
      renew(turn % 2 === 0 ? 'renewed' : 'server');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    isOver = true;
    const runs = (await Promise.all(asking)).flat();
    expect(runs.length).toBeGreaterThan(10);
    expect(runs.filter((run) => !isPlan(run))).toEqual([]);
    expect(await failures()).toEqual({});
  });
});

async function secured(options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port: server.port, host: '127.0.0.1', ca: tlsText('ca.pem'), ...options });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Asks on a connection that is open, and stays so. */
async function asked(socket: TLSSocket, head = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n'): Promise<string> {
  socket.write(head);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

describe('connections', () => {
  it('that are open go on over a renewal, and new ones see the new certificate', async () => {
    await start('server');
    const before = await secured();
    expect(await asked(before)).toContain('200 OK');
    const old = before.getPeerX509Certificate()!.fingerprint256;
    renew('renewed');
    expect(await asked(before)).toContain('200 OK');
    const after = await secured();
    expect(after.getPeerX509Certificate()!.fingerprint256).not.toBe(old);
    expect(await asked(after)).toContain('200 OK');
    for (const socket of [before, after]) socket.destroy();
  });

  it('of a client whose authority was taken away cannot be resumed', async () => {
    await start('server', { asksClients: true });
    const own = { cert: tlsText('client.pem'), key: tlsText('client.key'), maxVersion: 'TLSv1.2' };
    const first = await secured(own);
    const session = first.getSession();
    first.destroy();
    const again = await secured({ ...own, session });
    expect(again.isSessionReused()).toBe(true);
    again.destroy();
    renew('renewed');
    const late = await secured({ ...own, session });
    expect(late.isSessionReused()).toBe(false);
    late.destroy();
  });

  it('with bytes that are no HTTP are answered as they are without TLS', async () => {
    await start('server');
    const socket = await secured();
    expect(await asked(socket, 'garbage\r\n\r\n')).toContain('not found');
    const tunnel = await secured();
    expect(await asked(tunnel, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('not found');
    for (const it of [socket, tunnel]) it.destroy();
  });

  it('that end, or send rubbish, before TLS is agreed on harm nobody', async () => {
    await start('server');
    const plain = (bytes: string): Socket => {
      const socket = connectPlain(server.port, '127.0.0.1', () => socket.end(bytes));
      return socket.on('error', () => undefined).resume();
    };
    const hello = '\u0016\u0003\u0001';
    const sockets = ['', 'rubbish\n', hello, `${hello}\u0000\u0005hello`, '\u0000'.repeat(100)].map(plain);
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    await vi.waitFor(
      async () => {
        expect(Object.values(await failures()).reduce((sum, it) => sum + it, 0)).toBe(5);
      },
      { timeout: 10_000 },
    );
    const socket = await secured();
    expect(await asked(socket)).toContain('200 OK');
    socket.destroy();
  });

  it('in the middle of a handshake do not hold up the end', async () => {
    await start('server');
    const socket = connectPlain(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await server.stop();
    await closed;
    await start('server');
  });
});

it('without TLS there are no series of it', async () => {
  server = await startServer(SQL);
  const samples = await server.metrics();
  expect(samples.filter(({ name }) => name.startsWith('trunkhunt_tls'))).toEqual([]);
  expect(sampleValue(samples, 'trunkhunt_inventory_generation')).toBe(1);
});
