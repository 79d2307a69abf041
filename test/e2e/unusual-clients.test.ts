import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../support/raw-http.ts';
import { startServer } from '../support/start-server.ts';

describe('a client that asks for a tunnel', () => {
  let server: Awaited<ReturnType<typeof startServer>>;

  beforeAll(async () => {
    server = await startServer('');
  });
  afterAll(async () => {
    await server.stop();
  });

  it('is answered not found, its connection is closed, and its reset harms nobody', async () => {
    for (let round = 0; round < 5; round += 1) {
      const received = await new Promise<string>((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1').setEncoding('latin1').on('error', reject);
        socket.write('CONNECT foo:1 HTTP/1.1\r\nHost: foo\r\n\r\n');
        let text = '';
        socket.on('data', (chunk: string) => (text += chunk));
        // Closed by the server: this side never ends its own.
        socket.on('end', () => {
          socket.resetAndDestroy();
          resolve(text);
        });
      });
      expect(received).toMatch(/^HTTP\/1\.1 200 /);
      expect(received).toContain('not found');
    }
    const { status } = await sendRaw(server.port, Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(status).toBe(200);
  });

  it.each(['/fsapi/', '//fsapi', '/FSAPI', 'http://switch.example/fsapi', '/fsapi/?a=b'])(
    'or that spells the address as %s is answered all the same',
    async (target) => {
      const request = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b`;
      const { status, body } = await sendRaw(server.port, Buffer.from(request));
      expect([status, body.toString().includes('not found')]).toEqual([200, true]);
    },
  );

  it('or that leaves out Host is answered all the same', async () => {
    const { status } = await sendRaw(server.port, Buffer.from('GET /fsapi HTTP/1.1\r\n\r\n'));
    expect(status).toBe(200);
  });
});
