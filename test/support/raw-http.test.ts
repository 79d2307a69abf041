import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { sendRaw, withBody } from './raw-http.ts';

const body = 'hostname=vm&section=dialplan&tag_name=&key_name=&key_value=&Caller-Username=a%20b&Unique-ID=1';
const recorded = Buffer.from(
  `POST /fsapi HTTP/1.1\r\nHost: 127.0.0.1:8090\r\nContent-Length: ${body.length}\r\n` +
    `Content-Type: application/x-www-form-urlencoded\r\n\r\n${body}`,
);

describe('sendRaw', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
  });

  /** A server that hands every connection, once the request is in, to `answer`. */
  async function listen(answer: (socket: Socket, request: Buffer) => void): Promise<number> {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (request: Buffer) => {
        answer(socket, request);
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('sends the bytes as they are and reads to the content length', async () => {
    let received: Buffer | undefined;
    const port = await listen((socket, request) => {
      received = request;
      socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\na');
      setTimeout(() => socket.write('bcd'), 20);
    });
    const response = await sendRaw(port, recorded);
    expect(received).toEqual(recorded);
    expect({ ...response, headers: Object.fromEntries(response.headers), body: response.body.toString() }).toEqual({
      status: 200,
      headers: { 'x-a': '1, 2', 'content-length': '3' },
      body: 'abc',
    });
  });

  it('reads to the end of the connection without a content length', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.0 503 Busy\r\nConnection: close\r\n\r\nbody'));
    const response = await sendRaw(port, recorded);
    expect([response.status, response.body.toString()]).toEqual([503, 'body']);
  });

  it('expects no body of a 204', async () => {
    const port = await listen((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    expect((await sendRaw(port, recorded)).body).toHaveLength(0);
  });

  it.each([
    ['an early end', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', 'ended before'],
    ['no answer', '', 'ended before'],
    ['another protocol', '220 smtp\r\n\r\n', 'not an HTTP response'],
    ['a chunked answer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'Transfer-Encoding'],
  ])('rejects %s', async (_what, answer, message) => {
    const port = await listen((socket) => socket.end(answer));
    await expect(sendRaw(port, recorded)).rejects.toThrow(message);
  });

  it('rejects a server that stays silent', async () => {
    const port = await listen(() => undefined);
    await expect(sendRaw(port, recorded, 50)).rejects.toThrow('within 50 ms');
  });
});

describe('withBody', () => {
  const bodyOf = (request: Buffer) => request.toString('latin1').split('\r\n\r\n')[1];

  it('changes, appends and removes fields, and recomputes the length', () => {
    const changed = withBody(recorded, { section: 'directory', 'Unique-ID': undefined, 'Hunt-Context': 'public' });
    const expected =
      'hostname=vm&section=directory&tag_name=&key_name=&key_value=&Caller-Username=a%20b&Hunt-Context=public';
    expect(bodyOf(changed)).toBe(expected);
    expect(changed.toString('latin1')).toContain(`Content-Length: ${expected.length}\r\nContent-Type`);
  });

  it('encodes like FreeSWITCH (contract 1.3)', () => {
    const value = 'a+b c&é,/()\'!*~$-_."%{|}\n100%41%2B%zz';
    expect(bodyOf(withBody(recorded, { 'Unique-ID': value }))).toContain(
      "&Unique-ID=a%2Bb%20c%26%C3%A9,/()'!*~$-_.%22%25%7B%7C%7D%0A100%41%2B%25zz",
    );
  });

  it('writes the five basic fields raw', () => {
    expect(bodyOf(withBody(recorded, { key_value: 'a&b=c+d%20e' }))).toContain('&key_value=a&b=c+d%20e&');
  });

  it('changes nothing when nothing is to change', () => {
    expect(withBody(recorded, {})).toEqual(recorded);
  });
});
