import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleValue } from '../support/parse-metrics.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startServer('');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { status: response.status, type: response.headers.get('Content-Type'), text: await response.text() };
};
const failures = async () =>
  sampleValue(await server.metrics(), 'trunkhunt_unhandled_errors_total', { kind: 'request' });

it.each([
  ['/', 'text/plain; charset=utf-8', 'this request failed, the log of the server says why\n'],
  [
    '/api/switches',
    'application/json; charset=utf-8',
    '{"error":"this request failed, the log of the server says why"}',
  ],
])('a mistake of ours is counted and told of, and not shown to whoever asked: %s', async (path, type, text) => {
  vi.spyOn(server.fleet, 'reports', 'get').mockImplementation(() => {
    throw new Error('a secret of the house');
  });
  expect(await get(`${path}?number=123`)).toEqual({ status: 500, type, text });
  expect(await failures()).toBe(1);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([
    {
      level: 'error',
      message: 'a request failed, this is a mistake of trunkhunt',
      data: { method: 'GET', path, error: expect.stringContaining('Error: a secret of the house\n') as unknown },
    },
  ]);
  vi.restoreAllMocks();
  expect((await get(path)).status).toBe(200);
});

it('a connection that could not be accepted does not end the server, however often that happens', async () => {
  let found: Server | undefined;
  const see = (message: unknown): void => {
    found = (message as { readonly server: Server }).server;
  };
  subscribe('http.server.request.start', see);
  await get('/healthz');
  unsubscribe('http.server.request.start', see);
  for (const code of ['EMFILE', 'ENFILE', 'ENOBUFS']) found!.emit('error', new Error(`accept ${code}`));
  expect(server.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'a connection could not be accepted: accept EMFILE',
    'a connection could not be accepted: accept ENFILE',
    'a connection could not be accepted: accept ENOBUFS',
  ]);
  expect((await get('/readyz')).status).toBe(200);
});
