import { Server, type ServerOptions } from 'node:https';
import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { Log } from '../config/log.ts';
import type { TlsMaterial } from '../config/tls-material.ts';
import type { HandshakeFailure, TlsMetrics } from '../metrics/tls-metrics.ts';

/** What is served now, and what is served later. */
export interface Certificates {
  readonly served: TlsMaterial;
  onRenewed(run: (material: TlsMaterial) => void): void;
}

export interface SecureServerParts {
  readonly certificates: Certificates;
  readonly metrics: TlsMetrics;
  readonly log: Log;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
}

/** Half-open connections are cut off as slow requests are. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

const SAY_EVERY_MS = 60_000;

/**
 * An https server whose certificate can be changed while it runs: whoever is connected goes on, whoever comes gets the
 * new one. With authorities of clients, nobody without a certificate of theirs gets as far as a request.
 */
export class SecureServer extends Server {
  readonly #parts: SecureServerParts;
  readonly #sockets = new Set<Duplex>();
  readonly #unsaid = new Map<HandshakeFailure, number>();
  #saidMs = -Infinity;

  constructor(options: ServerOptions, handler: RequestListener, parts: SecureServerParts) {
    const { certificates } = parts;
    super(
      {
        ...options,
        ...contextOptions(certificates.served),
        requestCert: certificates.served.clientCa !== undefined,
        rejectUnauthorized: true,
        // HTTP/2 is not spoken here; a client that knows nothing else is told so in the handshake.
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      },
      handler,
    );
    this.#parts = parts;
    certificates.onRenewed((material) => {
      this.setSecureContext(contextOptions(material));
    });
    this.on('connection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    // Before https' own listener, which would have it answered as a malformed request.
    this.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      this.#failed(failureOf(error, socket), error, socket.remoteAddress);
      socket.destroy();
    });
  }

  /** Those in the middle of their handshake too, which http does not know of. */
  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Each is counted; the log has one line a minute, since anybody can make them fail. */
  #failed(reason: HandshakeFailure, { code }: NodeJS.ErrnoException, address: string | undefined): void {
    const { metrics, log, clockMs } = this.#parts;
    metrics.handshakeFailed(reason);
    log.debug({ reason, code, address }, 'a TLS handshake failed');
    // Whoever only looks whether the port is open hangs up as well.
    if (reason === 'disconnected') return;
    this.#unsaid.set(reason, (this.#unsaid.get(reason) ?? 0) + 1);
    if (clockMs() - this.#saidMs < SAY_EVERY_MS) return;
    this.#saidMs = clockMs();
    const failures = Object.fromEntries(this.#unsaid);
    this.#unsaid.clear();
    log.warn({ failures, code, address }, `TLS handshakes failed, the last one: ${MEANINGS[reason]}`);
  }
}

/** Node's own choice of ciphers and curves does; older protocols than TLS 1.2 are not spoken, whatever Node is told. */
function contextOptions({ cert, key, clientCa }: TlsMaterial): SecureContextOptions {
  return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }), minVersion: 'TLSv1.2' };
}

const MEANINGS: Readonly<Record<HandshakeFailure, string>> = {
  plain_http: 'somebody speaks plain http here; the URL has to begin with https://',
  protocol: 'the client speaks no TLS, or an old version of it; 1.2 is the oldest here',
  client_certificate_missing: 'the client shows no certificate, and one is required (TRUNKHUNT_TLS_CLIENT_CA)',
  client_certificate_refused: "the client's certificate is out of date, or of another authority",
  refused_by_client: 'the client does not trust the certificate that is served',
  timeout: 'the client took too long',
  disconnected: 'the client hung up',
  other: 'see its code',
};

/** The codes are OpenSSL's reasons; an alert is what the client had to say. */
function failureOf({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): HandshakeFailure {
  // A code of OpenSSL's, whatever its type says; null where nothing was wrong.
  if (typeof (socket.authorizationError as unknown) === 'string') return 'client_certificate_refused';
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain_http';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'client_certificate_missing';
  if (/^ERR_SSL_\w+_ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+)$/.test(code)) return 'refused_by_client';
  if (/PROTOCOL|VERSION|SHARED_CIPHER|SIGNATURE_ALGORITHM/.test(code)) return 'protocol';
  return ['ECONNRESET', 'EPIPE'].includes(code) ? 'disconnected' : 'other';
}
