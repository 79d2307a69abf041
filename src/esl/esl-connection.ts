import { BackgroundJobs } from './background-jobs.ts';
import { CommandQueue } from './command-queue.ts';
import { CommandRefusedError } from './command-refused-error.ts';
import { EslError, type LossReason } from './esl-error.ts';
import type { Frame } from './frame-decoder.ts';
import { FrameSocket } from './frame-socket.ts';
import { shakeHands } from './shake-hands.ts';
import { readSwitchEvent, type SwitchEvent } from './switch-event.ts';
import type { Timers } from './timers.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 15_000;
/** FreeSWITCH sends a HEARTBEAT every 20 s by default (contract 7.5). */
const HEARTBEAT_TIMEOUT_MS = 90_000;

export interface EslAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export interface EslConnectionListener {
  /** In the order received; possibly before the connection itself has been handed out. */
  event(event: SwitchEvent): void;
  /** Once, at the very end of a connection that was open; all its pending commands have been rejected before. */
  closed(error: EslError): void;
}

export interface EslConnectionOptions {
  readonly timers: Timers;
  readonly handshakeTimeoutMs?: number;
  readonly replyTimeoutMs?: number;
  readonly heartbeatTimeoutMs?: number;
  /** Closes the connection, also one that is not open yet. */
  readonly signal?: AbortSignal;
}

/**
 * A connection to one switch, for its whole life. Commands are one line each and run one after the other; one that
 * fails with an `EslError` other than for its own text or its job's time went down with the connection.
 */
export interface EslConnection {
  /** @returns the output as it is; `-ERR ...` is output too. */
  api(command: string): Promise<string>;
  /** Runs apart from the other commands. @returns the output, once the job is done */
  bgapi(command: string): Promise<string>;
  close(): void;
}

/** Connects, authenticates and subscribes. @returns a rejection with an `EslError` where one of them fails */
export function openEslConnection(
  address: EslAddress,
  listener: EslConnectionListener,
  options: EslConnectionOptions,
): Promise<EslConnection> {
  return new Promise((resolve, reject) => {
    if (!isOneLine(address.password)) reject(notOneLine(`the password of ${nameOf(address)}`));
    else if (options.signal?.aborted === true) reject(new EslError('stopped', `${nameOf(address)}: stopped`));
    else {
      try {
        new SocketConnection(address, listener, options, { resolve, reject });
      } catch (cause) {
        reject(new EslError('unreachable', `${nameOf(address)} is no address`, { cause }));
      }
    }
  });
}

interface Opening {
  readonly resolve: (connection: EslConnection) => void;
  readonly reject: (error: EslError) => void;
}

class SocketConnection implements EslConnection {
  readonly #address: EslAddress;
  readonly #listener: EslConnectionListener;
  readonly #options: EslConnectionOptions;
  readonly #socket: FrameSocket;
  readonly #queue: CommandQueue;
  readonly #jobs: BackgroundJobs;
  /** Until the subscription is confirmed. */
  #opening: Opening | undefined;
  #hasBeenAsked = false;
  /** Why it is closed. */
  #error: EslError | undefined;
  /** Of the handshake, later of the heartbeat. */
  #cancelTimer: () => void;
  readonly #abort = (): void => {
    this.close();
  };

  constructor(address: EslAddress, listener: EslConnectionListener, options: EslConnectionOptions, opening: Opening) {
    const { timers, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS, replyTimeoutMs = REPLY_TIMEOUT_MS } = options;
    this.#address = address;
    this.#listener = listener;
    this.#options = options;
    this.#opening = opening;
    this.#jobs = new BackgroundJobs(timers);
    this.#socket = new FrameSocket(address.host, address.port, {
      frame: (frame) => {
        this.#take(frame);
      },
      lost: (reason, what) => {
        this.#lose(reason, what);
      },
    });
    this.#queue = new CommandQueue({
      timers,
      replyTimeoutMs,
      write: (line) => {
        this.#socket.send(line);
      },
      // A late reply would be taken for the next command's.
      overdue: ({ line }) => {
        const isOpen = this.#opening === undefined;
        // The first line of all holds the password.
        const what = `no reply to ${isOpen ? `'${line}'` : 'the handshake'} within ${replyTimeoutMs} ms`;
        this.#lose(isOpen ? 'reply_timeout' : 'handshake_timeout', what);
      },
    });
    this.#cancelTimer = timers.after(handshakeTimeoutMs, () => {
      const missing = this.#socket.hasConnected ? 'the handshake was not over' : 'there was no connection';
      this.#lose('handshake_timeout', `${missing} within ${handshakeTimeoutMs} ms`);
    });
    options.signal?.addEventListener('abort', this.#abort);
  }

  api(command: string): Promise<string> {
    return this.#run('api', command, (frame, resolve, reject) => {
      // Only what is refused before it runs, for want of permission, is answered by a command/reply.
      if (frame.headers.get('content-type') === 'api/response') resolve(frame.body.toString('utf8'));
      else reject(new CommandRefusedError(command, frame.headers.get('reply-text') ?? ''));
    });
  }

  bgapi(command: string): Promise<string> {
    return this.#run('bgapi', command, (frame, resolve, reject) => {
      const replyText = frame.headers.get('reply-text') ?? frame.body.toString('utf8').trim();
      const jobUuid = frame.headers.get('job-uuid') ?? '';
      if (replyText.startsWith('+OK') && jobUuid !== '') {
        this.#jobs.await(jobUuid, command, { resolve, reject });
      } else {
        this.#jobs.forgetEarly();
        reject(new CommandRefusedError(command, replyText));
      }
    });
  }

  close(): void {
    this.#lose('stopped', 'stopped');
  }

  #run(
    verb: 'api' | 'bgapi',
    command: string,
    reply: (frame: Frame, resolve: (output: string) => void, reject: (error: Error) => void) => void,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!isOneLine(command)) reject(notOneLine('a command'));
      else if (this.#error !== undefined) reject(this.#error);
      else {
        this.#queue.add({
          line: `${verb} ${command}`,
          reply: (frame) => {
            reply(frame, resolve, reject);
          },
          fail: reject,
        });
      }
    });
  }

  #take(frame: Frame): void {
    switch (frame.headers.get('content-type')) {
      case 'auth/request':
        this.#shakeHands();
        return;
      case 'command/reply':
      case 'api/response':
        if (!this.#queue.settle(frame)) this.#lose('protocol', 'the switch sent a reply that nobody waited for');
        return;
      case 'text/event-json':
        this.#takeEvent(frame.body.toString('utf8'));
        return;
      case 'text/rude-rejection':
        this.#lose('forbidden', "the switch's access list forbids this client");
        return;
      case 'text/disconnect-notice':
        this.#lose('disconnected', 'the switch ended the connection');
        return;
      case undefined:
      default:
      // Log lines, and whatever later versions send.
    }
  }

  #takeEvent(json: string): void {
    const event = readSwitchEvent(json);
    if (event === undefined) return;
    if (event.kind === 'heartbeat') this.#awaitHeartbeat();
    if (event.kind === 'job') this.#jobs.take(event, this.#queue.underWay?.line.startsWith('bgapi ') === true);
    this.#listener.event(event);
  }

  #shakeHands(): void {
    if (this.#hasBeenAsked) return;
    this.#hasBeenAsked = true;
    shakeHands(this.#queue, this.#address.password, {
      done: () => {
        const opening = this.#opening;
        this.#opening = undefined;
        this.#awaitHeartbeat();
        opening?.resolve(this);
      },
      failed: (reason, what) => {
        this.#lose(reason, what);
      },
    });
  }

  #awaitHeartbeat(): void {
    if (this.#opening !== undefined) return;
    const { timers, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = this.#options;
    this.#cancelTimer();
    this.#cancelTimer = timers.after(heartbeatTimeoutMs, () => {
      this.#lose('silent', `no HEARTBEAT within ${heartbeatTimeoutMs} ms`);
    });
  }

  /** The one way to the end; only its first cause counts. */
  #lose(reason: LossReason, what: string): void {
    if (this.#error !== undefined) return;
    const error = new EslError(reason, `${nameOf(this.#address)}: ${what}`);
    this.#error = error;
    this.#cancelTimer();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#socket.destroy();
    this.#queue.failAll(error);
    this.#jobs.failAll(error);
    if (this.#opening === undefined) this.#listener.closed(error);
    else this.#opening.reject(error);
  }
}

function nameOf({ host, port }: EslAddress): string {
  return `${host}:${port}`;
}

function isOneLine(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}

/** The text itself stays out of it: it may be the password. */
function notOneLine(what: string): EslError {
  return new EslError('protocol', `${what} must be one line, without CR, LF and NUL`);
}
