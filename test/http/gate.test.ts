import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ATTEMPTS } from '../../src/live/failed-attempts.ts';
import { parseAccessFile } from '../../src/live/parse-access-file.ts';
import { askFrom, basicHeader } from '../support/ask-from.ts';
import { digestHeader } from '../support/digest-header.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = "INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');";
const { rules: RULES } = parseAccessFile({
  path: 'f',
  text: 'switch fs:right any\noperator alice:right any',
  listen: undefined,
});

/** Generous: machines that run tests are busy. */
const PATIENCE = { timeout: 15_000, interval: 10 };

/** Time that stands still until it is moved. */
class HandTimers {
  nowNumber = 0;
  readonly #waiting = new Set<{ readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return this.nowNumber;
  }

  after(delayMs: number, run: () => void): () => void {
    const one = { atMs: this.nowNumber + delayMs, run };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  move(byMs: number): void {
    this.nowNumber += byMs;
    for (const one of [...this.#waiting]) {
      if (one.atMs > this.nowNumber || !this.#waiting.delete(one)) continue;
      one.run();
    }
  }
}

describe('wrong passwords', () => {
  let server: TestServer;
  let timers: HandTimers;

  beforeEach(async () => {
    timers = new HandTimers();
    server = await startServer(INVENTORY, { accessRules: RULES, timers });
  });
  afterEach(() => server.stop());

  const ask = (authorization: string | undefined, path = '/fsapi', from = '127.0.0.1') =>
    askFrom({ port: server.port, path, from, ...(authorization === undefined ? {} : { authorization }) });
  const wrong = (at: number, from?: string) => ask(basicHeader(`fs:wrong${at}`), '/fsapi', from);
  const right = (from?: string) => ask(basicHeader('fs:right'), '/fsapi', from);
  const refused = async (role: string, result: string) =>
    sampleValue(await server.metrics(), 'trunkhunt_access_refused_total', { role, result });

  it('are answered at once three times, then after a while', async () => {
    for (let at = 0; at < ATTEMPTS.free; at += 1) expect((await wrong(at)).status).toBe(401);
    let isAnswered = false;
    const slow = wrong(4).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await vi.waitFor(async () => {
      expect(await refused('switch', 'unauthorized')).toBe(4);
    }, PATIENCE);
    // Whoever has the right one does not wait with them.
    expect((await right()).status).toBe(200);
    timers.move(ATTEMPTS.firstDelayMs - 1);
    expect((await right()).status).toBe(200);
    expect(isAnswered).toBe(false);
    timers.move(1);
    expect((await slow).status).toBe(401);
  });

  it('on many connections at a time are no faster: what is beyond the bucket is not compared', async () => {
    const many = Array.from({ length: 100 }, (_, at) => wrong(at));
    await vi.waitFor(async () => {
      expect((await refused('switch', 'unauthorized'))! + (await refused('switch', 'throttled'))!).toBe(100);
    }, PATIENCE);
    timers.move(ATTEMPTS.longestDelayMs);
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(statuses.filter((it) => it === 401)).toHaveLength(ATTEMPTS.most);
    expect(statuses.filter((it) => it === 429)).toHaveLength(100 - ATTEMPTS.most);
  });

  /** So many are wrong that nothing more is compared. */
  async function flood(from?: string): Promise<void> {
    const many = Array.from({ length: 40 }, (_, at) => wrong(at, from));
    await vi.waitFor(async () => {
      expect((await refused('switch', 'unauthorized'))! + (await refused('switch', 'throttled'))!).toBe(40);
    }, PATIENCE);
    timers.move(ATTEMPTS.longestDelayMs);
    await Promise.all(many);
  }

  it('take nothing from a switch behind the same address, nor from others', async () => {
    expect((await right()).status).toBe(200);
    await flood();
    expect((await right()).status).toBe(200);
    expect((await right('127.0.0.2')).status).toBe(200);
  });

  it('are not told from right ones that were never seen from there, until some are forgiven', async () => {
    expect((await right()).status).toBe(200);
    await flood();
    const alice = await ask(basicHeader('alice:right'), '/');
    expect([alice.status, alice.headers['retry-after'], alice.text]).toEqual([
      429,
      '10',
      'too many wrong passwords from this address\n',
    ]);
    timers.move(ATTEMPTS.forgivenMs);
    expect((await ask(basicHeader('alice:right'), '/')).status).toBe(200);
  });

  it('hold no connection that is closed', async () => {
    for (let at = 0; at < ATTEMPTS.free; at += 1) await wrong(at);
    const waitingBefore = timers.waiting;
    const gone = new AbortController();
    const left = Array.from({ length: ATTEMPTS.heldEach }, () =>
      fetch(`http://127.0.0.1:${server.port}/fsapi`, {
        headers: { authorization: basicHeader('fs:x') },
        signal: gone.signal,
      }).catch(() => undefined),
    );
    await vi.waitFor(async () => {
      expect(await refused('switch', 'unauthorized')).toBe(ATTEMPTS.free + ATTEMPTS.heldEach);
    }, PATIENCE);
    // No place is free: this one is answered at once.
    expect((await wrong(0)).status).toBe(401);
    gone.abort();
    await Promise.all(left);
    await vi.waitFor(() => {
      expect(timers.waiting).toBe(waitingBefore);
    }, PATIENCE);
    // A place is free again, so this one waits.
    const slow = wrong(1);
    await vi.waitFor(() => {
      expect(timers.waiting).toBe(waitingBefore + 1);
    }, PATIENCE);
    timers.move(ATTEMPTS.longestDelayMs);
    expect((await slow).status).toBe(401);
  });

  it('are told once a minute, and how many there were', async () => {
    const told = () => server.log.filter(({ message }) => message.startsWith('not let in, the wrong password'));
    await wrong(1);
    await wrong(2);
    expect(told().map(({ data }) => data)).toEqual([{ address: '127.0.0.1', role: 'switch', refused: 1 }]);
    timers.move(60_000);
    await wrong(3);
    expect(told().map(({ data }) => data)).toHaveLength(2);
    expect(told()[1]?.data).toEqual({ address: '127.0.0.1', role: 'switch', refused: 2 });
    expect(told()[1]?.message).toContain('check gateway-credentials');
    expect(JSON.stringify(server.log)).not.toMatch(/wrong[123]/);
  });

  it('are none where there are none: a Digest client asks first, and a switch without a password is told of', async () => {
    const told = () => server.log.filter(({ message }) => message.includes('again and again'));
    const digest = async () => {
      const { headers } = await ask(undefined);
      const nonce = /nonce="([^"]+)"/.exec(String(headers['www-authenticate']))?.[1] ?? '';
      const client = { user: 'fs', password: 'right', method: 'GET', uri: '/fsapi', nonce } as const;
      expect((await ask(digestHeader(client))).status).toBe(200);
    };
    for (let at = 0; at < 30; at += 1) {
      await digest();
      timers.move(1_000);
    }
    expect([await refused('switch', 'challenged'), await refused('switch', 'unauthorized')]).toEqual([30, 0]);
    expect(told()).toEqual([]);
    for (let at = 0; at < 30; at += 1) {
      await ask(undefined, '/fsapi', '127.0.0.2');
      timers.move(1_000);
    }
    expect(told()).toHaveLength(1);
    expect(told()[0]?.data).toMatchObject({ address: '127.0.0.2' });
  });

  it('are a Digest that was used before, or is too old, in nobody’s eyes: it is asked for again', async () => {
    const { headers } = await ask(undefined);
    const nonce = /nonce="([^"]+)"/.exec(String(headers['www-authenticate']))?.[1] ?? '';
    const header = digestHeader({ user: 'fs', password: 'right', method: 'GET', uri: '/fsapi', nonce });
    expect((await ask(header)).status).toBe(200);
    const again = await ask(header);
    expect([again.status, String(again.headers['www-authenticate']).match(/stale=true/g)?.length]).toEqual([401, 2]);
    expect(await refused('switch', 'unauthorized')).toBe(0);
  });
});
