import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type Express } from 'express';
import { NOT_FOUND_DOCUMENT } from '../xml/not-found-document.ts';
import { apiRoutes } from './api-routes.ts';
import { needRole } from './need-role.ts';
import { BODY_BYTES_LIMIT } from './read-body.ts';
import { statusPage } from './status-page.ts';
import { xmlCurlEndpoint, type XmlCurlParts } from './xml-curl-endpoint.ts';

/** Where FreeSWITCH asks. */
const LOOKUP_PATH = '/fsapi';

/** "GET style" puts everything into the request line; Node's own limit is 16 kB. */
const HEAD_BYTES_LIMIT = BODY_BYTES_LIMIT + 16 * 1024;

/** A switch sends its request at once; who takes longer than this holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The whole server. Look-ups go straight to their handler, since every millisecond of them is post-dial delay; Express
 * serves everything else.
 */
export function createServer(parts: XmlCurlParts): Server {
  const lookup = xmlCurlEndpoint(parts);
  const app = createApp(parts);
  const server = createHttpServer(
    {
      maxHeaderSize: HEAD_BYTES_LIMIT,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // What lacks it is answered as anything else that is not ours.
      requireHostHeader: false,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      if (isLookup(request.url ?? '')) lookup(request, response);
      else app(request, response);
    },
  );
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
    answerClientError(error, socket as Socket, parts);
  });
  return server;
}

/** The part of a socket that answering needs; its class belongs to the event socket's floor. */
type Socket = Duplex & { readonly bytesWritten: number; destroySoon(): void };

/** A slash too many, or the whole URL in the request line, does not make it another place. */
function isLookup(url: string): boolean {
  if (url === LOOKUP_PATH || url.startsWith(`${LOOKUP_PATH}?`)) return true;
  return /^(?:https?:\/\/[^/?#]*)?\/+fsapi\/*(?:\?|$)/i.test(url);
}

function createApp(parts: XmlCurlParts): Express {
  const { live, metrics, gate } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const { serving } = live;
    response
      .status(serving === undefined ? 503 : 200)
      .type('text/plain')
      .send(serving === undefined ? 'no inventory is being served\n' : `ready, generation ${serving.generation}\n`);
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
  return app;
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
  const length = Buffer.byteLength(NOT_FOUND_DOCUMENT);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: ${length}\r\nConnection: close`;
  socket.end(`${head}\r\n\r\n${NOT_FOUND_DOCUMENT}`);
}
