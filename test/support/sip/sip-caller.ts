import { randomUUID } from 'node:crypto';
import {
  addressUri,
  headerValue,
  responseTo,
  type SipHeader,
  type SipMessage,
  type SipRequest,
} from './sip-message.ts';
import { LOOPBACK, silentSdp, SipSocket } from './sip-socket.ts';

/** A request that nobody has reacted to is sent again (RFC 3261, T1). */
const RETRANSMIT_MS = 500;

export interface CallEnd {
  /** The final status of the INVITE. */
  readonly status: number;
  readonly afterMs: number;
  readonly hasRung: boolean;
}

/** One call, from the caller's end. */
export interface PlacedCall {
  readonly final: Promise<CallEnd>;
  /** Settles when the far end hangs up. */
  readonly hungUp: Promise<void>;
  /** Gives up before it is answered. */
  cancel(): void;
  /** Ends an answered call; settles when the far end has confirmed it. */
  hangUp(): Promise<void>;
}

type Take = (message: SipMessage) => void;

/** A telephone: calls a switch, and tells what became of it. */
export class SipCaller {
  readonly #socket: SipSocket;
  readonly #toPort: () => number;
  readonly #calls: Map<string, Take>;

  private constructor(socket: SipSocket, toPort: () => number, calls: Map<string, Take>) {
    this.#socket = socket;
    this.#toPort = toPort;
    this.#calls = calls;
  }

  static async open(toPort: () => number): Promise<SipCaller> {
    const calls = new Map<string, Take>();
    const socket = await SipSocket.open((message) => calls.get(headerValue(message, 'Call-ID'))?.(message));
    return new SipCaller(socket, toPort, calls);
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  /**
   * @param headers more headers, as of the INVITE
   * @param from what the caller says of itself: the From header without its tag
   */
  call(number: string, headers: readonly SipHeader[] = [], from = `"Caller" <sip:5551234@${LOOPBACK}>`): PlacedCall {
    const port = this.#toPort();
    const call = new OutgoingCall(number, from, headers, {
      port: this.#socket.port,
      toPort: port,
      send: (message) => {
        this.#socket.send(message, port);
      },
    });
    this.#calls.set(call.callId, (message) => {
      call.take(message);
    });
    call.start();
    return call;
  }
}

interface Line {
  readonly port: number;
  readonly toPort: number;
  readonly send: (message: SipMessage) => void;
}

/** Something that will be known later. */
class Announcement<Value> {
  make: (value: Value) => void = () => undefined;
  readonly promise = new Promise<Value>((resolve) => {
    this.make = resolve;
  });
}

class OutgoingCall implements PlacedCall {
  readonly callId = `${randomUUID()}@${LOOPBACK}`;
  readonly #line: Line;
  readonly #invite: SipRequest;
  readonly #startedAt = performance.now();
  readonly #settled = new Announcement<CallEnd>();
  readonly #gone = new Announcement<undefined>();
  readonly #confirmed = new Announcement<undefined>();
  #again: NodeJS.Timeout | undefined;
  #hasRung = false;
  readonly #from: string;
  /** The To with its tag, and where the far end wants to be reached. */
  #to: string;
  #target: string;

  constructor(number: string, from: string, headers: readonly SipHeader[], line: Line) {
    this.#line = line;
    this.#from = from;
    this.#target = `sip:${number}@${LOOPBACK}:${line.toPort}`;
    this.#to = `<${this.#target}>`;
    const bare = this.#request('INVITE', 1);
    this.#invite = {
      ...bare,
      headers: [
        ...bare.headers,
        ['Contact', `<sip:caller@${LOOPBACK}:${line.port}>`],
        ['Content-Type', 'application/sdp'],
        ...headers,
      ],
      body: silentSdp(),
    };
  }

  get final(): Promise<CallEnd> {
    return this.#settled.promise;
  }

  get hungUp(): Promise<void> {
    return this.#gone.promise;
  }

  start(): void {
    this.#line.send(this.#invite);
    this.#again = setInterval(() => {
      this.#line.send(this.#invite);
    }, RETRANSMIT_MS).unref();
  }

  cancel(): void {
    const via = headerValue(this.#invite, 'Via');
    this.#line.send({ ...this.#request('CANCEL', 1, via), uri: this.#invite.uri });
  }

  hangUp(): Promise<void> {
    this.#line.send(this.#request('BYE', 2));
    return this.#confirmed.promise;
  }

  take(message: SipMessage): void {
    clearInterval(this.#again);
    if ('method' in message) {
      if (message.method !== 'BYE') return;
      this.#line.send(responseTo(message, 200));
      this.#gone.make(undefined);
      return;
    }
    const method = headerValue(message, 'CSeq').split(' ')[1];
    if (method === 'BYE') this.#confirmed.make(undefined);
    if (method !== 'INVITE') return;
    if (message.status < 200) {
      if (message.status > 100) this.#hasRung = true;
      return;
    }
    this.#to = headerValue(message, 'To');
    const isAnswer = message.status < 300;
    if (isAnswer) this.#target = addressUri(headerValue(message, 'Contact'));
    // The ACK of a refusal belongs to the INVITE's transaction, that of an answer is one of its own.
    const via = isAnswer ? undefined : headerValue(this.#invite, 'Via');
    this.#line.send(this.#request('ACK', 1, via));
    const { status } = message;
    this.#settled.make({ status, afterMs: performance.now() - this.#startedAt, hasRung: this.#hasRung });
  }

  #request(method: string, sequence: number, via?: string): SipRequest {
    return {
      method,
      uri: this.#target,
      headers: [
        ['Via', via ?? `SIP/2.0/UDP ${LOOPBACK}:${this.#line.port};branch=z9hG4bK${randomUUID()}`],
        ['Max-Forwards', '70'],
        ['From', `${this.#from};tag=${this.callId.slice(0, 8)}`],
        ['To', this.#to],
        ['Call-ID', this.callId],
        ['CSeq', `${sequence} ${method}`],
      ],
      body: '',
    };
  }
}
