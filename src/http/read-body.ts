import type { IncomingMessage } from 'node:http';

/** Largest body that is read; FreeSWITCH sends some 5 to 10 kB. */
export const BODY_BYTES_LIMIT = 256 * 1024;

/** A body that goes on beyond this is cut off: it is not FreeSWITCH that sends it. */
const DRAIN_BYTES_LIMIT = 64 * 1024 * 1024;

/**
 * Reads a request's body as Latin-1. One that is too large is drained, so that its sender reads the answer.
 * @param done called once, with undefined where the body was too large; never where the sender went away
 */
export function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= BODY_BYTES_LIMIT) chunks.push(chunk);
    else chunks.length = 0;
    if (length > DRAIN_BYTES_LIMIT) request.destroy();
  });
  request.on('end', () => {
    const [only] = chunks;
    if (length > BODY_BYTES_LIMIT) done(undefined);
    else done((chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('latin1'));
  });
}
