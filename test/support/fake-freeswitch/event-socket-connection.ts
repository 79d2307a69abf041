import type { Socket } from 'node:net';

import type { ApiCommands } from './api-commands.ts';
import { EventSubscription } from './event-subscription.ts';
import type { FakeEvent, Header } from './fake-event.ts';
import type { EventSink, SwitchCore } from './switch-core.ts';
import type { SwitchLog } from './switch-log.ts';

export interface SocketWorld {
  readonly core: SwitchCore;
  readonly api: ApiCommands;
  readonly log: SwitchLog;
  readonly password: string;
}

const goodbye = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n';
const notice = `Content-Type: text/disconnect-notice\nContent-Length: ${goodbye.length}\n\n${goodbye}`;
const denied = 'Access Denied, go away.\n';
const rejection = `Content-Type: text/rude-rejection\nContent-Length: ${denied.length}\n\n${denied}`;
const authenticateWithinMs = 25_000;

/** One client of the event socket (contract 7.1 to 7.4). */
export class EventSocketConnection implements EventSink {
  readonly #socket: Socket;
  readonly #world: SocketWorld;
  readonly #subscription = new EventSubscription();
  readonly #held: string[] = [];
  #received = '';
  #isAuthenticated = false;
  /** An `api` command is running: nothing else is read or written until it is answered (contract 7.4). */
  #isBlocked = false;
  #isPaused = false;
  #isClosing = false;

  constructor(socket: Socket, world: SocketWorld, isPaused: boolean) {
    this.#socket = socket;
    this.#world = world;
    this.#isPaused = isPaused;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
      this.#work();
    });
    // A client that goes away is none of the switch's business.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      world.core.removeSink(this);
    });
  }

  greet(): void {
    this.#world.core.addSink(this);
    this.#socket.write('Content-Type: auth/request\n\n');
    this.#world.core.clock.after(authenticateWithinMs, () => {
      if (!this.#isAuthenticated) this.close();
    });
  }

  /** A client whose address the ACL refuses. */
  reject(): void {
    this.#socket.write(rejection);
    this.close();
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#world.core.removeSink(this);
    this.#socket.end(notice);
  }

  /** As when the process is killed. */
  reset(): void {
    this.#isClosing = true;
    this.#world.core.removeSink(this);
    this.#socket.resetAndDestroy();
  }

  wants(name: string, subclass: string | undefined): boolean {
    return this.#subscription.wants(name, subclass);
  }

  accept(event: FakeEvent): void {
    if (!this.#subscription.passes(event)) return;
    const isJson = this.#subscription.format === 'json';
    const body = isJson ? event.json() : event.plain();
    const frame = `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-${isJson ? 'json' : 'plain'}\n\n${body}`;
    if (this.#isBlocked || this.#isPaused) {
      this.#held.push(frame);
    } else {
      this.#socket.write(frame);
    }
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#release();
  }

  #release(): void {
    if (this.#isBlocked || this.#isPaused || this.#isClosing) return;
    for (const frame of this.#held.splice(0)) this.#socket.write(frame);
  }

  /** Commands one after another, each of them ended by an empty line. */
  #work(): void {
    while (!this.#isBlocked && !this.#isClosing) {
      this.#received = this.#received.replace(/^[\r\n]+/, '');
      const end = /\r?\n\r?\n/.exec(this.#received);
      if (end === null) return;
      const lines = this.#received.slice(0, end.index).split(/\r?\n/);
      this.#received = this.#received.slice(end.index + end[0].length);
      const [command = '', ...headers] = lines;
      this.#obey(command, headers);
    }
  }

  #obey(command: string, headers: readonly string[]): void {
    const [, verb = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(command) ?? [];
    const word = verb.toLowerCase();
    if (word === 'exit' || word.startsWith('...')) {
      this.#reply('+OK bye');
      this.close();
    } else if (!this.#isAuthenticated) {
      this.#authenticate(word, rest);
    } else if (word === 'api') {
      this.#runBlocking(rest);
    } else if (word === 'bgapi') {
      this.#runInBackground(rest, headers);
    } else {
      this.#reply(this.#subscribe(word, rest) ?? '-ERR command not found');
    }
  }

  #authenticate(word: string, password: string): void {
    if (word !== 'auth') {
      this.#reply('-ERR command not found');
    } else if (password === this.#world.password) {
      this.#isAuthenticated = true;
      this.#reply('+OK accepted');
    } else {
      this.#reply('-ERR invalid');
      this.close();
    }
  }

  #subscribe(word: string, rest: string): string | undefined {
    const words = rest.split(' ').filter((each) => each !== '');
    switch (word) {
      case 'event':
        if (words[0]?.toLowerCase() === 'xml') throw new Error('events in XML are not modelled');
        return this.#subscription.add(words);
      case 'nixevent':
        return this.#subscription.remove(words);
      case 'noevents':
        this.#held.length = 0;
        return this.#subscription.clear();
      case 'filter':
        return this.#subscription.filter(rest);
      default:
        return undefined;
    }
  }

  #runBlocking(line: string): void {
    this.#note(line, false);
    this.#isBlocked = true;
    void this.#world.api.execute(line).then((output) => {
      this.#isBlocked = false;
      if (this.#isClosing) return;
      const body = output === '' ? '-ERR no reply\n' : output;
      this.#socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`);
      this.#release();
      this.#work();
    });
  }

  #runInBackground(line: string, headers: readonly string[]): void {
    const { core, api } = this.#world;
    this.#note(line, true);
    const given = headers.map((header) => /^job-uuid: *(.+)$/i.exec(header)?.[1]).find((uuid) => uuid !== undefined);
    const uuid = given ?? core.newUuid();
    this.#socket.write(`Content-Type: command/reply\nReply-Text: +OK Job-UUID: ${uuid}\nJob-UUID: ${uuid}\n\n`);
    const [, name = '', argument = ''] = /^(\S*) ?(.*)$/s.exec(line) ?? [];
    void api.execute(line).then((output) => {
      const job: readonly Header[] = [
        ['Job-UUID', uuid],
        ['Job-Command', name],
        ...(argument === '' ? [] : ([['Job-Command-Arg', argument]] as const)),
      ];
      core.fire('BACKGROUND_JOB', () => job, ['mod_event_socket.c', 'api_exec', 1580], output);
    });
  }

  #note(command: string, background: boolean): void {
    this.#world.log.add({ kind: 'command', atMs: this.#world.core.clock.nowMs(), command, background });
  }

  #reply(text: string): void {
    this.#socket.write(`Content-Type: command/reply\nReply-Text: ${text}\n\n`);
  }
}
