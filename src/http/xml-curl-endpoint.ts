import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../config/log.ts';
import type { DecisionBook } from '../live/decision-book.ts';
import type { Fleet } from '../live/fleet.ts';
import type { LiveState, Serving } from '../live/live-state.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { SPANS, spanSync } from '../tracing/spans.ts';
import { NOT_FOUND_DOCUMENT } from '../xml/not-found-document.ts';
import { HEADERS_QUERY } from '../xml/xml-curl-conf.ts';
import { answerLookup, type CallStamps, type LookupAnswer, wantedFields } from './answer-lookup.ts';
import type { Gate } from './gate.ts';
import { LookupQueue, type ReceivedLookup } from './lookup-queue.ts';
import { readBody } from './read-body.ts';
import { FieldReader, firstOf } from './request-fields.ts';
import type { ServerLimits } from './server-limits.ts';
import { ShedLog } from './shed-log.ts';

export interface XmlCurlParts {
  readonly live: LiveState;
  readonly fleet: Fleet;
  readonly decisions: DecisionBook;
  readonly metrics: ServerMetrics;
  readonly log: Log;
  readonly gate: Gate;
  readonly stamps: CallStamps;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly limits: ServerLimits;
}

const NOT_FOUND = { section: 'other', hostname: '', document: NOT_FOUND_DOCUMENT } as const;

/** The endpoint, and what waits there. */
export interface XmlCurlEndpoint {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly queue: LookupQueue;
}

/**
 * The endpoint for mod_xml_curl: a plain handler that mounts anywhere. Whoever may ask is
 * answered with 200 and a document, since FreeSWITCH takes anything else for a failure of ours (contract 1.5).
 * POST has its fields in the body, every other method ("GET style") in the query.
 * @param received is told when a request is there in full, or will be answered without the rest of it
 */
export function xmlCurlEndpoint(
  parts: XmlCurlParts,
  received: (request: IncomingMessage, response: ServerResponse) => void,
): XmlCurlEndpoint {
  const readers = new FieldReaders(parts.live);
  const queue = lookupQueue(parts, readers);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const startedMs = parts.clockMs();
    const refusal = parts.gate.refusal(request, 'switch');
    if (refusal !== undefined) {
      received(request, response);
      parts.gate.refuse(request, response, 'switch', refusal);
      parts.metrics.requestAnswered('other', refusal.result, '', (parts.clockMs() - startedMs) / 1000);
      return;
    }
    const query = queryOf(request.url ?? '');
    if (request.method !== 'POST') {
      received(request, response);
      request.resume();
      queue.push({ form: query, query, response, socket: request.socket, startedMs });
      return;
    }
    readBody(request, (body) => {
      received(request, response);
      if (body === undefined) finish({ response, startedMs }, { ...NOT_FOUND, result: 'too_large' }, parts);
      else queue.push({ form: body, query, response, socket: request.socket, startedMs });
    });
  };
  return { handle, queue };
}

function lookupQueue(parts: XmlCurlParts, readers: FieldReaders): LookupQueue {
  const { limits, clockMs, metrics } = parts;
  const sheds = new ShedLog(parts);
  return new LookupQueue({
    limits,
    clockMs,
    answer: (lookup) => {
      finish(lookup, answerForm(lookup, readers, parts), parts);
    },
    shed: ({ form, response }) => {
      const hostname = firstOf(form, 'hostname');
      send(response, NOT_FOUND_DOCUMENT);
      metrics.requestPassed('dialplan', 'shed', hostname);
      sheds.note(hostname);
    },
    abandon: () => {
      metrics.requestPassed('other', 'abandoned', '');
    },
  });
}

function finish(
  { response, startedMs }: Pick<ReceivedLookup, 'response' | 'startedMs'>,
  { section, result, hostname, document }: LookupAnswer,
  { metrics, clockMs }: XmlCurlParts,
): void {
  send(response, document);
  metrics.requestAnswered(section, result, hostname, (clockMs() - startedMs) / 1000);
}

/** Answers a form; a mistake of ours is told to the operator, and is *not found* to FreeSWITCH. */
function answerForm(
  { form, query }: ReceivedLookup,
  readers: FieldReaders,
  { live, log, stamps }: XmlCurlParts,
): LookupAnswer {
  try {
    const answer = spanSync(
      SPANS.lookup,
      () => ({ size: form.length }),
      () => answerLookup(readers.current.read(form), declaredHeaders(query), live, stamps),
      ({ hostname, section, result }) => ({ switch: hostname, section, outcome: result }),
    );
    log.debug({ switch: answer.hostname, section: answer.section, result: answer.result }, 'look-up answered');
    return answer;
  } catch (error) {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'look-up failed, answered not found');
    return { ...NOT_FOUND, result: 'error' };
  }
}

function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}

/** The reader for what is served: another snapshot may need other headers. */
class FieldReaders {
  readonly #live: LiveState;
  #serving: Serving | undefined;
  #reader = new FieldReader(wantedFields(undefined));

  constructor(live: LiveState) {
    this.#live = live;
  }

  get current(): FieldReader {
    const { serving } = this.#live;
    if (serving !== this.#serving) {
      this.#serving = serving;
      this.#reader = new FieldReader(wantedFields(serving));
    }
    return this.#reader;
  }
}

const DECLARATIONS = new FieldReader({ names: new Set([HEADERS_QUERY]), headers: new Set() });

/** What `trunkhunt xml-curl-conf` wrote into the URL. */
function declaredHeaders(query: string): ReadonlySet<string> | undefined {
  if (!query.includes(`${HEADERS_QUERY}=`)) return undefined;
  return new Set(DECLARATIONS.read(query).get(HEADERS_QUERY).toLowerCase().split(','));
}

function send(response: ServerResponse, document: Buffer | string): void {
  response
    .writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8', 'Content-Length': Buffer.byteLength(document) })
    .end(document);
}
