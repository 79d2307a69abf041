import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { type Asker, askThroughout } from '../support/storage/ask-throughout.ts';
import { DISK_FAULTS, SLOW_DISK_FAULTS } from '../support/storage/disk-faults.ts';
import { diskServer } from '../support/storage/disk-server.ts';
import {
  followsAgain,
  isServed,
  linesAbout,
  metricsOf,
  type Observed,
  ONE_ROUTE,
} from '../support/storage/faulty-server.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { overwrite, STORAGE_FAULTS } from '../support/storage/storage-faults.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

/** How long each fault of the file lasts. The lock lasts a minute in the long run. */
const HOLD_MS = ofThisRun({ quick: 200, long: 60_000 });
const SECTOR_TRIALS = ofThisRun({ quick: 10, long: 500 });
const SECTOR_BYTES = 512;
const SLOW = ofThisRun({ quick: [], long: SLOW_DISK_FAULTS });

const total = { injected: 0, survived: 0, skipped: 0, asked: 0, lost: 0 };

/** The file as it is to be again: renamed into place, as a restore does. */
function putBack(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.good`, bytes);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  renameSync(`${path}.good`, path);
}

/** The same bytes in every run: what a run finds can be looked at again. */
function madeUp(trial: number, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${trial} ${at}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

function count(asker: Asker): void {
  total.asked += asker.asked();
  total.lost += asker.lost().length;
}

describe('faults of the file', () => {
  let inventory: TemporaryInventory;
  let running: ServeProcess;
  let server: Observed;
  let asker: Asker;

  beforeAll(async () => {
    inventory = temporaryInventory(ONE_ROUTE);
    running = await serveProcess(['--database', inventory.path]);
    server = { port: running.port, database: inventory.path, log: running.stderr };
    asker = askThroughout(running.port);
  });

  afterAll(async () => {
    await asker.stop();
    count(asker);
    const { status } = await running.stop();
    inventory.remove();
    expect(status).toBe(0);
  });

  it.each(STORAGE_FAULTS)('$name', async (fault) => {
    total.injected += 1;
    const before = fault.told === undefined ? 0 : linesAbout(server, fault.told);
    const mend = await fault.begin(inventory.path);
    if (fault.told !== undefined) await isServed(server, false);
    await wait(HOLD_MS);
    await isServed(server, fault.told === undefined);
    if (fault.told !== undefined) expect(linesAbout(server, fault.told)).toBe(before + 1);
    await mend();
    await followsAgain(server, `after-${STORAGE_FAULTS.indexOf(fault)}`);
    expect(asker.lost()).toEqual([]);
    total.survived += 1;
  });

  it('random bytes in a random place of the file', async () => {
    const good = readFileSync(inventory.path);
    const found = { seen: 0, served: 0 };
    for (let trial = 0; trial < SECTOR_TRIALS; trial += 1) {
      total.injected += 1;
      const sectors = Math.floor(good.length / SECTOR_BYTES);
      const at = madeUp(trial, 4).readUInt32BE() % sectors;
      overwrite(inventory.path, at * SECTOR_BYTES, madeUp(trial, SECTOR_BYTES));
      // A look comes every 100 ms, and what cannot be opened is told after ten.
      await wait(ofThisRun({ quick: 500, long: 1_300 }));
      const isWell = sampleValue(await metricsOf(server), 'trunkhunt_inventory_last_reload_successful') === 1;
      found[isWell ? 'served' : 'seen'] += 1;
      putBack(inventory.path, good);
      await isServed(server, true);
      expect(asker.lost()).toEqual([]);
      total.survived += 1;
    }
    await followsAgain(server, 'after-sectors');
    reportFigure('storage', 'sectors of 512 random bytes written into the file', SECTOR_TRIALS);
    reportFigure('storage', 'of these: seen, told, and not served', found.seen);
    reportFigure('storage', 'of these: in a place that nothing which is served depends on', found.served);
  });
});

describe('faults of disks', () => {
  it.each([
    { name: 'one after the other, under one server', faults: DISK_FAULTS },
    ...SLOW.map((fault) => ({ name: fault.name, faults: [fault] })),
  ])('$name', async ({ faults }) => {
    const server = await diskServer(faults[0]?.atStart);
    if (server === undefined) {
      total.skipped += faults.length;
      process.stdout.write('skipped: this machine mounts no disks for users (unshare -Urm), so none can be full\n');
      return;
    }
    const asker = askThroughout(server.port);
    try {
      for (const fault of faults) {
        total.injected += 1;
        await fault.run(server);
        total.survived += 1;
      }
    } finally {
      await asker.stop();
      count(asker);
      await server.stop();
    }
    expect(asker.lost()).toEqual([]);
  });
});

describe('all of it', () => {
  it('loses no call', () => {
    reportFigure('storage', 'faults of storage injected', total.injected);
    reportFigure('storage', 'survived, followed again without a restart', total.survived);
    reportFigure('storage', 'skipped, since this machine mounts no disks for users', total.skipped);
    reportFigure('storage', 'calls asked meanwhile, each on a new connection', total.asked);
    reportFigure('storage', 'calls without a planned answer, or moments not ready', total.lost);
    expect(total.survived).toBe(total.injected);
    expect(total.asked).toBeGreaterThan(total.injected);
    expect(total.lost).toBe(0);
  });
});
