import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { type Asker, askThroughout } from '../support/storage/ask-throughout.ts';
import { followsAgain, isServed, linesAbout, type Observed, ONE_ROUTE } from '../support/storage/faulty-server.ts';
import { STORAGE_FAULTS } from '../support/storage/storage-faults.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

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
  const { status } = await running.stop();
  inventory.remove();
  expect(status).toBe(0);
});

/** One process for all of them, one after the other, with calls all the while. */
describe('a running server whose inventory is', () => {
  it.each(STORAGE_FAULTS)('$name serves on, says so once, and follows again without a restart', async (fault) => {
    const saidBefore = fault.told === undefined ? 0 : linesAbout(server, fault.told);
    const mend = await fault.begin(inventory.path);
    if (fault.told === undefined) {
      await wait(300);
      await isServed(server, true);
    } else {
      await isServed(server, false);
      await wait(300);
      expect(linesAbout(server, fault.told)).toBe(saidBefore + 1);
    }
    await mend();
    await followsAgain(server, `after-${STORAGE_FAULTS.indexOf(fault)}`);
    expect(asker.lost()).toEqual([]);
  });

  it('any of these, has lost no call', () => {
    expect(asker.asked()).toBeGreaterThan(STORAGE_FAULTS.length);
    expect(asker.lost()).toEqual([]);
    expect(running.child.exitCode).toBeNull();
  });
});
