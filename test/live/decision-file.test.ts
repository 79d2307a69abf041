import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { DecisionFile, type LineFile } from '../../src/live/decision-file.ts';
import { DecisionLogMetrics } from '../../src/metrics/decision-log-metrics.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { CollectingLog } from './collecting-log.ts';

const MEGABYTE = 'x'.repeat(1024 * 1024);

/** A disk that does what the test says: each write waits for its answer. */
class ScriptedDisk implements LineFile {
  readonly writes: { readonly lines: string; readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  isClosed = false;

  append(lines: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.writes.push({ lines, done: resolve, fail: reject });
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function filed() {
  const registry = new Registry();
  const disk = new ScriptedDisk();
  const log = new CollectingLog();
  const timers: (() => void)[] = [];
  const after = (_delayMs: number, run: () => void) => {
    timers.push(run);
    return () => undefined;
  };
  const file = new DecisionFile('d.ndjson', disk, { metrics: new DecisionLogMetrics(registry), log, after });
  const counts = async () => {
    const samples = parseMetrics(await registry.metrics());
    const lines = ['written', 'dropped'].map((result) =>
      sampleValue(samples, 'trunkhunt_decision_log_lines_total', { result }),
    );
    return [...lines, sampleValue(samples, 'trunkhunt_decision_log_errors_total', {})];
  };
  return { disk, log, file, timers, counts };
}

it('writes what came together at once, and one write at a time', async () => {
  const { disk, file, counts } = filed();
  file.add('a');
  file.add('b');
  file.flush();
  file.add('c');
  file.flush();
  expect(disk.writes.map(({ lines }) => lines)).toEqual(['a\nb\n']);
  disk.writes[0]?.done();
  await vi.waitFor(() => {
    expect(disk.writes.map(({ lines }) => lines)).toEqual(['a\nb\n', 'c\n']);
  });
  disk.writes[1]?.done();
  await file.close();
  expect(disk.isClosed).toBe(true);
  expect(await counts()).toEqual([3, 0, 0]);
});

it('drops lines, and counts them, where the disk is too slow; nobody waits', async () => {
  const { disk, file, counts } = filed();
  for (let at = 0; at < 40; at += 1) file.add(MEGABYTE);
  // One is being written, and sixteen wait.
  expect(disk.writes).toHaveLength(1);
  expect(await counts()).toEqual([0, 23, 0]);
});

it('says once that nothing can be written, goes on trying, and says when it can', async () => {
  const { disk, file, log, counts } = filed();
  for (const line of ['a', 'b']) {
    file.add(line);
    file.flush();
    disk.writes.at(-1)?.fail(new Error('ENOSPC: no space left on device'));
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(log.news()).toEqual([
    'error decisions cannot be written to d.ndjson: ENOSPC: no space left on device; calls go on, and lines are lost',
  ]);
  file.add('c');
  file.flush();
  disk.writes.at(-1)?.done();
  await file.close();
  expect(disk.writes.map(({ lines }) => lines)).toEqual(['a\n', 'b\n', 'c\n']);
  expect(log.news()).toEqual(['info decisions can be written to their file again']);
  expect(await counts()).toEqual([1, 2, 2]);
});

it('says at the start where nothing can be written', async () => {
  const { disk, file, log, counts } = filed();
  file.begin();
  disk.writes[0]?.fail(new Error('EACCES: permission denied'));
  await vi.waitFor(async () => {
    expect(await counts()).toEqual([0, 0, 1]);
  });
  expect(log.news()).toHaveLength(1);
});

it('writes the rest at the end, and does not wait for ever for a disk that does not answer', async () => {
  const { disk, file, timers } = filed();
  file.add('a');
  const closed = file.close();
  expect(disk.writes.map(({ lines }) => lines)).toEqual([]);
  await vi.waitFor(() => {
    expect(disk.writes.map(({ lines }) => lines)).toEqual(['a\n']);
  });
  for (const run of timers) run();
  await closed;
  expect(disk.isClosed).toBe(false);
});
