import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { isNotFound } from '../support/locate-section.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { slowClient } from '../support/slow-client.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const get = async (server: TestServer, path: string) => {
  const request = lookupRequest({ method: 'GET', path, headers: ['Connection: close'] });
  const { status, headers, body } = await sendRaw(server.port, request);
  return { status, type: headers.get('content-type'), text: body.toString() };
};

describe('while an inventory is served', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(`
      INSERT INTO gateways (name, proxy, state) VALUES ('gw1', '192.0.2.1', 'drain');
      INSERT INTO gateway_groups (name, note) VALUES ('group-1', '<b>');
      INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('group-1', 'gw1', 77);`);
  });
  afterAll(() => server.stop());

  it('it is alive and ready', async () => {
    expect(await get(server, '/healthz')).toMatchObject({ status: 200, text: 'alive\n' });
    expect(await get(server, '/readyz')).toMatchObject({ status: 200, text: 'ready, generation 1\n' });
  });

  it('metrics are in the format of Prometheus', async () => {
    const { status, type, text } = await get(server, '/metrics');
    expect([status, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    expect(sampleValue(parseMetrics(text), 'trunkhunt_inventory_generation')).toBe(1);
  });

  it('the status page shows groups and members, and no code of anybody', async () => {
    const { status, type, text } = await get(server, '/');
    expect([status, type]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    for (const shown of ['group-1', 'gw1', 'drain', '77']) expect(text).toContain(shown);
  });

  it.each(['/nothing', '/%', '/%ff', '/healthz/x', '/fsapi/x'])(
    '%s is no page, and its answer tells nothing',
    async (path) => {
      const { status, text } = await get(server, path);
      expect(status).toBe(404);
      expect(text).not.toMatch(/at .*:\d+:\d+/);
    },
  );

  it('nothing says what it is written with', async () => {
    const { headers } = await sendRaw(server.port, lookupRequest({ method: 'GET', path: '/healthz' }));
    expect([...headers.keys()]).not.toContain('x-powered-by');
  });

  it('what is no HTTP at all is refused and does no harm', async () => {
    for (const noise of ['\x16\x03\x01\x02\x00\x01\x00', 'INVITE sip:1@x SIP/2.0\r\n\r\n', '\r\n\r\nx y z\r\n\r\n']) {
      await sendRaw(server.port, Buffer.from(noise, 'latin1')).catch(() => undefined);
    }
    expect((await get(server, '/healthz')).status).toBe(200);
  });
});

describe('while nothing can be served', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer("INSERT INTO routes (context, group_name) VALUES ('public', 'no-such-group');");
  });
  afterAll(() => server.stop());

  it('it is alive, but not ready', async () => {
    expect((await get(server, '/healthz')).status).toBe(200);
    expect(await get(server, '/readyz')).toMatchObject({ status: 503, text: 'no inventory is being served\n' });
    expect((await get(server, '/')).text).toContain('No inventory is being served');
  });

  it.each(recordedNames)('%s is not found, so that the switch uses its own files', async (name) => {
    const { status, body } = await sendRaw(server.port, recordedRequest(name));
    expect([status, isNotFound(readAnswer(body))]).toEqual([200, true]);
  });

  it('the first inventory that is right is served at once', async () => {
    await server.change("INSERT INTO gateway_groups (name) VALUES ('no-such-group');");
    expect((await get(server, '/readyz')).status).toBe(503);
    await server.change('DELETE FROM routes');
    expect((await get(server, '/readyz')).status).toBe(200);
  });
});

describe('when answering fails by a mistake of ours', () => {
  it('the switch is told not found, and the operator everything', async () => {
    const server = await startServer('');
    try {
      Object.defineProperty(server.live.serving!.snapshot, 'routes', {
        get: () => {
          throw new Error('a mistake for this test');
        },
      });
      const { status, body } = await sendRaw(server.port, recordedRequest('dialplan-9980'));
      expect([status, isNotFound(readAnswer(body))]).toEqual([200, true]);
      const errors = server.log.filter(({ level }) => level === 'error');
      expect(JSON.stringify(errors)).toContain('a mistake for this test');
      const labels = { section: 'other', result: 'error', switch: 'other' };
      expect(sampleValue(await server.metrics(), 'trunkhunt_xml_requests_total', labels)).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe('when the process is late', () => {
  it('it is not ready for as long as that lasts, and says so', async () => {
    let nowMs = 0;
    const due = new Map<() => void, number>();
    const after = (delayMs: number, run: () => void) => {
      due.set(run, nowMs + delayMs);
      return () => due.delete(run);
    };
    /** What is due within these seconds is done so many milliseconds late. */
    const pass = (seconds: number, lateMs: number): void => {
      for (const endMs = nowMs + seconds * 1_000; nowMs < endMs;) {
        const [run, atMs] = [...due].sort(([, a], [, b]) => a - b)[0]!;
        due.delete(run);
        nowMs = Math.max(nowMs, atMs + lateMs);
        run();
      }
    };
    const server = await startServer('', { upkeepTimers: { nowMs: () => nowMs, after } });
    try {
      expect((await get(server, '/readyz')).status).toBe(200);
      pass(20, 500);
      const { status, text } = await get(server, '/readyz');
      expect([status, text]).toEqual([503, expect.stringMatching(/^too busy: .* ms late/)]);
      expect((await get(server, '/healthz')).status).toBe(200);
      pass(30, 0);
      expect(await get(server, '/readyz')).toMatchObject({ status: 200, text: 'ready, generation 1\n' });
      const samples = await server.metrics();
      const inTime = sampleValue(samples, 'trunkhunt_event_loop_delay_seconds_bucket', { le: '0.25' });
      const all = sampleValue(samples, 'trunkhunt_event_loop_delay_seconds_count');
      expect(all! - inTime!).toBeGreaterThan(20);
    } finally {
      await server.stop();
    }
  });
});

describe('when there is too much to do', () => {
  it('calls are shed and counted, and gateways are served', async () => {
    const server = await startServer("INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');", {
      limits: { maxInWork: 1 },
    });
    try {
      // In one piece, so that all of them are there before the first is answered.
      const call = lookupRequest({ body: 'hostname=vm&section=dialplan' });
      const gateways = lookupRequest({ body: 'hostname=vm&section=directory&purpose=gateways&profile=external' });
      const client = await slowClient(server.port);
      client.send(Buffer.concat([call, call, gateways, call, gateways]));
      await vi.waitFor(() => {
        expect(client.text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(5);
      });
      client.socket.destroy();
      expect(client.text().split('not found')).toHaveLength(4);
      expect(client.text().match(/<gateway name="gw1"/g)).toHaveLength(2);
      const samples = await server.metrics();
      const counted = (section: string, result: string) =>
        sampleValue(samples, 'trunkhunt_xml_requests_total', { section, result, switch: 'other' });
      expect([counted('dialplan', 'shed'), counted('dialplan', 'not_found')]).toEqual([2, 1]);
      expect(counted('directory', 'served')).toBe(2);
      expect(sampleValue(samples, 'trunkhunt_xml_request_duration_seconds_count', { section: 'dialplan' })).toBe(1);
      expect(server.log.filter(({ message }) => message.startsWith('more calls than'))).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});
