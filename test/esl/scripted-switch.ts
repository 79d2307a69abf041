import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { EslAddress } from '../../src/esl/esl-connection.ts';

/** A frame as FreeSWITCH writes it. */
export function frame(contentType: string, body?: string, moreHeaders = ''): string {
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\n`;
  return `Content-Type: ${contentType}\n${length}${moreHeaders}\n${body ?? ''}`;
}

export const reply = (text: string, moreHeaders = '') =>
  frame('command/reply', undefined, `Reply-Text: ${text}\n${moreHeaders}`);
export const output = (body: string) => frame('api/response', body);
const event = (fields: Readonly<Record<string, string>>) => frame('text/event-json', JSON.stringify(fields));
export const heartbeat = (sequence: number) => event({ 'Event-Name': 'HEARTBEAT', 'Event-Sequence': String(sequence) });
export const jobResult = (jobUuid: string, body: string) =>
  event({ 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': jobUuid, _body: body });
export const jobReply = (jobUuid: string) => reply(`+OK Job-UUID: ${jobUuid}`, `Job-UUID: ${jobUuid}\n`);

/** Hands out what comes in, one after the other, to whoever asks, earlier or later. */
class Inbox<T> {
  readonly #items: T[] = [];
  readonly #askers: ((item: T) => void)[] = [];

  put(item: T): void {
    const asker = this.#askers.shift();
    if (asker === undefined) this.#items.push(item);
    else asker(item);
  }

  async take(): Promise<T> {
    return this.#items.length > 0 ? this.#items.shift()! : new Promise((resolve) => this.#askers.push(resolve));
  }
}

/** The switch's end of one connection. It says what the test makes it say. */
export class Peer {
  /** Every byte of the client. */
  received = '';
  readonly #socket: Socket;
  readonly #commands = new Inbox<string>();
  readonly #closed: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    let rest = '';
    socket.on('data', (text: string) => {
      this.received += text;
      const commands = `${rest}${text}`.split('\n\n');
      rest = commands.pop()!;
      for (const command of commands) this.#commands.put(command);
    });
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        resolve();
      }),
    );
    socket.on('error', () => undefined);
  }

  say(...texts: readonly string[]): void {
    this.#socket.write(texts.join(''));
  }

  /** The next command of the client, once it is whole. */
  command(): Promise<string> {
    return this.#commands.take();
  }

  /** @param more is said in one breath with the reply to the subscription */
  async welcome(...more: readonly string[]): Promise<void> {
    this.say(frame('auth/request'));
    await this.command();
    this.say(reply('+OK accepted'));
    await this.command();
    this.say(reply('+OK event listener enabled json'), ...more);
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Until the client is gone. */
  closed(): Promise<void> {
    return this.#closed;
  }
}

/** Listens where there is room, as long as the test runs. */
export class ScriptedSwitch {
  readonly address: EslAddress;
  readonly #peers = new Inbox<Peer>();

  private constructor(server: Server) {
    this.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, password: 'ClueCon' };
    const sockets: Socket[] = [];
    server.on('connection', (socket) => {
      sockets.push(socket);
      this.#peers.put(new Peer(socket));
    });
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  static async listen(): Promise<ScriptedSwitch> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedSwitch(server);
  }

  /** The next connection. */
  peer(): Promise<Peer> {
    return this.#peers.take();
  }
}
