import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionKeeper } from '../../src/http/connection-keeper.ts';
import type { DropReason } from '../../src/metrics/load-metrics.ts';
import { type SlowClient, slowClient } from '../support/slow-client.ts';

const ASK = 'GET /now HTTP/1.1\r\nHost: x\r\n\r\n';
const ASK_LONG = 'GET /later HTTP/1.1\r\nHost: x\r\n\r\n';
const PATIENCE = { timeout: 5_000, interval: 5 };

const KEY = { psk: Buffer.alloc(32, 7), identity: 'test' };
/** A handshake without certificates. */
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;

interface Kept {
  readonly port: number;
  readonly keeper: ConnectionKeeper;
  readonly reasons: readonly DropReason[];
  readonly unanswered: readonly ServerResponse[];
  /** A client that the keeper knows already. */
  readonly open: () => Promise<SlowClient>;
}

/** A server that answers `/now` at once, and anything else not at all. */
async function keptServer(maxConnections: number, secure = false): Promise<Kept> {
  const reasons: DropReason[] = [];
  const unanswered: ServerResponse[] = [];
  const limits = { maxConnections, answerMs: 1_000 };
  const keeper = new ConnectionKeeper({
    limits,
    clockMs: () => performance.now(),
    dropped: (reason) => reasons.push(reason),
  });
  const server: Server = secure
    ? createTlsServer({ ...PSK, pskCallback: () => KEY.psk, handshakeTimeout: 60_000 })
    : createServer();
  server.on('request', (request, response: ServerResponse) => {
    keeper.received(request, response);
    if (request.url === '/now') response.end('done');
    else unanswered.push(response);
  });
  keeper.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<SlowClient> => {
    const before = keeper.size + reasons.length;
    const client = await slowClient(port);
    onTestFinished(() => void client.socket.destroy());
    await vi.waitFor(() => {
      expect(keeper.size + reasons.length).toBeGreaterThan(before);
    }, PATIENCE);
    return client;
  };
  return { port, keeper, reasons, unanswered, open };
}

const ask = async (client: SlowClient, request = ASK): Promise<void> => {
  const before = client.text().length;
  client.send(request);
  await vi.waitFor(() => {
    expect(client.text().length).toBeGreaterThan(before);
  }, PATIENCE);
};

describe('beyond the limit', () => {
  it('the connection that has waited longest without a request makes room', async () => {
    const { keeper, reasons, open } = await keptServer(3);
    const clients = [await open(), await open(), await open()];
    const late = await open();
    await clients[0]?.closed;
    await ask(late);
    expect([clients.map((it) => it.isClosed()), keeper.size, reasons]).toEqual([[true, false, false], 3, ['oldest']]);
  });

  it('one that has asked goes behind those that have not', async () => {
    const { open } = await keptServer(3);
    const clients = [await open(), await open(), await open()];
    await ask(clients[0]!);
    await open();
    await clients[1]?.closed;
    expect(clients.map((it) => it.isClosed())).toEqual([false, true, false]);
  });

  it('one that is being answered is left alone', async () => {
    const { open, unanswered } = await keptServer(2);
    const asking = await open();
    asking.send(ASK_LONG);
    await vi.waitFor(() => {
      expect(unanswered).toHaveLength(1);
    }, PATIENCE);
    const silent = await open();
    await open();
    await silent.closed;
    unanswered[0]?.end('at last');
    await vi.waitFor(() => {
      expect(asking.text()).toContain('at last');
    }, PATIENCE);
  });

  it('a new one is turned away only where all others are being answered', async () => {
    const { open, unanswered, reasons } = await keptServer(2);
    for (let at = 0; at < 2; at += 1) (await open()).send(ASK_LONG);
    await vi.waitFor(() => {
      expect(unanswered).toHaveLength(2);
    }, PATIENCE);
    const turnedAway = await open();
    await turnedAway.closed;
    expect(reasons).toEqual(['full']);
    unanswered[0]?.end('at last');
    await vi.waitFor(() => {
      expect(unanswered[0]?.writableFinished).toBe(true);
    }, PATIENCE);
    await ask(await open());
    expect(reasons).toEqual(['full', 'oldest']);
  });

  it('connections that are closed make room by themselves', async () => {
    const { open, keeper, reasons } = await keptServer(2);
    for (let at = 0; at < 5; at += 1) {
      (await open()).socket.destroy();
      await vi.waitFor(() => {
        expect(keeper.size).toBe(0);
      }, PATIENCE);
    }
    expect(reasons).toEqual([]);
  });
});

describe('under TLS', () => {
  const secureClient = async (port: number): Promise<ReturnType<typeof connectTls>> => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ...PSK,
      pskCallback: () => KEY,
      checkServerIdentity: () => undefined,
    });
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const answerOf = async (socket: ReturnType<typeof connectTls>): Promise<string> => {
    socket.write(ASK);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  };

  it('a handshake that is not done is a connection that waits', async () => {
    const { port, keeper, open, reasons } = await keptServer(2, true);
    const silent = await open();
    const socket = await secureClient(port);
    expect(await answerOf(socket)).toContain('done');
    expect(keeper.size).toBe(2);
    const other = await secureClient(port);
    await silent.closed;
    expect([await answerOf(other), keeper.size, reasons]).toEqual([expect.stringContaining('done'), 2, ['oldest']]);
  });

  it('a connection counts once, and no more when it is closed', async () => {
    const { port, keeper } = await keptServer(5, true);
    const sockets = [await secureClient(port), await secureClient(port)];
    for (const socket of sockets) await answerOf(socket);
    expect(keeper.size).toBe(2);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => {
      expect(keeper.size).toBe(0);
    }, PATIENCE);
  });
});
