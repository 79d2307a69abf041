import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import type { DropReason } from '../metrics/load-metrics.ts';
import type { ServerLimits } from './server-limits.ts';

/** Its class belongs to the event socket's floor. */
type Socket = IncomingMessage['socket'];

/** One connection, in the order of the last whole request. */
interface Kept {
  socket: Socket;
  /** The answer to its last whole request. */
  response: ServerResponse | undefined;
  /** Since when its answer waits to be taken, or its end to be seen by the client. */
  leavingSinceMs: number | undefined;
}

export interface KeeperContext {
  readonly limits: Pick<ServerLimits, 'maxConnections' | 'answerMs'>;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
  readonly dropped: (reason: DropReason) => void;
}

/** So many connections that are being answered are passed over for one that can be dropped. */
const LOOKED_AT = 64;

/**
 * Keeps clients that hold connections from locking out those that ask. Where there are too many connections, the one
 * goes that has waited longest without a whole request, since a switch sends its own within milliseconds (Node's
 * `maxConnections` would turn away the switch). Answers that nobody reads are cut off, which Node does not do either.
 */
export class ConnectionKeeper {
  readonly #context: KeeperContext;
  /** Those that have waited longest are first. */
  readonly #line = new Map<Socket, Kept>();
  /** Sockets under TLS, by the client's address and port, until the handshake is done. */
  readonly #handshakes = new Map<string, Kept>();

  constructor(context: KeeperContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#line.size;
  }

  /** Keeps the connections of this server, `https` or not. */
  watch(server: Server): void {
    const isTls = server instanceof TlsServer;
    server.on('connection', (socket: Socket) => {
      const kept = this.#opened(socket);
      if (isTls && kept !== undefined) this.#shakesHands(kept);
    });
    if (isTls) server.on('secureConnection', this.#secured.bind(this));
  }

  /** A request is there in full: from now on its connection waits for us, and afterwards for its next request. */
  received({ socket }: IncomingMessage, response: ServerResponse): void {
    const kept = this.#line.get(socket);
    if (kept === undefined) return;
    kept.response = response;
    this.#toTheEnd(kept);
  }

  /** The answer to the connection's last whole request; undefined where there was none. */
  answerOf(socket: object): ServerResponse | undefined {
    return this.#line.get(socket as Socket)?.response;
  }

  /** Cuts off who does not take an answer; to be called about once a second. */
  sweep(): void {
    const nowMs = this.#context.clockMs();
    for (const kept of this.#line.values()) {
      const { socket } = kept;
      if (socket.writableLength === 0 && !socket.writableEnded) kept.leavingSinceMs = undefined;
      else kept.leavingSinceMs ??= nowMs;
      if (nowMs - (kept.leavingSinceMs ?? nowMs) >= this.#context.limits.answerMs) this.#drop(kept, 'unread');
    }
  }

  #opened(socket: Socket): Kept | undefined {
    if (this.#line.size >= this.#context.limits.maxConnections) {
      const oldest = this.#oldest();
      if (oldest === undefined) {
        this.#context.dropped('full');
        socket.destroy();
        return undefined;
      }
      this.#drop(oldest, 'oldest');
    }
    const kept: Kept = { socket, response: undefined, leavingSinceMs: undefined };
    this.#keep(kept);
    return kept;
  }

  /** Requests name the socket above TLS, and there is no public way from there to the one below. */
  #shakesHands(kept: Kept): void {
    const client = clientOf(kept.socket);
    this.#handshakes.set(client, kept);
    kept.socket.once('close', () => {
      this.#handshakes.delete(client);
    });
  }

  #secured(socket: Socket): void {
    const client = clientOf(socket);
    const kept = this.#handshakes.get(client);
    // It was dropped while it shook hands.
    if (kept === undefined || !this.#line.delete(kept.socket)) return;
    this.#handshakes.delete(client);
    kept.socket = socket;
    this.#keep(kept);
  }

  #keep(kept: Kept): void {
    const { socket } = kept;
    this.#line.set(socket, kept);
    socket.once('close', () => {
      this.#line.delete(socket);
    });
  }

  #drop({ socket }: Kept, reason: DropReason): void {
    this.#line.delete(socket);
    this.#context.dropped(reason);
    socket.destroy();
  }

  #toTheEnd(kept: Kept): void {
    this.#line.delete(kept.socket);
    this.#line.set(kept.socket, kept);
  }

  /** Those that are being answered go to the end of the line: so each is passed over once for each answer. */
  #oldest(): Kept | undefined {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const [first] = this.#line.values();
      if (first === undefined) return undefined;
      if (first.response === undefined || first.response.writableFinished) return first;
      this.#toTheEnd(first);
    }
    return undefined;
  }
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
