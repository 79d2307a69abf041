import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { type Asker, askThroughout } from '../support/storage/ask-throughout.ts';
import { DISK_FAULTS, SLOW_DISK_FAULTS } from '../support/storage/disk-faults.ts';
import { diskServer } from '../support/storage/disk-server.ts';
import { followsAgain, isServed, linesAbout, type Observed, ONE_ROUTE } from '../support/storage/faulty-server.ts';
import { STORAGE_FAULTS, type StorageFault } from '../support/storage/storage-faults.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';
import { damageSectors } from './damaged-sectors.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

/** How long a fault of the file lasts: another writer's lock a minute in the long run. */
const holdMs = ({ name }: StorageFault): number =>
  ofThisRun({ quick: 200, long: name.startsWith('locked') ? 60_000 : 10_000 });
/** The short run has every second one; the tests of the suite have all of them. */
const FAULTS = STORAGE_FAULTS.filter((_, at) => at % ofThisRun({ quick: 2, long: 1 }) === 0);
const SECTORS = ofThisRun({ quick: 50, long: 500 });
const SLOW = ofThisRun({ quick: [], long: SLOW_DISK_FAULTS });

const total = { injected: 0, survived: 0, skipped: 0, asked: 0, lost: 0 };

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

  it.each(FAULTS)('$name', async (fault) => {
    total.injected += 1;
    const before = fault.told === undefined ? 0 : linesAbout(server, fault.told);
    const mend = await fault.begin(inventory.path);
    if (fault.told !== undefined) await isServed(server, false);
    await wait(holdMs(fault));
    await isServed(server, fault.told === undefined);
    if (fault.told !== undefined) expect(linesAbout(server, fault.told)).toBe(before + 1);
    await mend();
    await followsAgain(server, `after-${STORAGE_FAULTS.indexOf(fault)}`);
    expect(asker.lost()).toEqual([]);
    total.survived += 1;
  });
});

describe('random bytes in a random sector', () => {
  it('are told of, refused, or change nothing that is served', () => {
    const { noticed, refused, unchanged, changed, noticedAtStart } = damageSectors(SECTORS);
    reportFigure('storage', 'copies of an inventory of 500 gateways with 512 random bytes in a random sector', SECTORS);
    reportFigure('storage', 'of these noticed: the file is told of as damaged or unreadable', noticed);
    reportFigure('storage', 'read, and refused for what its rows then say', refused);
    reportFigure('storage', 'served, with every row as it was', unchanged);
    reportFigure('storage', 'served, with rows that nobody wrote', changed);
    reportFigure('storage', 'of those served: noticed by the check of the whole file at a start', noticedAtStart);
    expect(noticed + refused + unchanged + changed).toBe(SECTORS);
    expect(noticed).toBeGreaterThan(SECTORS / 10);
    expect(changed).toBe(0);
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
    reportFigure('storage', 'faults of files and disks injected under a running server', total.injected);
    reportFigure('storage', 'survived: served on, told, and followed again without a restart', total.survived);
    reportFigure('storage', 'skipped, since this machine mounts no disks for users', total.skipped);
    reportFigure('storage', 'calls asked meanwhile, each on a new connection', total.asked);
    reportFigure('storage', 'calls without a planned answer, or moments not ready', total.lost);
    expect(total.survived).toBe(total.injected);
    expect(total.asked).toBeGreaterThan(total.injected);
    expect(total.lost).toBe(0);
  });
});
