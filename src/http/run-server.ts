import type { Server } from 'node:http';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { LoopWatch } from '../live/loop-watch.ts';
import { createServer } from './create-server.ts';
import type { Certificates } from './secure-server.ts';
import type { XmlCurlParts } from './xml-curl-endpoint.ts';

/**
 * New connections that the kernel holds while we are busy, as far as its own limit (net.core.somaxconn) goes. Beyond it
 * a connection is not refused, but made a second later or more: a call waits less behind all of these.
 */
const BACKLOG = 4_096;

/** So many turns without a connection show that none is left; others must not hold up the end by asking on and on. */
const TURNS_WITHOUT = 3;
const ACCEPT_MS = 200;

const SWEEP_EVERY_MS = 1_000;

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
  const { clockMs, after, log, metrics } = parts;
  const timers = { nowMs: clockMs, after };
  const loop = new LoopWatch({
    timers,
    log,
    observe: (seconds) => {
      metrics.load.loopWasLate(seconds);
    },
  });
  const { server, queue, connections } = createServer(parts, () => loop.lateMs, certificates);
  metrics.load.readFrom(() => ({ inWork: queue.size, connections: connections.size }));
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(listenFailed(listen, error));
    };
    server.once('error', failed);
    server.listen({ host: listen.host, port: listen.port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      resolve();
    });
  });
  // A connection that could not be taken over is its caller's loss, not the end of the server.
  server.on('error', (error) => {
    log.warn({ error: error.message }, `a connection could not be accepted: ${error.message}`);
  });
  loop.start();
  const stopSweeping = repeat(after, SWEEP_EVERY_MS, () => {
    connections.sweep();
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  return {
    address: { host: listen.host, port },
    stop: async (graceMs) => {
      loop.stop();
      stopSweeping();
      await acceptWhatCame(server, clockMs);
      await new Promise<void>((resolve) => {
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
      });
    },
  };
}

/**
 * Takes over the connections that the kernel has accepted already: closing would reset them, and their switches count on
 * an answer. Node takes one in a turn of its loop.
 */
function acceptWhatCame(server: Server, clockMs: () => number): Promise<void> {
  const untilMs = clockMs() + ACCEPT_MS;
  let turnsWithout = 0;
  const came = (): void => {
    turnsWithout = 0;
  };
  server.on('connection', came);
  return new Promise((resolve) => {
    const look = (): void => {
      turnsWithout += 1;
      if (turnsWithout <= TURNS_WITHOUT && clockMs() < untilMs) {
        setImmediate(look);
        return;
      }
      server.off('connection', came);
      resolve();
    };
    setImmediate(look);
  });
}

function repeat(after: XmlCurlParts['after'], everyMs: number, run: () => void): () => void {
  let cancel = after(everyMs, again);
  return () => {
    cancel();
  };

  function again(): void {
    run();
    cancel = after(everyMs, again);
  }
}

function listenFailed(listen: ListenAddress, error: Error): OperatorError {
  const fix = 'stop what listens there, or choose another address with TRUNKHUNT_LISTEN or --listen';
  return new OperatorError([{ code: 'listen-failed', where: formatListenAddress(listen), what: error.message, fix }]);
}
