import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type Express } from 'express';
import type { Serving } from '../live/live-state.ts';
import type { LoadMetrics } from '../metrics/load-metrics.ts';
import { NOT_FOUND_DOCUMENT } from '../xml/not-found-document.ts';
import { apiRoutes } from './api-routes.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import { failedRequest } from './failed-request.ts';
import type { LookupQueue } from './lookup-queue.ts';
import { needRole } from './need-role.ts';
import { BODY_BYTES_LIMIT } from './read-body.ts';
import { type Certificates, SecureServer } from './secure-server.ts';
import { statusPage } from './status-page.ts';
import { xmlCurlEndpoint, type XmlCurlParts } from './xml-curl-endpoint.ts';

/** Where FreeSWITCH asks. */
const LOOKUP_PATH = '/fsapi';

/** "GET style" puts everything into the request line; Node's own limit is 16 kB. */
const HEAD_BYTES_LIMIT = BODY_BYTES_LIMIT + 16 * 1024;

/** How often Node looks for clients that are too slow, where their time is long enough. */
const CHECKING_MS = 1_000;

/** The server, and what it has to do at the moment. */
export interface CreatedServer {
  readonly server: Server;
  readonly queue: Pick<LookupQueue, 'size'>;
  readonly connections: ConnectionKeeper;
}

/**
 * The whole server. Look-ups go straight to their handler, since every millisecond of them is post-dial delay; Express
 * serves everything else.
 * @param certificates makes it an https server
 * @param lateMs how late the process is all the time, in milliseconds; undefined where it is not
 */
export function createServer(
  parts: XmlCurlParts,
  lateMs: () => number | undefined,
  certificates?: Certificates,
): CreatedServer {
  const { limits, clockMs, metrics } = parts;
  const connections = new ConnectionKeeper({
    limits,
    clockMs,
    dropped: (reason) => {
      metrics.load.dropped(reason);
    },
  });
  const { handle: lookup, queue } = xmlCurlEndpoint(parts, (request, response) => {
    connections.received(request, response);
  });
  const app = createApp(parts, lateMs);
  const options = {
    maxHeaderSize: HEAD_BYTES_LIMIT,
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(CHECKING_MS, limits.headMs),
    // What lacks it is answered as anything else that is not ours.
    requireHostHeader: false,
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (isLookup(request.url ?? '')) lookup(request, response);
    else {
      // No page waits for a body.
      connections.received(request, response);
      app(request, response);
    }
  };
  const server =
    certificates === undefined
      ? createHttpServer(options, handle)
      : new SecureServer(options, handle, { ...parts, certificates, metrics: metrics.tls });
  connections.watch(server);
  server.on('connection', () => {
    queue.connectionCame();
  });
  // Node would answer 417 to an expectation that it does not know; FreeSWITCH's curl has none beyond the usual one.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  // Whatever "method" mod_xml_curl was told is sent as it is (contract 1.1); this one Node hands over as a tunnel.
  server.on('connect', (_request, socket) => {
    // Node has let go of this socket: its errors are ours, and it stays open until we close it.
    socket.on('error', () => socket.destroy());
    const ours = socket as Socket;
    answerClientError(new Error('CONNECT'), ours, parts);
    ours.destroySoon();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const ours = socket as Socket;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') timedOut(ours, connections, parts);
    else answerClientError(error, ours, parts);
  });
  return { server, queue, connections };
}

/** How long the rest of a request may take that began to come again after its time. */
const LATE_MS = 1_000;

/** The part of a socket that answering needs; its class belongs to the event socket's floor. */
type Socket = Duplex & { readonly bytesRead: number; readonly bytesWritten: number; destroySoon(): void };

/** A slash too many, or the whole URL in the request line, does not make it another place. */
function isLookup(url: string): boolean {
  if (url === LOOKUP_PATH || url.startsWith(`${LOOKUP_PATH}?`)) return true;
  return /^(?:https?:\/\/[^/?#]*)?\/+fsapi\/*(?:\?|$)/i.test(url);
}

/** What a browser is told of every page: it runs nothing, is framed by nobody, and is not kept. */
const PAGE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

function createApp(parts: XmlCurlParts, lateMs: () => number | undefined): Express {
  const { live, metrics, gate } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.set(PAGE_HEADERS);
    next();
  });
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const { isReady, message } = readiness(live.serving, lateMs());
    response
      .status(isReady ? 200 : 503)
      .type('text/plain')
      .send(`${message}\n`);
  });
  const reads = needRole(gate, 'read');
  app.get('/metrics', needRole(gate, 'metrics'), async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.text());
  });
  app.use('/api', needRole(gate, 'read', 'operator'), apiRoutes(parts));
  app.get('/', reads, (_request, response) => {
    response.type('text/html').send(statusPage(live, parts.fleet.reports));
  });
  app.use(reads, (_request, response) => {
    response.status(404).type('text/plain').send(`there is no such page; see / or ${LOOKUP_PATH}\n`);
  });
  app.use(failedRequest(parts));
  return app;
}

/** Whether switches are better off with this server than with another, or with their own files. */
function readiness(serving: Serving | undefined, lateMs: number | undefined): { isReady: boolean; message: string } {
  if (serving === undefined) return { isReady: false, message: 'no inventory is being served' };
  if (lateMs === undefined) return { isReady: true, message: `ready, generation ${serving.generation}` };
  const message = `too busy: what is due is done ${Math.round(lateMs)} ms late, and has been for seconds`;
  return { isReady: false, message };
}

/**
 * A request that is not there in time. Where it was the process that stood still, what came meanwhile is read only now,
 * and the request is answered; who goes on to be slow is cut off a little later.
 */
function timedOut(socket: Socket, connections: ConnectionKeeper, { metrics, after }: XmlCurlParts): void {
  const { bytesRead } = socket;
  const answer = connections.answerOf(socket);
  const cut = (): void => {
    if (!socket.destroyed && connections.answerOf(socket) === answer) cutOff(socket, metrics.load);
  };
  // What is ready is read in the turn after this one.
  setImmediate(() => {
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) cut();
      else after(LATE_MS, cut);
    });
  });
}

/** A client that is too slow. One that has begun is told *not found*, so that a switch goes on at once. */
function cutOff(socket: Socket, metrics: LoadMetrics): void {
  // It was answered already, and holds on.
  const isUnread = socket.writableEnded || socket.writableLength > 0;
  metrics.dropped(isUnread ? 'unread' : socket.bytesRead === 0 ? 'silent' : 'incomplete');
  if (socket.writable && socket.bytesRead > 0 && socket.bytesWritten === 0) socket.write(REFUSAL);
  socket.destroySoon();
}

/**
 * What cannot be read as HTTP, or has too large a head, is answered as any other look-up that is not ours, as long as
 * nothing was answered on this connection yet.
 */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket, { metrics }: XmlCurlParts): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  metrics.requestAnswered('other', error.code === 'HPE_HEADER_OVERFLOW' ? 'too_large' : 'malformed', '', 0);
  socket.end(REFUSAL);
}

const REFUSAL = `HTTP/1.1 200 OK\r
Content-Type: text/xml; charset=utf-8\r
Content-Length: ${Buffer.byteLength(NOT_FOUND_DOCUMENT)}\r
Connection: close\r
\r
${NOT_FOUND_DOCUMENT}`;
