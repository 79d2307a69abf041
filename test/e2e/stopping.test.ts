import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** The promise is 7 seconds; the clock of a busy machine gets more. */
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
    // What came to the kernel before is taken over first.
    await vi.waitFor(async () => {
      await expect(open()).rejects.toThrow('ECONNREFUSED');
    }, PATIENCE);
    socket.write(FORM.slice(10));
    await vi.waitFor(() => {
      expect(received.join('')).toMatch(/^HTTP\/1\.1 200 [^]*sofia\/gateway\/gw1\/9980/);
    }, PATIENCE);
    // As curl does after an answer.
    socket.destroy();
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
  });

  it('loses no request of those that connected before, however many came at once', async () => {
    const request = lookupRequest({ body: FORM });
    let isStopping = false;
    const counts = { answered: 0, lost: 0, refused: 0 };
    /** Asks on a new connection each time, until nobody listens any more. */
    const client = async (): Promise<void> => {
      while (counts.refused === 0 || !isStopping) {
        const outcome = await new Promise<keyof typeof counts>((resolve) => {
          let text = '';
          let isConnected = false;
          const socket = connect(server.port, '127.0.0.1', () => {
            isConnected = true;
            socket.write(request);
          });
          socket.setEncoding('latin1').on('data', (chunk: string) => {
            text += chunk;
            if (text.includes('</document>')) socket.destroy();
          });
          socket.on('error', () => undefined);
          socket.on('close', () => {
            resolve(text.includes('</document>') ? 'answered' : isConnected ? 'lost' : 'refused');
          });
        });
        counts[outcome] += 1;
        if (outcome === 'refused') return;
      }
    };
    const clients = Array.from({ length: 40 }, client);
    await vi.waitFor(() => {
      expect(counts.answered).toBeGreaterThan(200);
    }, PATIENCE);
    isStopping = true;
    server.child.kill('SIGTERM');
    await Promise.all(clients);
    expect(counts).toMatchObject({ lost: 0 });
    expect(await server.ended).toMatchObject({ status: 0 });
  });

  it('a second time changes nothing', async () => {
    const socket = await open();
    socket.write(HEAD);
    socket.write(FORM.slice(0, 10));
    const other = await open();
    await new Promise((resolve) => other.once('data', resolve).write(lookupRequest({ body: FORM })));
    other.destroy();
    server.child.kill('SIGTERM');
    await stopping();
    server.child.kill('SIGTERM');
    server.child.kill('SIGINT');
    server.child.kill('SIGHUP');
    socket.write(FORM.slice(10));
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
    expect(server.stderr()).toMatch(/"msg":"stopped"\}\n$/);
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
