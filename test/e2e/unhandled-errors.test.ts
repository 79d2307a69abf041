import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { serveProcess } from '../support/serve-process.ts';
import { sharing } from '../support/live-switch.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const FORM = dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '9980' });

/** The real process, which fails in this way whenever it is told to. */
async function failing(failure: string) {
  const inventory = temporaryInventory(sharing({ gw1: 1 }));
  const decisionLog = join(inventory.folder, 'decisions.ndjson');
  const preload = new URL('../support/fail-when-told.mjs', import.meta.url).href;
  const start = () =>
    serveProcess(['--database', inventory.path, '--decision-log', decisionLog], {
      environment: { NODE_OPTIONS: `--import=${preload}`, FAILURE: failure },
    });
  let serve = await start();
  onTestFinished(async () => {
    serve.child.kill('SIGKILL');
    await serve.ended;
  });
  return {
    decisionLog,
    fail: () => serve.child.kill('SIGUSR2'),
    ended: () => serve.ended,
    startAgain: async () => {
      serve = await start();
    },
    call: () => sendRaw(serve.port, lookupRequest({ body: FORM })),
    stop: () => serve.stop(),
    count: async (kind: string) => {
      const response = await fetch(`http://127.0.0.1:${serve.port}/metrics`);
      return sampleValue(parseMetrics(await response.text()), 'trunkhunt_unhandled_errors_total', { kind });
    },
    lines: (level: number) =>
      serve
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
        .filter((line) => line['level'] === level),
  };
}

describe('a rejection that nobody caught', () => {
  it.each([
    ['rejection', 1, /Error: out of nowhere[^]*fail-when-told\.mjs:\d+/],
    ['odd rejection', 1, /^\[Object: null prototype\] \{\}$/],
    ['many rejections', 1_000, /Error: out of nowhere/],
  ])('is counted and told of, and the server goes on: %s', async (failure, count, error) => {
    const it = await failing(failure);
    expect(await it.count('rejection')).toBe(0);
    it.fail();
    await vi.waitFor(async () => {
      expect(await it.count('rejection')).toBe(count);
    }, PATIENCE);
    const [told, ...more] = it.lines(50);
    expect(told).toMatchObject({ kind: 'rejection', generation: 1, error: expect.stringMatching(error) as unknown });
    expect(more).toEqual([]);
    expect((await it.call()).body.toString()).toContain('sofia/gateway/gw1/9980');
    expect((await it.stop()).status).toBe(0);
  });
});

describe('an exception that nobody caught', () => {
  it('is told of, ends the process with status 70, and is counted by the next one', async () => {
    const it = await failing('exception');
    expect(await it.count('exception')).toBe(0);
    for (const crashes of [1, 2]) {
      expect((await it.call()).body.toString()).toContain('sofia/gateway/gw1/9980');
      it.fail();
      expect(await it.ended()).toMatchObject({ status: 70, signal: null });
      const [told, ...more] = it.lines(60);
      expect(told).toMatchObject({
        kind: 'exception',
        generation: 1,
        uptimeSeconds: expect.any(Number) as unknown,
        error: expect.stringMatching(/Error: out of nowhere[^]*fail-when-told\.mjs:\d+/) as unknown,
      });
      expect(more).toEqual([]);
      // What was decided a moment ago was still to be written.
      expect(readFileSync(it.decisionLog, 'utf8').match(/"kind":"decision"/g)).toHaveLength(crashes);
      await it.startAgain();
      expect(await it.count('exception')).toBe(crashes);
    }
    expect((await it.stop()).status).toBe(0);
  });

  it('does not keep the process from ending where another one follows', async () => {
    const it = await failing('twice');
    it.fail();
    expect(await it.ended()).toMatchObject({ status: 70, signal: null });
    expect(it.lines(60).length).toBeGreaterThan(0);
  });
});
