import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { xmlCurlEndpoint, type XmlCurlParts } from '../../../src/http/xml-curl-endpoint.ts';
import { LiveState } from '../../../src/live/live-state.ts';
import { ServerMetrics } from '../../../src/metrics/server-metrics.ts';
import type { Snapshot } from '../../../src/routing/snapshot.ts';
import { DECISION } from './check-answer.ts';

const ignore = (): void => undefined;

/** One for all: it watches the process, and nothing of it is in an answer. */
const METRICS = new ServerMetrics('0.0.0-test', 'v0.0.0');

/** The look-ups' own handler over a snapshot, with a request and a response that are no connection's. */
export class FuzzEndpoint {
  readonly parts: Pick<XmlCurlParts, 'live' | 'metrics' | 'log' | 'authorise' | 'stamps' | 'clockMs'>;
  /** What the server called a mistake of its own. */
  readonly errors: string[] = [];
  readonly #handle: ReturnType<typeof xmlCurlEndpoint>;

  constructor(snapshot: Snapshot) {
    const error = (data: object, message: string): void => {
      this.errors.push(`${message} ${JSON.stringify(data)}`);
    };
    const log = { debug: ignore, info: ignore, warn: ignore, error };
    const live = new LiveState(METRICS, log, () => 0);
    live.serve(snapshot, []);
    const stamps = { nowMs: () => 0, nextDecisionId: () => DECISION };
    this.parts = { live, metrics: METRICS, log, authorise: () => true, stamps, clockMs: () => 0 };
    // Whom the switch tells of calls, and the decisions that are kept, are nothing that answers are made of.
    this.#handle = xmlCurlEndpoint(this.parts as XmlCurlParts);
  }

  /** The body of the answer. Throws where it is not the answer that FreeSWITCH reads: status 200, of the length that is said. */
  ask(form: string): Buffer {
    const request = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/fsapi',
      headers: {},
      socket: { remoteAddress: '127.0.0.1' },
      resume: ignore,
      destroy: ignore,
    });
    let status = 0;
    let length: unknown;
    let body: Buffer | undefined;
    const response = {
      writeHead: (code: number, headers: Readonly<Record<string, unknown>>) => {
        status = code;
        length = headers['Content-Length'];
        return response;
      },
      end: (document: Buffer | string) => {
        body = Buffer.from(document);
      },
    };
    this.#handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    request.emit('data', Buffer.from(form, 'latin1'));
    request.emit('end');
    if (status !== 200 || body?.length !== length)
      throw new Error(`status ${status}, ${body?.length ?? 0} bytes of ${String(length)}`);
    return body ?? Buffer.alloc(0);
  }
}
