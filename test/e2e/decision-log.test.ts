import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startCli } from '../support/run-cli.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('pair');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('pair', 'gw1'), ('pair', 'gw2');
  INSERT INTO routes (context, group_name) VALUES ('default', 'pair'), ('public', 'pair');`;

interface Line {
  readonly kind: string;
  readonly id: string;
  readonly number: string;
}

/** The real process, with a file of decisions beside its inventory. */
function serving() {
  const { path: database, folder } = temporaryInventory(INVENTORY);
  const file = join(folder, 'decisions.ndjson');
  const started: ServeProcess[] = [];
  onTestFinished(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGKILL');
      await ended;
    }
  });
  return {
    folder,
    file,
    start: async (...args: readonly string[]): Promise<ServeProcess> => {
      const server = await serveProcess(['--database', database, '--decision-log', file, ...args]);
      started.push(server);
      return server;
    },
    /** Every line of the file and of those that were put aside, oldest first; each has to be JSON. */
    lines: (): readonly Line[] => {
      const names = readdirSync(folder).filter((name) => name.startsWith('decisions.ndjson'));
      const inOrder = names.sort((a, b) => (Number(b.split('.')[2]) || 0) - (Number(a.split('.')[2]) || 0));
      const text = inOrder.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line);
    },
  };
}

async function call(
  { port }: ServeProcess,
  number: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const fields = { 'Hunt-Context': 'default', 'Hunt-Destination-Number': number, ...more };
  const { status } = await sendRaw(port, lookupRequest({ body: dialplanForm(fields) }));
  expect(status).toBe(200);
}

/** Eight at a time, as a switch with many calls does. */
async function callMany(
  server: ServeProcess,
  numbers: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const left = [...numbers];
  const caller = async (): Promise<void> => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) await call(server, number, more);
  };
  await Promise.all(Array.from({ length: 8 }, caller));
}

const numbered = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => String(100_000 + from + at));

const metricsOf = async ({ port }: ServeProcess) =>
  parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

describe('the file of decisions', () => {
  it('holds every decision when the server is asked to stop', async () => {
    const { start, lines, file } = serving();
    const server = await start();
    await callMany(server, numbered(0, 100));
    expect((await server.stop()).status).toBe(0);
    expect(
      lines()
        .map(({ number }) => number)
        .sort(),
    ).toEqual(numbered(0, 100));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('can be read line by line after the server was killed, and goes on after a restart', async () => {
    const { start, lines, file } = serving();
    const first = await start();
    const calling = callMany(first, numbered(0, 2_000)).catch(() => undefined);
    await vi.waitFor(() => {
      expect(lines().length).toBeGreaterThan(20);
    }, PATIENCE);
    first.child.kill('SIGKILL');
    await first.ended;
    await calling;
    const before = lines();
    // As a kill in the middle of a write leaves it.
    appendFileSync(file, '{"kind":"decision","id":"ha');
    const second = await start();
    await call(second, '9980');
    await second.stop();
    expect(lines().slice(0, -1)).toEqual(before);
    expect(lines().at(-1)?.number).toBe('9980');
  });

  it('is put aside when it is large, the oldest ones go, and no line is lost or torn', async () => {
    const { start, lines, folder } = serving();
    const COUNT = 1_000;
    const server = await start('--decision-log-megabytes', '1', '--decision-log-files', '2');
    // Lines are long, since what a terminal would act on is written as an escape.
    const long = '%C2%85'.repeat(257);
    const fields = { 'Hunt-Caller-ID-Number': long, 'Unique-ID': long, 'Hunt-Network-Addr': long };
    await callMany(server, numbered(0, COUNT), fields);
    await server.stop();
    const files = readdirSync(folder).filter((name) => name.startsWith('decisions.ndjson'));
    expect(files.sort()).toEqual(['decisions.ndjson', 'decisions.ndjson.1', 'decisions.ndjson.2']);
    for (const name of files) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000_000);
    const left = lines();
    expect(left.length).toBeGreaterThan(COUNT / 4);
    const order = left.map(({ id }) => Number.parseInt(id.split('-')[1] ?? '', 36));
    expect(order).toEqual(order.map((_, at) => COUNT - order.length + at + 1));
  });

  it('that cannot be written costs no call, and is said', async () => {
    const { start, folder } = serving();
    const server = await start('--decision-log', join(folder, 'nowhere', 'd.ndjson'));
    await callMany(server, numbered(0, 10));
    await vi.waitFor(async () => {
      const samples = await metricsOf(server);
      expect(sampleValue(samples, 'trunkhunt_decision_log_lines_total', { result: 'dropped' })).toBe(10);
      expect(sampleValue(samples, 'trunkhunt_decision_log_errors_total', {})).toBeGreaterThan(0);
    }, PATIENCE);
    const { status, stderr } = await server.stop();
    expect(status).toBe(0);
    expect(stderr.match(/decisions cannot be written to .*ENOENT.*calls go on, and lines are lost/g)).toHaveLength(1);
  });

  it('is JSON, one line each, whatever callers send; and hides digits, like the log, where that is wanted', async () => {
    const { start, lines, file } = serving();
    const server = await start('--mask-numbers', '4', '--log-level', 'debug');
    const hostile = recordedNames.filter((name) => name.startsWith('dialplan-'));
    for (const name of hostile) await sendRaw(server.port, recordedRequest(name));
    await call(server, '4930676767', { 'Hunt-Caller-ID-Number': '4940787878' });
    await call(server, '%1B[31m4930676767%0A%C2%85', { 'Hunt-Caller-ID-Number': '4940787878|4930676767' });
    const api = await (await fetch(`http://127.0.0.1:${server.port}/api/decisions?limit=1000`)).text();
    const { stderr } = await server.stop();
    expect(stderr).toContain('look-up answered');
    const text = readFileSync(file, 'utf8');
    expect(lines()).toHaveLength(hostile.length + 2);
    expect(text).toContain('"number":"493067xxxx"');
    expect(text.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\u202a-\u202e]+$/u);
    for (const shown of [text, stderr, api]) expect(shown).not.toMatch(/6767|7878/);
  });
});

it('decisions --follow goes on over a restart of the server', async () => {
  const { start } = serving();
  const first = await start();
  const listen = `127.0.0.1:${first.port}`;
  const following = startCli(['decisions', '--follow', '--json', '--listen', listen], { timeoutMs: 60_000 });
  const shows = (number: string) =>
    vi.waitFor(() => {
      expect(following.stdout()).toContain(`"number":"${number}"`);
    }, PATIENCE);
  await call(first, '100001');
  await shows('100001');
  await first.stop();
  await vi.waitFor(() => {
    expect(following.stderr()).toMatch(/does not answer: .*: waiting for it\n/);
  }, PATIENCE);
  const second = await start('--listen', listen);
  await call(second, '100002');
  await shows('100002');
  following.child.kill('SIGINT');
  const { status, stdout, stderr } = await following.ended;
  expect(status).toBe(0);
  expect(stderr).toMatch(/the server answers again\n$/);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Line).number),
  ).toEqual(['100001', '100002']);
});
