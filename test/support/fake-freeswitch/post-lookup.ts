import { connect, type Socket } from 'node:net';

import type { SwitchClock } from './switch-clock.ts';

export interface LookupTarget {
  readonly port: number;
  readonly path?: string;
  /** `user:password` for basic authentication, sent without being asked (contract 1.2). */
  readonly credentials?: string;
  /** Of the whole transfer; none = wait for ever (contract 1.1). */
  readonly timeoutMs?: number;
}

const blankLine = '\r\n\r\n';

/** The request's bytes, header by header as curl writes them (contract 1.2). */
function lookupBytes({ port, path = '/fsapi', credentials }: LookupTarget, body: string): string {
  const authorisation =
    credentials === undefined ? [] : [`Authorization: Basic ${Buffer.from(credentials).toString('base64')}`];
  return (
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      ...authorisation,
      'User-Agent: freeswitch-xml/1.0',
      'Accept: */*',
      `Content-Length: ${body.length}`,
      'Content-Type: application/x-www-form-urlencoded',
    ].join('\r\n') +
    blankLine +
    body
  );
}

/**
 * Posts a form over a connection of its own (contract 1.2) and hands over the body of a 200, complete or not: what
 * arrived before a timeout or a reset is parsed as well (contract 1.5). Rejects where the module has nothing to parse.
 * @param body one character for each byte
 */
export function postLookup(
  target: LookupTarget,
  body: string,
  clock: SwitchClock,
  open = new Set<Socket>(),
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(target.port, '127.0.0.1');
    open.add(socket);
    let cancelTimeout: (() => void) | undefined;
    const settle = (closed: boolean, why: string): void => {
      const response = readResponse(Buffer.concat(chunks));
      if (!closed && response?.complete !== true) return;
      cancelTimeout?.();
      socket.destroySoon();
      if (response === undefined) {
        reject(new Error(why));
      } else if (response.status !== 200) {
        reject(new Error(`HTTP ${response.status}`));
      } else {
        resolve(response.body);
      }
    };
    if (target.timeoutMs !== undefined) {
      cancelTimeout = clock.after(target.timeoutMs, () => {
        settle(true, 'timeout');
        socket.destroy();
      });
    }
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      settle(false, '');
    });
    socket.on('end', () => {
      settle(true, 'the connection ended without an answer');
    });
    socket.on('error', (error) => {
      settle(true, error.message);
    });
    socket.on('close', () => {
      open.delete(socket);
      settle(true, 'the connection was closed');
    });
    socket.write(Buffer.from(lookupBytes(target, body), 'latin1'));
  });
}

interface Response {
  readonly status: number;
  readonly body: Buffer;
  readonly complete: boolean;
}

function readResponse(bytes: Buffer): Response | undefined {
  const headEnd = bytes.indexOf(blankLine);
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(head)?.[1]);
  const rest = bytes.subarray(headEnd + blankLine.length);
  if (status >= 100 && status < 200) return readResponse(rest);
  if (/^transfer-encoding: *chunked/im.test(head)) return { status, ...readChunks(rest) };
  const length = /^content-length: *([0-9]+)/im.exec(head)?.[1];
  if (length === undefined) return { status, body: rest, complete: false };
  return { status, body: rest.subarray(0, Number(length)), complete: rest.length >= Number(length) };
}

function readChunks(bytes: Buffer): Omit<Response, 'status'> {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (size === 0) return { body: Buffer.concat(chunks), complete: true };
    if (Number.isNaN(size)) return { body: Buffer.concat(chunks), complete: false };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
