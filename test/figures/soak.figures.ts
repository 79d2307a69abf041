import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { sharing, sumOf } from '../support/live-switch.ts';
import { parseMetrics, type Sample } from '../support/parse-metrics.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { printFigure } from './print-figure.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? '30');
const CALLS_PER_SECOND = Number(process.env['SOAK_CALLS'] ?? '200');
const MAX_CALLS = 10_000;
/** The first part of the run is warm-up: what the program keeps at most is reached there. */
const WARM_UP = 0.3;

it(`holds ${CALLS_PER_SECOND} calls a second for ${MINUTES} minutes, with restarts of the switch`, async () => {
  const inventory = temporaryInventory(sharing({ gw1: 1, gw2: 2, gw3: 3, gw4: 4 }, '', `max_calls = ${MAX_CALLS}`));
  const serve = await serveProcess(['--database', inventory.path]);
  const timers = scaledTimers(1);
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup: { port: serve.port } });
  onTestFinished(async () => {
    await serve.stop();
    await fs.stop();
  });
  inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
  const metrics = async (): Promise<readonly Sample[]> =>
    parseMetrics(await (await fetch(`http://127.0.0.1:${serve.port}/metrics`)).text());
  for (const gateway of ['gw1', 'gw2', 'gw3', 'gw4']) {
    fs.setGateway(gateway, ({ random }) =>
      random() < 0.02 ? { refuse: 503 } : { ringAfterMs: 200, answerAfterMs: 1_000, talkMs: 5_000 },
    );
  }
  const counts = { made: 0, answered: 0, lost: 0, restarts: 0 };
  const memory: { readonly atShare: number; readonly bytes: number; readonly heap: number }[] = [];
  const pass = (ms: number): Promise<void> => new Promise((resolve) => void timers.after(ms, resolve));
  const endMs = timers.nowMs() + MINUTES * 60_000;
  const startedMs = timers.nowMs();
  let nextRestartMs = startedMs + 60_000;
  let nextSampleMs = startedMs;
  while (timers.nowMs() < endMs) {
    const tickMs = timers.nowMs();
    for (let call = 0; call < CALLS_PER_SECOND / 10; call += 1) {
      counts.made += 1;
      fs.call({ number: `49${counts.made % 100_000}` }).then(
        ({ answered }) => {
          if (answered) counts.answered += 1;
          else counts.lost += 1;
        },
        () => {
          counts.lost += 1;
        },
      );
    }
    if (tickMs >= nextRestartMs) {
      counts.restarts += 1;
      await fs.restart();
      nextRestartMs = timers.nowMs() + 60_000;
    }
    if (tickMs >= nextSampleMs) {
      const samples = await metrics();
      memory.push({
        atShare: (tickMs - startedMs) / (endMs - startedMs),
        bytes: sumOf(samples, 'process_resident_memory_bytes'),
        heap: sumOf(samples, 'nodejs_heap_size_used_bytes'),
      });
      nextSampleMs += 5_000;
    }
    await pass(Math.max(1, 100 - (timers.nowMs() - tickMs)));
  }
  await pass(15_000);
  let headroom = 0;
  await vi.waitFor(
    async () => {
      headroom = sumOf(await metrics(), 'trunkhunt_gateway_headroom_calls');
      expect(headroom).toBe(4 * MAX_CALLS);
    },
    // Calls that were lost in a restart hold their plans' slots for as long as these may run.
    { timeout: 300_000, interval: 1_000 },
  );
  const later = memory.filter(({ atShare }) => atShare >= WARM_UP);
  const half = later.length >> 1;
  const mean = (part: typeof memory, field: 'bytes' | 'heap'): number =>
    part.reduce((sum, it) => sum + it[field], 0) / part.length / 2 ** 20;
  printFigure('calls made, answered, lost in restarts', `${counts.made}, ${counts.answered}, ${counts.lost}`);
  printFigure('restarts of the switch', counts.restarts);
  printFigure('slots leaked', 4 * MAX_CALLS - headroom);
  for (const field of ['bytes', 'heap'] as const) {
    const [before, after] = [mean(later.slice(0, half), field), mean(later.slice(half), field)];
    printFigure(
      `${field === 'bytes' ? 'resident memory' : 'heap in use'}, MiB: first and second half after warm-up`,
      `${before.toFixed(1)}, ${after.toFixed(1)}`,
    );
    expect(after).toBeLessThan(before * 1.15);
  }
});
