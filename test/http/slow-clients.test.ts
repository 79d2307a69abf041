import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isNotFound } from '../support/locate-section.ts';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { samplesOf, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { type SlowClient, slowClient } from '../support/slow-client.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const CALL = lookupRequest({ body: dialplanForm({ 'Hunt-Destination-Number': '1', 'Hunt-Context': 'public' }) });
const PATIENCE = { timeout: 10_000, interval: 20 };

/** Enough gateways for a document that no socket's buffers hold. */
const LARGE = `
  INSERT INTO gateways (name, proxy) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    SELECT 'gw' || i, '192.0.' || (i / 250) || '.' || (i % 250 + 1) FROM n;`;

const dropped = async (server: TestServer, reason: string) =>
  sampleValue(await server.metrics(), 'trunkhunt_connections_dropped_total', { reason });

describe('a client that takes its time', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(LARGE, { limits: { headMs: 300, requestMs: 400, idleMs: 300, answerMs: 300 } });
  });
  afterAll(() => server.stop());

  /** Counted from before the client does anything: on a busy machine it may be cut off before the metrics are read. */
  const cutOff = async (reason: string, act: (client: SlowClient) => void = () => undefined): Promise<SlowClient> => {
    const before = (await dropped(server, reason)) ?? 0;
    const client = await slowClient(server.port);
    act(client);
    await client.closed;
    expect(await dropped(server, reason)).toBe(before + 1);
    return client;
  };

  it('and never sends a byte is cut off', async () => {
    const client = await cutOff('silent');
    expect(client.text()).toBe('');
  });

  it('in the middle of its head is told not found, and cut off though it holds on', async () => {
    const client = await cutOff('incomplete', ({ send }) => {
      send('POST /fsapi HTTP/1.1\r\nHost: x\r\nContent-Le');
    });
    expect(isNotFound(readAnswer(Buffer.from(client.text().split('\r\n\r\n')[1] ?? '')))).toBe(true);
  });

  it('and drips its head, or its body, is cut off all the same', async () => {
    const head = 'POST /fsapi HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n';
    const before = (await dropped(server, 'incomplete')) ?? 0;
    const clients = await Promise.all([slowClient(server.port), slowClient(server.port)]);
    clients[0].send(head);
    clients[1].send(`${head}\r\n`);
    const drip = setInterval(() => {
      clients[0].send('X: y\r\n');
      clients[1].send('x');
    }, 20);
    await Promise.all(clients.map((it) => it.closed));
    clearInterval(drip);
    expect(await dropped(server, 'incomplete')).toBe(before + 2);
  });

  it('with a body beyond the limit that never ends is cut off', async () => {
    let drip: NodeJS.Timeout | undefined;
    await cutOff('incomplete', ({ send }) => {
      send('POST /fsapi HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n');
      send(Buffer.alloc(400_000, 'x'));
      drip = setInterval(() => {
        send('x');
      }, 20);
    });
    clearInterval(drip);
  });

  it('and half of a body does not count as in work', async () => {
    const client = await slowClient(server.port);
    client.send(CALL.subarray(0, -1));
    await vi.waitFor(async () => {
      expect(sampleValue(await server.metrics(), 'trunkhunt_connections')).toBeGreaterThan(0);
    }, PATIENCE);
    expect(sampleValue(await server.metrics(), 'trunkhunt_lookups_in_work')).toBe(0);
    client.socket.destroy();
  });

  it('and sends nonsense, is answered, and does not close is cut off', async () => {
    const before = (await dropped(server, 'unread')) ?? 0;
    const client = await slowClient(server.port, { reads: false });
    client.send('nonsense\r\n\r\n');
    await vi.waitFor(async () => {
      expect(await dropped(server, 'unread')).toBe(before + 1);
    }, PATIENCE);
    client.socket.destroy();
  });

  it('and goes away before its turn is not answered', async () => {
    const client = await slowClient(server.port);
    client.socket.end(CALL);
    await client.closed;
    const labels = { section: 'other', result: 'abandoned', switch: 'other' };
    expect(sampleValue(await server.metrics(), 'trunkhunt_xml_requests_total', labels)).toBe(1);
  });

  it('is answered where it was the process that stood still', async () => {
    const request = lookupRequest({
      body: 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external',
    });
    const head = request.indexOf('\r\n\r\n') + 4;
    const [silent, begun] = [await slowClient(server.port), await slowClient(server.port)];
    begun.send(request.subarray(0, head));
    // Until the server has taken both over.
    await vi.waitFor(async () => {
      expect(sampleValue(await server.metrics(), 'trunkhunt_connections')).toBeGreaterThanOrEqual(2);
    }, PATIENCE);
    silent.send(request);
    begun.send(request.subarray(head));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    for (const client of [silent, begun]) {
      await vi.waitFor(() => {
        expect(client.text()).toContain('<gateway name="gw1000"');
      }, PATIENCE);
    }
  });

  it('disturbs nobody: a request is answered', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => slowClient(server.port)));
    expect(isNotFound(readAnswer((await sendRaw(server.port, CALL)).body))).toBe(true);
    for (const { socket } of clients) socket.destroy();
  });
});

describe('a client that sends its request at once', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(LARGE, { limits: { idleMs: 300, answerMs: 300 } });
  });
  afterAll(() => server.stop());

  it('and no further one is let go, and nothing is counted', async () => {
    const client = await slowClient(server.port);
    client.send(CALL);
    await client.closed;
    expect(client.text()).toContain('not found');
    const samples = samplesOf(await server.metrics(), 'trunkhunt_connections_dropped_total');
    expect(samples.filter(({ value }) => value > 0)).toEqual([]);
  });

  it('and does not read its answers is cut off', async () => {
    const body = 'hostname=vm&section=directory&tag_name=&key_name=&key_value=&purpose=gateways&profile=external';
    const client = await slowClient(server.port, { reads: false });
    for (let at = 0; at < 100; at += 1) client.send(lookupRequest({ body }));
    // It does not see that it was cut off either, since that comes after what it does not read.
    await vi.waitFor(async () => {
      expect(await dropped(server, 'unread')).toBe(1);
    }, PATIENCE);
    await vi.waitFor(async () => {
      expect(sampleValue(await server.metrics(), 'trunkhunt_connections')).toBe(0);
    }, PATIENCE);
    client.socket.destroy();
  });
});
