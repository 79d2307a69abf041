import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { Gate } from '../../../src/http/gate.ts';
import { CLIENT_TIMES } from '../../../src/http/server-limits.ts';
import { type XmlCurlEndpoint, xmlCurlEndpoint, type XmlCurlParts } from '../../../src/http/xml-curl-endpoint.ts';
import { ruleForAll } from '../../../src/live/access-rule.ts';
import { AccessRules } from '../../../src/live/access-rules.ts';
import { LiveState } from '../../../src/live/live-state.ts';
import { ServerMetrics } from '../../../src/metrics/server-metrics.ts';
import type { Snapshot } from '../../../src/routing/snapshot.ts';
import { DECISION } from './check-answer.ts';

const ignore = (): void => undefined;

/** One for all: it watches the process, and nothing of it is in an answer. */
const METRICS = new ServerMetrics('0.0.0-test', 'v0.0.0');

/** Everybody may ask. */
const RULES = new AccessRules([ruleForAll(undefined)], Buffer.alloc(32));

/** The look-ups' own handler over a snapshot, with a request and a response that are no connection's. */
export class FuzzEndpoint {
  readonly parts: Pick<XmlCurlParts, 'live' | 'metrics' | 'log' | 'gate' | 'stamps' | 'clockMs' | 'after' | 'limits'>;
  /** What the server called a mistake of its own. */
  readonly errors: string[] = [];
  readonly #endpoint: XmlCurlEndpoint;

  constructor(snapshot: Snapshot) {
    const error = (data: object, message: string): void => {
      this.errors.push(`${message} ${JSON.stringify(data)}`);
    };
    const log = { debug: ignore, info: ignore, warn: ignore, error };
    const live = new LiveState(METRICS, log, () => 0);
    live.serve(snapshot, []);
    const stamps = { nowMs: () => 0, nextDecisionId: () => DECISION };
    const after = () => ignore;
    const gate = new Gate({
      rules: () => RULES,
      key: Buffer.alloc(32),
      metrics: METRICS.access,
      log,
      nowMs: () => 0,
      after,
    });
    // Nothing is shed: every input is to have its answer.
    const limits = { ...CLIENT_TIMES, maxInWork: 0, maxWaitMs: 0, maxConnections: 100 };
    this.parts = { live, metrics: METRICS, log, gate, stamps, clockMs: () => 0, after, limits };
    // Whom the switch tells of calls, and the decisions that are kept, are nothing that answers are made of.
    this.#endpoint = xmlCurlEndpoint(this.parts as XmlCurlParts, ignore);
  }

  /**
   * The body of the answer, after its turn.
   * @throws Error where it is not the answer that FreeSWITCH reads: status 200, of the length that is said
   */
  ask(form: string): Promise<Buffer> {
    const request = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/fsapi',
      headers: {},
      socket: { remoteAddress: '127.0.0.1', writable: true, destroyed: false },
      resume: ignore,
      destroy: ignore,
    });
    return new Promise((resolve, reject) => {
      let status = 0;
      let length: unknown;
      const response = {
        destroyed: false,
        writeHead: (code: number, headers: Readonly<Record<string, unknown>>) => {
          status = code;
          length = headers['Content-Length'];
          return response;
        },
        end: (document: Buffer | string) => {
          const body = Buffer.from(document);
          if (status === 200 && body.length === length) resolve(body);
          else reject(new Error(`status ${status}, ${body.length} bytes of ${String(length)}`));
        },
      };
      this.#endpoint.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
      request.emit('data', Buffer.from(form, 'latin1'));
      request.emit('end');
    });
  }
}
