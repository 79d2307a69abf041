import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStateFile } from '../../src/inventory/state-file.ts';
import { Fleet } from '../../src/live/fleet.ts';
import { keepState } from '../../src/live/keep-state.ts';
import { LiveState } from '../../src/live/live-state.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { FakeTimers } from '../esl/fake-timers.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';

const RETRY_MS = 10_000;

/** One process that keeps what it learns in this file. */
function processWith(path: string) {
  const timers = new FakeTimers();
  const log = new CollectingLog();
  const metrics = new ServerMetrics('1', 'v1');
  const live = new LiveState(metrics, log, () => timers.nowMs());
  const fleet = new Fleet({ live, timers, random: () => 0, metrics: metrics.live, log });
  const writable: boolean[] = [];
  const kept = keepState(path, {
    live,
    fleet,
    timers,
    log,
    clock: { bootId: 'boot-1', wallOffsetMs: 0 },
    onWritable: (isWritable) => writable.push(isWritable),
  });
  return { timers, log, live, fleet, kept, writable };
}

const newPath = (): string => join(temporaryFolder(), 'learned.state');

/** What the file holds of switches, once nobody has it open any more. */
function coresIn(path: string): readonly (string | undefined)[] {
  const file = openStateFile(path);
  onTestFinished(() => {
    file.close();
  });
  return file
    .read()
    .filter(({ kind }) => kind === 'core')
    .map(({ key }) => key);
}

describe('a place where no file can be', () => {
  it('has the server start all the same, say so once, and keep what it knows ten seconds after it can', () => {
    const path = newPath();
    mkdirSync(path);
    const { timers, log, fleet, kept, writable } = processWith(path);
    expect(log.news()).toEqual([
      expect.stringMatching(/^warn nothing learned is kept over a restart: .*learned\.state/),
    ]);
    expect(writable).toEqual([false]);
    fleet.restoreCore('fs1', 'core-1');

    timers.advance(3 * RETRY_MS);
    expect([log.news(), writable]).toEqual([[], [false, false, false, false]]);
    rmdirSync(path);
    timers.advance(RETRY_MS - 1);
    expect(writable).toHaveLength(4);
    timers.advance(1);
    expect(log.news()).toEqual(['info learned state is kept over a restart from now on']);
    expect(writable.at(-1)).toBe(true);

    kept.stop();
    expect(coresIn(path)).toEqual(['["fs1"]']);
  });

  it('is tried no more once the server stops', () => {
    const path = newPath();
    mkdirSync(path);
    const { timers, kept, writable } = processWith(path);
    kept.stop();
    rmdirSync(path);
    timers.advance(2 * RETRY_MS);
    expect([timers.pending, writable]).toEqual([0, [false]]);
  });

  it('counts no crashes, and does not fail where one is told', () => {
    const path = newPath();
    mkdirSync(path);
    const { kept } = processWith(path);
    kept.crashed();
    expect(kept.crashes).toBe(0);
    kept.stop();
  });
});

describe('a file that another server has open', () => {
  it('is a mistake of the set-up at the start', () => {
    const path = newPath();
    const other = openStateFile(path);
    onTestFinished(() => {
      other.close();
    });
    expect(() => processWith(path)).toThrow(/^problem state-in-use at /);
  });

  it('is waited for later: the process does not end by it', () => {
    const path = newPath();
    mkdirSync(path);
    const { timers, log, kept, writable } = processWith(path);
    rmdirSync(path);
    const other = openStateFile(path);
    log.news();
    timers.advance(RETRY_MS);
    expect([log.news(), writable]).toEqual([[], [false, false]]);
    other.close();
    timers.advance(RETRY_MS);
    expect([log.news(), writable.at(-1)]).toEqual([['info learned state is kept over a restart from now on'], true]);
    kept.stop();
  });
});

describe('the count of crashes', () => {
  it('is of all servers that had the file, and that of a server is as it was when it started', () => {
    const path = newPath();
    const counts = [0, 1, 2].map(() => {
      const { kept } = processWith(path);
      kept.crashed();
      kept.stop();
      return kept.crashes;
    });
    expect(counts).toEqual([0, 1, 2]);
    const { kept } = processWith(path);
    expect(kept.crashes).toBe(3);
    kept.stop();
  });
});

describe('what is learned', () => {
  it('is taken over at the start', () => {
    const path = newPath();
    const first = processWith(path);
    first.fleet.restoreCore('fs1', 'core-1');
    first.kept.stop();

    const second = processWith(path);
    expect([...second.fleet.lastCore.keys()]).toEqual(['fs1']);
    second.kept.stop();
  });

  it('since the start takes the place of what a file holds that comes late', () => {
    const [path, old] = [newPath(), newPath()];
    const before = processWith(old);
    before.fleet.restoreCore('fs2', 'core-2');
    before.kept.stop();
    mkdirSync(path);
    const { timers, fleet, kept, writable } = processWith(path);
    fleet.restoreCore('fs1', 'core-1');
    rmdirSync(path);
    renameSync(old, path);
    timers.advance(RETRY_MS);
    expect(writable).toEqual([false, true]);
    expect([...fleet.lastCore.keys()]).toEqual(['fs1']);
    kept.stop();
    expect(coresIn(path)).toEqual(['["fs1"]']);
  });
});
