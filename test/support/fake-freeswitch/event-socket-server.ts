import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { freePort } from '../freeswitch/free-port.ts';
import { EventSocketConnection, type SocketWorld } from './event-socket-connection.ts';

/** mod_event_socket: a port on loopback, and whoever is connected to it. */
export class EventSocketServer {
  readonly #server: Server;
  readonly #connections = new Map<Socket, EventSocketConnection>();
  #isPaused = false;
  #isRejecting = false;

  constructor(world: SocketWorld) {
    this.#server = createServer((socket) => {
      const connection = new EventSocketConnection(socket, world, this.#isPaused);
      this.#connections.set(socket, connection);
      socket.on('close', () => this.#connections.delete(socket));
      if (this.#isRejecting) {
        connection.reject();
      } else {
        connection.greet();
      }
    });
  }

  /**
   * @param port 0 = a free one, below those that Linux gives to clients: a switch that starts again finds it free still
   */
  async listen(port: number): Promise<number> {
    return this.#listenOn(port === 0 ? await freePort() : port);
  }

  #listenOn(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const connection of this.#connections.values()) connection.pause(isPaused);
  }

  /** Whether new clients are told to go away, as by an ACL. */
  rejectAll(isRejecting: boolean): void {
    this.#isRejecting = isRejecting;
  }

  /** Drops who is connected, in a friendly way or as a crash does. */
  drop(friendly: boolean): void {
    for (const connection of this.#connections.values()) {
      if (friendly) {
        connection.close();
      } else {
        connection.reset();
      }
    }
  }

  async close(friendly: boolean): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.drop(friendly);
    if (friendly) for (const socket of this.#connections.keys()) socket.destroySoon();
    await closed;
  }
}
