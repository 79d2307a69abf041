import BetterSqlite from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../src/config/log.ts';
import { OperatorError } from '../../src/errors/operator-error.ts';
import type { CompiledInventory } from '../../src/inventory/compile-snapshot.ts';
import type { InventorySource } from '../../src/inventory/inventory-source.ts';
import { startInventoryLoop } from '../../src/live/inventory-loop.ts';
import { LiveState } from '../../src/live/live-state.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const unreadable = (what: string) =>
  new OperatorError([{ code: 'inventory-unreadable', where: 'inventory.db', what, fix: 'mend it' }]);
const refused: CompiledInventory = {
  snapshot: undefined,
  findings: [
    { code: 'pattern-invalid', where: "routes['a']", what: 'one', fix: 'mend it' },
    { code: 'group-empty', where: "gateway_groups['b']", what: 'two', fix: 'mend it' },
    { code: 'limit-unwatched', where: "gateways['c']", what: 'a warning', fix: 'mend it' },
  ],
};

/** A loop over a source whose every look and load this test decides. */
function loopOver(first: () => CompiledInventory) {
  let load = first;
  let stopped = false;
  let look: (error?: Error) => void = () => undefined;
  const source: InventorySource = {
    load: () => load(),
    watch: (onChange) => {
      look = onChange;
      return () => {
        stopped = true;
      };
    },
    close: () => undefined,
  };
  const log: string[] = [];
  const at = (level: string) => (_data: object, message: string) => log.push(`${level} ${message}`);
  const collecting: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const metrics = new ServerMetrics('1', 'v1');
  const live = new LiveState(metrics, collecting, () => 0);
  const stop = startInventoryLoop(source, live);
  return {
    live,
    log: () => log.splice(0),
    change: (next: () => CompiledInventory) => {
      load = next;
      look();
    },
    lookFails: (error: Error) => {
      look(error);
    },
    gauges: async () => {
      const samples = parseMetrics(await metrics.text());
      return ['generation', 'last_reload_successful', 'problems', 'readable'].map((gauge) =>
        sampleValue(samples, `trunkhunt_inventory_${gauge}`),
      );
    },
    stop,
    isStopped: () => stopped,
  };
}

const fails = (error: Error) => () => {
  throw error;
};

describe('the inventory loop', () => {
  const good = () => temporaryInventory().compile();

  it('serves what it finds first, and every change after', async () => {
    const loop = loopOver(good);
    expect(await loop.gauges()).toEqual([1, 1, 0, 1]);
    const changed = good();
    loop.change(() => changed);
    expect(loop.live.serving?.snapshot).toBe(changed.snapshot);
    expect(await loop.gauges()).toEqual([2, 1, 0, 1]);
  });

  it('keeps serving where the inventory is refused, tells every problem, and recovers', async () => {
    const loop = loopOver(good);
    const served = loop.live.serving;
    loop.log();
    loop.change(() => refused);
    expect(loop.live.serving).toBe(served);
    expect(await loop.gauges()).toEqual([1, 0, 2, 1]);
    const told = loop.log();
    expect(told.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/still serving generation 1: .*one$/),
      expect.stringMatching(/still serving generation 1: .*two$/),
    ]);
    loop.change(good);
    expect(await loop.gauges()).toEqual([2, 1, 0, 1]);
  });

  it('tells a failure that lasts once, and another one again', () => {
    const loop = loopOver(good);
    loop.log();
    for (let look = 0; look < 5; look += 1) loop.lookFails(unreadable('disk I/O error'));
    expect(loop.log()).toHaveLength(1);
    for (let look = 0; look < 5; look += 1) loop.change(fails(unreadable('database is locked')));
    expect(loop.log()).toHaveLength(1);
    loop.change(good);
    loop.log();
    loop.lookFails(unreadable('database is locked'));
    expect(loop.log()).toHaveLength(1);
  });

  it('tells what cannot be read from what is refused', async () => {
    const loop = loopOver(good);
    loop.change(() => refused);
    loop.log();
    loop.lookFails(unreadable('disk I/O error'));
    expect(loop.log()).toEqual([
      expect.stringMatching(/^error inventory cannot be read, still serving generation 1: .*disk I\/O error; mend it$/),
    ]);
    expect(await loop.gauges()).toEqual([1, 0, 0, 0]);
    expect(loop.live.isReadable).toBe(false);
    loop.change(() => refused);
    expect(await loop.gauges()).toEqual([1, 0, 2, 1]);
    loop.change(good);
    expect(await loop.gauges()).toEqual([2, 1, 0, 1]);
    expect(loop.live.isReadable).toBe(true);
  });

  it('a mistake of ours while loading is told, and does not stop the server', async () => {
    const loop = loopOver(good);
    loop.log();
    loop.change(fails(new TypeError('a mistake for this test')));
    expect(loop.log().join('\n')).toContain('error');
    expect(loop.live.serving?.generation).toBe(1);
    expect((await loop.gauges())[1]).toBe(0);
  });

  it('begins without an inventory where there is none that is right', async () => {
    const loop = loopOver(() => refused);
    expect(loop.live.serving).toBeUndefined();
    expect(loop.log().join('\n')).toContain('still serving nothing');
    expect(await loop.gauges()).toEqual([0, 0, 2, 1]);
    loop.change(good);
    expect(loop.live.serving?.generation).toBe(1);
  });

  it('stops looking when it is told to', () => {
    const loop = loopOver(good);
    expect(loop.isStopped()).toBe(false);
    loop.stop();
    expect(loop.isStopped()).toBe(true);
  });
});

describe('the inventory loop over a file', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('says that all is well again once looking works again, though nobody has changed anything', async () => {
    const server = await startServer('');
    const isWell = async () => sampleValue(await server.metrics(), 'trunkhunt_inventory_last_reload_successful');
    try {
      const broken = vi.spyOn(BetterSqlite.prototype, 'pragma').mockImplementation(() => {
        throw new Error('disk I/O error');
      });
      await vi.waitFor(
        async () => {
          expect(await isWell()).toBe(0);
        },
        { timeout: 5_000 },
      );
      broken.mockRestore();
      await vi.waitFor(
        async () => {
          expect(await isWell()).toBe(1);
        },
        { timeout: 5_000 },
      );
    } finally {
      await server.stop();
    }
  });
});
