import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type LoadedServer, loadedServer, type LoadResult } from '../support/loaded-server.ts';
import { type Sample, sampleValue } from '../support/parse-metrics.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

const { count, seconds } = ofThisRun({ quick: { count: 2_000, seconds: 2 }, long: { count: 10_000, seconds: 60 } });
const PER_SECOND = 100;
const PATIENCE = { timeout: 60_000, interval: 100 };

const connections = (samples: readonly Sample[]): number => sampleValue(samples, 'trunkhunt_connections') ?? 0;
const dropped = (samples: readonly Sample[], reason: string): number =>
  sampleValue(samples, 'trunkhunt_connections_dropped_total', { reason }) ?? 0;

it('half-open connections below the limit stop no request', async () => {
  const server = await loadedServer([]);
  const before = await resident(server);
  const quiet = await server.load({ perSecond: PER_SECOND, seconds });
  holdOpen(server, count);
  await vi.waitFor(async () => {
    expect(connections(await server.metrics())).toBeGreaterThanOrEqual(count);
  }, PATIENCE);
  reportFigure('half-open', 'half-open connections held', connections(await server.metrics()));
  reportFigure(
    'half-open',
    'memory for each of them, kB',
    Math.round(((await resident(server)) - before) / count / 1024),
  );
  const besides = await server.load({ perSecond: PER_SECOND, seconds });
  report('beside them', besides, quiet);
  const samples = await server.metrics();
  expect([dropped(samples, 'oldest'), dropped(samples, 'full')]).toEqual([0, 0]);
  reportFigure(
    'half-open',
    'of them cut off after 10 s, and made anew',
    dropped(samples, 'silent') + dropped(samples, 'incomplete'),
  );
  await server.stop();
});

it('half-open connections beyond the limit stop no request either', async () => {
  const limit = count / 2;
  const server = await loadedServer(['--max-connections', String(limit)]);
  const quiet = await server.load({ perSecond: PER_SECOND, seconds });
  holdOpen(server, count);
  await vi.waitFor(async () => {
    const samples = await server.metrics();
    expect(connections(samples)).toBeGreaterThanOrEqual(limit - 10);
    expect(dropped(samples, 'oldest')).toBeGreaterThan(0);
  }, PATIENCE);
  const besides = await server.load({ perSecond: PER_SECOND, seconds });
  report(
    `beside ${count.toLocaleString('en-US')} that want in where ${limit.toLocaleString('en-US')} may`,
    besides,
    quiet,
  );
  const samples = await server.metrics();
  reportFigure('half-open', 'of these dropped for others, and made anew', dropped(samples, 'oldest'));
  expect(dropped(samples, 'full')).toBe(0);
  expect(connections(samples)).toBeLessThanOrEqual(limit);
  await server.stop();
});

function report(which: string, besides: LoadResult, quiet: LoadResult): void {
  const shown = ({ planMs: { p50, p99, max } }: LoadResult): string =>
    [p50, p99, max].map((ms) => (ms ?? Number.NaN).toFixed(1)).join(' / ');
  reportFigure('half-open', `${which}: calls asked for / answered with a plan`, `${besides.begun} / ${besides.plan}`);
  reportFigure('half-open', `${which}: milliseconds p50 / p99 / max (alone: ${shown(quiet)})`, shown(besides));
  expect(besides).toMatchObject({ plan: besides.begun, failed: 0, timedOut: 0 });
}

function holdOpen({ port }: LoadedServer, many: number): void {
  const holder = fileURLToPath(new URL('../support/hold-open.mjs', import.meta.url));
  const child = spawn(process.execPath, [holder, String(port), String(many)], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
}

async function resident(server: LoadedServer): Promise<number> {
  return sampleValue(await server.metrics(), 'process_resident_memory_bytes') ?? 0;
}
