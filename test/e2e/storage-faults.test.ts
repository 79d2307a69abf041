import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { type Asker, askThroughout } from '../support/storage/ask-throughout.ts';
import { followsAgain, isServed, linesAbout, type Observed, ONE_ROUTE } from '../support/storage/faulty-server.ts';
import { STORAGE_FAULTS } from '../support/storage/storage-faults.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

/** So many servers have a fault at a time: most of the time is spent waiting for one to be told. */
const SERVERS = 3;

/** A server that has one fault after the other, with calls all the while. */
interface Subject {
  readonly inventory: TemporaryInventory;
  readonly running: ServeProcess;
  readonly server: Observed;
  readonly asker: Asker;
  /** Settles when the fault before is mended. */
  free: Promise<void>;
}

let subjects: readonly Subject[] = [];

async function startSubject(): Promise<Subject> {
  const inventory = temporaryInventory(ONE_ROUTE);
  const running = await serveProcess(['--database', inventory.path]);
  const server = { port: running.port, database: inventory.path, log: running.stderr };
  return { inventory, running, server, asker: askThroughout(running.port), free: Promise.resolve() };
}

/** Runs one step after those that the subject was given before; the next one comes also where this one fails. */
function inTurn(subject: Subject, step: () => Promise<void>): Promise<void> {
  const done = subject.free.then(step);
  subject.free = done.catch(() => undefined);
  return done;
}

beforeAll(async () => {
  subjects = await Promise.all(Array.from({ length: SERVERS }, startSubject));
});

afterAll(async () => {
  for (const { asker, running, inventory } of subjects) {
    await asker.stop();
    const { status } = await running.stop();
    inventory.remove();
    expect(status).toBe(0);
  }
});

describe.concurrent('a running server whose inventory is', () => {
  it.each(STORAGE_FAULTS)('$name serves on, says so once, and follows again without a restart', async (fault) => {
    const at = STORAGE_FAULTS.indexOf(fault);
    const subject = subjects[at % SERVERS]!;
    const { server, asker, inventory } = subject;
    await inTurn(subject, async () => {
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
      await followsAgain(server, `after-${at}`);
      expect(asker.lost()).toEqual([]);
    });
  });
});

describe('a server that had all of these', () => {
  it('has lost no call, and is the same process', () => {
    for (const { asker, running } of subjects) {
      expect(asker.asked()).toBeGreaterThan(STORAGE_FAULTS.length);
      expect(asker.lost()).toEqual([]);
      expect(running.child.exitCode).toBeNull();
    }
  });
});
