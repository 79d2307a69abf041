import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** The promise is 5 seconds; the clock of a busy machine gets more. */
const PATIENCE = { timeout: 10_000, interval: 20 };
const FORM = dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '9980' });
const HEAD = lookupRequest({ headers: [`Content-Length: ${FORM.length}`] });

let server: ServeProcess;

beforeEach(async () => {
  const { path } = temporaryInventory(`
    INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1');
    INSERT INTO routes (context, group_name) VALUES ('default', 'g');`);
  server = await serveProcess(['--database', path]);
});
afterEach(async () => {
  server.child.kill('SIGKILL');
  await server.ended;
});

const open = () =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      resolve(socket);
    }).on('error', reject);
  });
const stopping = () =>
  vi.waitFor(() => {
    expect(server.stderr()).toContain('nothing more is accepted');
  }, PATIENCE);

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends an idle server with status 0', async (signal) => {
    server.child.kill(signal);
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
    expect(server.stderr()).toMatch(/"msg":"stopped"\}\n$/);
  });

  it('lets a request finish that has begun, accepts no new one, and ends with status 0', async () => {
    const socket = await open();
    const received: string[] = [];
    socket.setEncoding('latin1').on('data', (text: string) => received.push(text));
    socket.write(HEAD);
    socket.write(FORM.slice(0, 10));
    // Another request goes all the way: by then the server has the beginning of this one.
    const other = await open();
    await new Promise((resolve) => other.once('data', resolve).write(lookupRequest({ body: FORM })));
    other.destroy();

    server.child.kill('SIGTERM');
    await stopping();
    await expect(open()).rejects.toThrow('ECONNREFUSED');
    socket.write(FORM.slice(10));
    await vi.waitFor(() => {
      expect(received.join('')).toMatch(/^HTTP\/1\.1 200 [^]*sofia\/gateway\/gw1\/9980/);
    }, PATIENCE);
    // As curl does after an answer.
    socket.destroy();
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
  });

  it('does not wait for ever for a request that never ends', async () => {
    const socket = await open();
    socket.on('error', () => undefined).write(HEAD);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
  });

  it('does not wait for a connection that is kept open', async () => {
    const socket = await open();
    await new Promise((resolve) => socket.once('data', resolve).write(lookupRequest({ body: FORM })));
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
  });
});
