import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { createServer } from './create-server.ts';
import type { Certificates } from './secure-server.ts';
import type { XmlCurlParts } from './xml-curl-endpoint.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens; the port that was given out where port 0 was asked for. */
  readonly address: ListenAddress;
  /** Accepts nothing more, lets what runs finish, and cuts off what has not after the time given. */
  stop(graceMs: number): Promise<void>;
}

/**
 * @param certificates makes it an https server
 * @throws OperatorError listen-failed
 */
export async function runServer(
  listen: ListenAddress,
  parts: XmlCurlParts,
  certificates?: Certificates,
): Promise<RunningServer> {
  const server = createServer(parts, certificates);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenFailed(listen, error));
    });
    server.listen({ host: listen.host, port: listen.port }, resolve);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  return {
    address: { host: listen.host, port },
    stop: (graceMs) =>
      new Promise((resolve) => {
        const cutOff = setTimeout(() => {
          server.closeAllConnections();
          resolve();
        }, graceMs);
        server.close(() => {
          clearTimeout(cutOff);
          resolve();
        });
        server.closeIdleConnections();
        // Connections that finish their request from here on have nothing to stay open for.
        server.keepAliveTimeout = 1;
      }),
  };
}

function listenFailed(listen: ListenAddress, error: Error): OperatorError {
  const fix = 'stop what listens there, or choose another address with TRUNKHUNT_LISTEN or --listen';
  return new OperatorError([{ code: 'listen-failed', where: formatListenAddress(listen), what: error.message, fix }]);
}
