import type { ServerResponse } from 'node:http';
import type { Log } from '../config/log.ts';
import type { AccessRole } from '../live/access-rule.ts';
import type { AccessRules } from '../live/access-rules.ts';
import { DigestNonces } from '../live/digest-nonces.ts';
import { ATTEMPTS, FailedAttempts } from '../live/failed-attempts.ts';
import { UnansweredChallenges } from '../live/unanswered-challenges.ts';
import type { AccessMetrics } from '../metrics/access-metrics.ts';
import { addressOf, type AskedRequest, type Authorise, authorisation, type Refusal } from './authorise.ts';
import { challenges } from './challenges.ts';

export interface GateParts {
  /** Those in force now. */
  readonly rules: () => AccessRules;
  /** Random bytes of this process, for nonces. */
  readonly key: Uint8Array;
  readonly metrics: AccessMetrics;
  readonly log: Log;
  /** Monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

const QUIET_MS = 60_000;

const MESSAGES = {
  challenged: 'asked again and again without a password',
  unauthorized: 'the wrong password',
  forbidden: 'the right password, but not for this role or not from there, or for a page of another site',
  throttled: 'too many wrong passwords from this address: nothing more is compared for a while',
} as const satisfies Record<Refusal['result'], string>;

const FOR_A_PAGE = 'not for a page of another site; use the address of this server, or set a password';

/** What the operator of a switch wants to know besides. */
const ON_SWITCH = ': the switch uses its local files, check gateway-credentials';

/** Lets requests in, or answers them that they are not. */
export class Gate {
  readonly #parts: GateParts;
  readonly #attempts: FailedAttempts;
  readonly #nonces: DigestNonces;
  readonly #unanswered: UnansweredChallenges;
  readonly #authorise: Authorise;
  /** By the kind of refusal: what was not told yet, and until when nothing is. */
  readonly #untold = new Map<Refusal['result'], { refused: number; quietUntilMs: number }>();

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#attempts = new FailedAttempts(parts.nowMs);
    this.#nonces = new DigestNonces(parts.key, parts.nowMs);
    this.#unanswered = new UnansweredChallenges(parts.nowMs);
    this.#authorise = authorisation({ rules: parts.rules, attempts: this.#attempts, nonces: this.#nonces });
  }

  /** Why a request may not have what needs this role; undefined where it may. */
  refusal(request: AskedRequest, role: AccessRole): Refusal | undefined {
    const refusal = this.#authorise(request, role);
    if (refusal === undefined && !this.#unanswered.isEmpty) this.#unanswered.answered(addressOf(request));
    return refusal;
  }

  /** Answers a request that may not; a wrong password after a while. Its body is not looked at. */
  refuse(request: AskedRequest, response: ServerResponse, role: AccessRole, refusal: Refusal): void {
    const address = addressOf(request);
    this.#parts.metrics.refused(role, refusal.result);
    this.#tell(address, role, refusal);
    request.resume();
    const answer = (): void => {
      this.#answer(response, role, refusal, address);
    };
    const delayMs = refusal.result === 'unauthorized' ? this.#attempts.failed(address) : 0;
    const release = delayMs === 0 ? undefined : this.#attempts.hold(address);
    if (release === undefined) {
      answer();
      return;
    }
    const cancel = this.#parts.after(delayMs, answer);
    response.once('close', () => {
      cancel();
      release();
    });
  }

  #answer(response: ServerResponse, role: AccessRole, refusal: Refusal, address: string): void {
    const send = (
      status: number,
      text: string,
      headers: Readonly<Record<string, string | readonly string[]>>,
    ): void => {
      response
        .writeHead(status, {
          ...headers,
          'Content-Type': 'text/plain; charset=utf-8',
          'Content-Length': Buffer.byteLength(text),
        })
        .end(text);
    };
    switch (refusal.result) {
      case 'challenged':
      case 'unauthorized': {
        const isStale = refusal.result === 'challenged' && refusal.isStale;
        // FreeSWITCH has no use for a text, and a client that answers has none to skip.
        const text = role === 'switch' ? '' : `a password is needed: this is for the role ${role}\n`;
        send(401, text, { 'WWW-Authenticate': challenges(this.#nonces.next(), isStale) });
        return;
      }
      case 'forbidden': {
        const why = { role: 'these credentials do not have it', network: `not from ${address}`, page: FOR_A_PAGE };
        send(403, `this needs the role ${role}: ${why[refusal.lacks]}\n`, {});
        return;
      }
      case 'throttled':
        send(429, 'too many wrong passwords from this address\n', {
          'Retry-After': String(ATTEMPTS.forgivenMs / 1000),
        });
    }
  }

  /** Never the name that was given: people type their password there. One that was right is none. */
  #tell(address: string, role: AccessRole, refusal: Refusal): void {
    const { result } = refusal;
    if (result === 'challenged' && !this.#unanswered.challenged(address)) return;
    const nowMs = this.#parts.nowMs();
    const untold = this.#untold.get(result) ?? { refused: 0, quietUntilMs: -Infinity };
    this.#untold.set(result, untold);
    untold.refused += 1;
    if (nowMs < untold.quietUntilMs) return;
    const user = result === 'forbidden' ? { user: refusal.user } : {};
    const data = { address, role, refused: untold.refused, ...user };
    this.#parts.log.warn(data, `not let in, ${MESSAGES[result]}${role === 'switch' ? ON_SWITCH : ''}`);
    untold.refused = 0;
    untold.quietUntilMs = nowMs + QUIET_MS;
  }
}
