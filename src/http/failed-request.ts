import type { ErrorRequestHandler } from 'express';
import type { Log } from '../config/log.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';

const TEXT = 'this request failed, the log of the server says why';

/**
 * Answers a request that failed. Express would send the error itself where NODE_ENV is not set to production, and print
 * it where no log is kept.
 */
export function failedRequest({
  log,
  metrics,
}: {
  readonly log: Log;
  readonly metrics: ServerMetrics;
}): ErrorRequestHandler {
  // Express knows those that take errors by their four parameters.
  return (error: unknown, { method, path }, response, next) => {
    metrics.unhandled.count('request');
    const stack = error instanceof Error ? error.stack : String(error);
    log.error({ method, path, error: stack }, 'a request failed, this is a mistake of trunkhunt');
    // An answer that is half sent is cut off.
    if (response.headersSent) next();
    else if (path.startsWith('/api')) response.status(500).json({ error: TEXT });
    else response.status(500).type('text/plain').send(`${TEXT}\n`);
  };
}
