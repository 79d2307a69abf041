import { connect, type Socket } from 'node:net';
import { EslError, type LossReason } from './esl-error.ts';
import { FrameDecoder, type Frame } from './frame-decoder.ts';

const KEEP_ALIVE_MS = 30_000;

export interface FrameSocketListener {
  frame(frame: Frame): void;
  /** Possibly more than once: the first one is the cause. */
  lost(reason: LossReason, what: string): void;
}

/** The bytes' side of a connection: frames in, lines out. Tells nothing any more once it has been destroyed. */
export class FrameSocket {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #listener: FrameSocketListener;
  #hasConnected = false;

  /** @throws RangeError for what is no port */
  constructor(host: string, port: number, listener: FrameSocketListener) {
    this.#listener = listener;
    this.#socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    this.#socket.on('connect', () => {
      this.#hasConnected = true;
    });
    this.#socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    this.#socket.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      if (this.#hasConnected) listener.lost('disconnected', `the connection broke: ${code}`);
      else if (code === 'ECONNREFUSED') listener.lost('refused', 'connection refused');
      else listener.lost('unreachable', `cannot connect: ${code}`);
    });
    this.#socket.on('end', () => {
      listener.lost('disconnected', 'the switch closed the connection');
    });
    this.#socket.on('close', () => {
      listener.lost('disconnected', 'the connection is gone');
    });
  }

  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** An empty line ends a command (contract 7.2). */
  send(line: string): void {
    this.#socket.write(`${line}\n\n`);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const frame of this.#decode(chunk)) {
      // Any frame may have made the listener close.
      if (this.#socket.destroyed) return;
      this.#listener.frame(frame);
    }
  }

  #decode(chunk: Buffer): readonly Frame[] {
    try {
      return this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof EslError)) throw error;
      this.#listener.lost(error.reason, error.message);
      return [];
    }
  }
}
