import { setTimeout as wait } from 'node:timers/promises';
import { dialplanForm, lookupRequest } from '../lookup-request.ts';
import { sendRaw } from '../raw-http.ts';

/** Calls that are asked for one after the other, each on a connection of its own, while something is broken. */
export interface Asker {
  asked(): number;
  /** What came instead of a plan, or of "ready", one line each. */
  lost(): readonly string[];
  /** Asks no more; settles when the last answer is there. */
  stop(): Promise<void>;
}

const CALL = lookupRequest({
  headers: ['Connection: close', 'Content-Type: application/x-www-form-urlencoded'],
  body: dialplanForm({ 'Caller-Context': 'default', 'Caller-Destination-Number': '4930123456' }),
});
const READY = lookupRequest({ method: 'GET', path: '/readyz', headers: ['Connection: close'] });

/** So long a switch waits by default, and a caller never does. */
const PATIENCE_MS = 10_000;

/** @param pauseMs between two calls */
export function askThroughout(port: number, pauseMs = 5): Asker {
  let asked = 0;
  const stopping = new AbortController();
  const lost: string[] = [];
  const ask = async (request: Buffer, wanted: string): Promise<void> => {
    try {
      const { status, body } = await sendRaw(port, request, PATIENCE_MS);
      if (status !== 200 || !body.includes(wanted)) lost.push(`${status} ${body.toString('utf8').slice(0, 200)}`);
    } catch (error) {
      lost.push(String(error));
    }
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      asked += 1;
      await ask(CALL, 'application="bridge"');
      await ask(READY, 'ready');
      await wait(pauseMs);
    }
  })();
  return {
    asked: () => asked,
    lost: () => lost,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
