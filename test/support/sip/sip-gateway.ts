import { randomUUID } from 'node:crypto';
import { provesPassword, readAuthorization, writeChallenge } from './sip-digest.ts';
import {
  addressUri,
  headerParameter,
  headerValue,
  responseTo,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  uriPort,
  uriUser,
} from './sip-message.ts';
import { LOOPBACK, silentSdp, SipSocket } from './sip-socket.ts';

/** What becomes of an INVITE. Neither ring nor status: nothing is ever said, as by a machine that hangs. */
export interface CallScript {
  readonly ring?: boolean;
  /** The final status; none = it rings until somebody gives up. */
  readonly status?: number;
  readonly afterMs?: number;
  readonly headers?: readonly SipHeader[];
}

export interface SeenInvite {
  readonly number: string;
  readonly callId: string;
  readonly headers: readonly SipHeader[];
  readonly atMs: number;
}

export interface SeenRegister {
  readonly username: string;
  readonly expires: number;
  /** What it was answered with. */
  readonly status: number;
  readonly atMs: number;
}

interface Dialog {
  readonly invite: SipRequest;
  readonly script: CallScript;
  readonly tag: string;
  readonly port: number;
  final: SipResponse | undefined;
}

const REALM = 'carrier.test';

/** A carrier's SIP server: answers calls as it is told to, pings, and registrations by digest. */
export class SipGateway {
  /** By Call-ID, the challenge that was given last; an answer to an earlier one is asked for again, as strict registrars do. */
  readonly #nonces = new Map<string, string>();
  /** By Call-ID. */
  readonly #dialogs = new Map<string, Dialog>();
  #socket: SipSocket | undefined;
  /** What becomes of the next calls. */
  script: CallScript;
  /** The answer to OPTIONS; undefined = none. */
  pingStatus: number | undefined = 200;
  /** Who may register, with which passwords. */
  readonly passwords = new Map<string, readonly string[]>();
  /** How long a registration lasts, whatever was asked for; undefined = as asked for. */
  grantedSeconds: number | undefined;
  readonly invites: SeenInvite[] = [];
  readonly registers: SeenRegister[] = [];
  /** Calls that were answered and are not over. */
  readonly upCalls = new Set<string>();
  /** The most calls that were up or ringing at one time. */
  mostCalls = 0;
  pings = 0;

  private constructor(script: CallScript) {
    this.script = script;
  }

  static async open(script: CallScript = { status: 200 }): Promise<SipGateway> {
    const gateway = new SipGateway(script);
    await gateway.reopen();
    return gateway;
  }

  get port(): number {
    if (this.#socket === undefined) throw new Error('the gateway was never open');
    return this.#socket.port;
  }

  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  /** Comes back on its own port. */
  async reopen(): Promise<void> {
    this.#socket = await SipSocket.open((message, fromPort) => {
      this.#take(message, fromPort);
    }, this.#socket?.port);
  }

  async close(): Promise<void> {
    await this.#socket?.close();
  }

  /** Ends every call that is up, as the callee does. */
  hangUpAll(): void {
    for (const callId of this.upCalls) {
      const dialog = this.#dialogs.get(callId);
      if (dialog !== undefined) this.#send(byeOf(dialog, this.port), dialog.port);
    }
    this.upCalls.clear();
  }

  #send(message: SipMessage, port: number): void {
    this.#socket?.send(message, port);
  }

  #take(message: SipMessage, fromPort: number): void {
    if (!('method' in message)) return;
    const callId = headerValue(message, 'Call-ID');
    switch (message.method) {
      case 'OPTIONS':
        this.pings += 1;
        if (this.pingStatus !== undefined) this.#send(responseTo(message, this.pingStatus, { tag: 'o' }), fromPort);
        break;
      case 'REGISTER':
        this.#register(message, fromPort);
        break;
      case 'INVITE':
        this.#invite(message, callId, fromPort);
        break;
      case 'CANCEL':
        this.#cancel(message, callId, fromPort);
        break;
      case 'BYE':
        this.upCalls.delete(callId);
        this.#send(responseTo(message, 200), fromPort);
        break;
    }
  }

  #invite(invite: SipRequest, callId: string, port: number): void {
    const known = this.#dialogs.get(callId);
    if (known !== undefined && headerValue(known.invite, 'CSeq') === headerValue(invite, 'CSeq')) {
      // Sent again, since nobody has answered it yet or the answer was lost.
      if (known.final !== undefined) this.#send(known.final, port);
      return;
    }
    const { script } = this;
    const dialog: Dialog = { invite, script, tag: randomUUID(), port, final: undefined };
    this.#dialogs.set(callId, dialog);
    // One that shows a password after it was asked for is the same call.
    if (known === undefined) {
      const { uri, headers } = invite;
      this.invites.push({ number: uriUser(uri), callId, headers, atMs: performance.now() });
    }
    const open = [...this.#dialogs.values()].filter(({ final }) => final === undefined).length + this.upCalls.size;
    this.mostCalls = Math.max(this.mostCalls, open);
    if (script.ring === true) this.#send(responseTo(invite, 180, { tag: dialog.tag }), port);
    const { status, afterMs = 0, headers = [] } = script;
    if (status === undefined) return;
    const answer = (): void => {
      if (dialog.final !== undefined) return;
      const isAnswer = status === 200;
      const contact: SipHeader = ['Contact', `<sip:gateway@${this.address}>`];
      const type: SipHeader = ['Content-Type', 'application/sdp'];
      const own = isAnswer ? [contact, type] : [contact];
      if (isAnswer) this.upCalls.add(callId);
      const body = isAnswer ? silentSdp() : '';
      this.#finish(dialog, responseTo(invite, status, { tag: dialog.tag, headers: [...own, ...headers], body }));
    };
    if (afterMs === 0) answer();
    else setTimeout(answer, afterMs);
  }

  #finish(dialog: Dialog, response: SipResponse): void {
    dialog.final = response;
    this.#send(response, dialog.port);
  }

  #cancel(cancel: SipRequest, callId: string, port: number): void {
    const dialog = this.#dialogs.get(callId);
    if (dialog === undefined || isSilent(dialog.script)) return;
    this.#send(responseTo(cancel, 200, { tag: dialog.tag }), port);
    if (dialog.final === undefined) this.#finish(dialog, responseTo(dialog.invite, 487, { tag: dialog.tag }));
  }

  #register(register: SipRequest, port: number): void {
    const authorization = headerValue(register, 'Authorization');
    const callId = headerValue(register, 'Call-ID');
    const challenge = { realm: REALM, nonce: this.#nonces.get(callId) ?? '' };
    const username = readAuthorization(authorization).get('username') ?? '';
    const contact = headerValue(register, 'Contact');
    const expires = Number(headerParameter(contact, 'expires') || headerValue(register, 'Expires') || 3600);
    const passwords = this.passwords.get(username) ?? [];
    const answersChallenge =
      readAuthorization(authorization).get('nonce') === challenge.nonce && challenge.nonce !== '';
    // Whoever shows a wrong password is told so, not asked again.
    const isProven = passwords.some((it) => provesPassword(authorization, 'REGISTER', challenge, it));
    const status = isProven ? 200 : answersChallenge ? 403 : 401;
    const nonce = randomUUID();
    this.#nonces.set(callId, nonce);
    const granted = expires === 0 ? 0 : (this.grantedSeconds ?? expires);
    const headers: readonly SipHeader[] =
      status === 401
        ? [['WWW-Authenticate', writeChallenge({ realm: REALM, nonce })]]
        : [['Contact', `<${addressUri(contact)}>;expires=${granted}`]];
    this.registers.push({ username, expires, status, atMs: performance.now() });
    this.#send(responseTo(register, status, { tag: 'r', headers }), port);
  }
}

function isSilent({ ring, status }: CallScript): boolean {
  return ring !== true && status === undefined;
}

function byeOf({ invite, tag }: Dialog, port: number): SipRequest {
  const contact = addressUri(headerValue(invite, 'Contact'));
  return {
    method: 'BYE',
    uri: contact === '' ? `sip:${LOOPBACK}:${uriPort(contact)}` : contact,
    headers: [
      ['Via', `SIP/2.0/UDP ${LOOPBACK}:${port};branch=z9hG4bK${randomUUID()}`],
      ['Max-Forwards', '70'],
      ['From', `${headerValue(invite, 'To')};tag=${tag}`],
      ['To', headerValue(invite, 'From')],
      ['Call-ID', headerValue(invite, 'Call-ID')],
      ['CSeq', '1 BYE'],
    ],
    body: '',
  };
}
