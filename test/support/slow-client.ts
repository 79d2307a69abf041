import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection whose pace the test has in its hands. */
export interface SlowClient {
  readonly socket: Socket;
  /** What has come so far. */
  readonly text: () => string;
  readonly isClosed: () => boolean;
  /** Settles when the connection is closed. */
  readonly closed: Promise<unknown>;
  readonly send: (bytes: string | Uint8Array) => void;
}

/** @param reads false: it never takes what comes */
export async function slowClient(port: number, { reads = true } = {}): Promise<SlowClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let isClosed = false;
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => (isClosed = true));
  await once(socket, 'connect');
  if (reads) socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  else socket.pause();
  return {
    socket,
    text: () => text,
    isClosed: () => isClosed,
    closed,
    send: (bytes) => {
      socket.write(bytes);
    },
  };
}
