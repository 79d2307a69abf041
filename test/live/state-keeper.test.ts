import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LearnedRow, openStateFile, type StateFile } from '../../src/inventory/state-file.ts';
import { Fleet } from '../../src/live/fleet.ts';
import { LiveState } from '../../src/live/live-state.ts';
import { StateKeeper } from '../../src/live/state-keeper.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { parseName } from '../../src/routing/name.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import type { RunningGateway } from '../../src/xml/read-xmlstatus.ts';
import { FakeTimers } from '../esl/fake-timers.ts';
import { buildCall } from '../support/build-call.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';

const WALL_MS = 1_795_332_252_000;
const YEAR_MS = 365 * 86_400_000;

const snapshotOf = (weights: Readonly<Record<string, number>> = { a: 5, b: 3, c: 2 }): Snapshot => {
  const { snapshot, findings } = temporaryInventory(`
    INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');
    INSERT INTO gateways (name, proxy) VALUES ${Object.keys(weights)
      .map((name) => `('${name}', '${name}.example')`)
      .join()};
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES
      ${Object.entries(weights)
        .map(([name, weight]) => `('g', '${name}', ${weight})`)
        .join()};
    INSERT INTO routes (context, group_name) VALUES ('default', 'g');
  `).compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  return snapshot;
};

/** A file in memory, which may refuse to be written. */
class MemoryFile implements StateFile {
  readonly complaint = undefined;
  readonly rows = new Map<string, LearnedRow>();
  isFull = false;
  isClosed = false;
  wasTakenAway = false;
  #written: readonly LearnedRow[][] = [];

  /** How many rows it has, beside the one that names the clock. */
  get learned(): number {
    return [...this.rows.values()].filter(({ kind }) => kind !== 'clock').length;
  }

  /** The keys of what was written since the last look, one list for each write. */
  news(): readonly (readonly string[])[] {
    const news = this.#written.map((rows) => rows.map(({ kind, value }) => `${value === undefined ? '-' : ''}${kind}`));
    this.#written = [];
    return news;
  }

  read(): readonly LearnedRow[] {
    return [...this.rows.values()];
  }

  write(rows: readonly LearnedRow[]): void {
    if (this.isFull) throw new Error('database or disk is full');
    this.#written = [...this.#written, [...rows]];
    for (const row of rows) {
      if (row.value === undefined) this.rows.delete(`${row.kind} ${row.key}`);
      else this.rows.set(`${row.kind} ${row.key}`, row);
    }
  }

  renew(): boolean {
    const { wasTakenAway } = this;
    if (wasTakenAway) this.rows.clear();
    this.wasTakenAway = false;
    return wasTakenAway;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Of what a file holds now. */
function copyOf(file: MemoryFile): MemoryFile {
  const copy = new MemoryFile();
  copy.write(file.read());
  return copy;
}

interface Start {
  readonly bootId?: string;
  /** How long the machine has been up. */
  readonly upMs?: number;
  readonly wallMs?: number;
}

/** One process with this file, soon after the start of the machine. */
function processWith<File extends StateFile>(
  file: File,
  snapshot: Snapshot | undefined,
  { bootId = 'boot-1', upMs = 1_000, wallMs = WALL_MS }: Start = {},
) {
  const timers = new FakeTimers();
  timers.advance(upMs - timers.nowMs());
  const log = new CollectingLog();
  const metrics = new ServerMetrics('1', 'v1');
  const live = new LiveState(metrics, log, () => timers.nowMs());
  const fleet = new Fleet({ live, timers, random: () => 0, metrics: metrics.live, log });
  const keeper = new StateKeeper({ file, live, fleet, timers, log, clock: { bootId, wallOffsetMs: wallMs - upMs } });
  keeper.restore();
  if (snapshot !== undefined) live.serve(snapshot, []);
  keeper.start();
  log.news();
  if (file instanceof MemoryFile) file.news();
  const [gateway] = snapshot?.gateways ?? [];
  return {
    file,
    timers,
    log,
    live,
    fleet,
    keeper,
    gateway: gateway!,
    /** Who is called first by each of so many calls. */
    calls: (count: number, hostname = 'fs1') =>
      Array.from({ length: count }, () => {
        const decision = live.route(live.serving!, buildCall({ hostname }));
        return decision.outcome === 'planned' ? decision.legs[0]!.gateway.name : decision.outcome;
      }),
    /** So many faults of the first gateway, while others get through. */
    fail: (count: number) => {
      const [first, second] = snapshot!.gateways;
      for (let call = 0; call < count; call += 1) {
        live.learned.book.fault('fs1', first!.name, '100');
        live.learned.book.good('fs1', second!.name, '100');
      }
    },
    stage: () => live.learned.book.ejectionOf('fs1', snapshot!.groups[0]!.name, gateway!.name).stage,
  };
}

/** The switch has them all, and all are up. */
const runningGateways = ({ gateways }: Snapshot): ReadonlyMap<string, RunningGateway> =>
  new Map(
    gateways.map(({ name, profile }) => [
      name,
      {
        name,
        profile,
        proxy: '',
        username: '',
        expireSeconds: '3600',
        pingSeconds: 5,
        state: 'NOREG',
        isUp: true,
        callsOut: 0,
      },
    ]),
  );

describe('what was learned', () => {
  it('is there after a restart: turns, health, ejections, what was applied, and who the switch was', () => {
    const snapshot = snapshotOf();
    const undisturbed = processWith(new MemoryFile(), snapshot).calls(40);
    const before = processWith(new MemoryFile(), snapshot);
    expect(before.calls(17)).toEqual(undisturbed.slice(0, 17));
    before.fail(3);
    before.fleet.restoreCore('fs1', 'core-1');
    before.live.applied.added('fs1', 'external', 'a', before.live.applied.wantedOn(snapshot, 'fs1').get('a'));
    before.keeper.stop();
    expect([before.file.isClosed, before.stage()]).toEqual([true, 'ejected']);

    const after = processWith(before.file, snapshot);
    expect(after.stage()).toBe('ejected');
    const { evidence } = after.live.learned.book;
    expect(evidence.map(({ hostname, group, gateway }) => `${hostname} ${group} ${gateway}`).sort()).toEqual([
      'fs1 g a',
      'fs1 g b',
    ]);
    expect(after.live.applied.of('fs1')).toEqual(before.live.applied.of('fs1'));
    expect([...after.fleet.lastCore]).toEqual([['fs1', 'core-1']]);
  });

  it('has the turns go on where they were', () => {
    const snapshot = snapshotOf();
    const undisturbed = processWith(new MemoryFile(), snapshot).calls(200);
    for (const calls of [1, 7, 10, 33]) {
      const before = processWith(new MemoryFile(), snapshot);
      before.calls(calls);
      before.keeper.stop();
      const firsts = [...undisturbed.slice(0, calls), ...processWith(before.file, snapshot).calls(200 - calls)];
      const count = (name: string) => firsts.filter((first) => first === name).length;
      expect(['a', 'b', 'c'].map(count)).toEqual([100, 60, 40]);
    }
  });

  it('has an ejection end when it would have ended, wherever the wall clock was set in between', () => {
    const snapshot = snapshotOf();
    const before = processWith(new MemoryFile(), snapshot);
    before.fail(3);
    before.keeper.stop();
    for (const jumpedMs of [0, 3_600_000, -3_600_000, 10 * YEAR_MS, -10 * YEAR_MS]) {
      const stages = [29_000, 30_000].map((passedMs) => {
        const start = { upMs: 1_000 + passedMs, wallMs: WALL_MS + passedMs + jumpedMs };
        const after = processWith(before.file, snapshot, start);
        after.live.learned.passTime();
        return after.stage();
      });
      expect(stages).toEqual(['ejected', 'trial']);
    }
  });

  it.each<[string, number, number, number]>([
    ['by the wall clock, where the machine was up for longer', 29_000, 20_000, 10_000],
    ['by how long the machine is up, where the wall clock says more', 15_000, 10 * YEAR_MS, 15_000],
    ['as not passed, where the wall clock was set back', 15_000, -10 * YEAR_MS, 30_000],
  ])('counts what passed over a start of the machine %s', (_, upMs, wallPassedMs, leftMs) => {
    const snapshot = snapshotOf();
    const before = processWith(new MemoryFile(), snapshot);
    before.fail(3);
    before.keeper.stop();
    for (const bootId of ['boot-2', '']) {
      const file = copyOf(before.file);
      const after = processWith(file, snapshot, { bootId, upMs, wallMs: WALL_MS + wallPassedMs });
      after.timers.advance(leftMs - 1);
      after.live.learned.passTime();
      expect(after.stage()).toBe('ejected');
      // Killed, and begun again on the same machine: by the same clock as before.
      const again = processWith(file, snapshot, {
        bootId,
        upMs: upMs + leftMs,
        wallMs: WALL_MS + wallPassedMs + leftMs,
      });
      again.live.learned.passTime();
      expect(again.stage()).toBe('trial');
    }
  });

  it('holds moments by one clock, even after a start of the machine and a kill at once', () => {
    const snapshot = snapshotOf();
    const before = processWith(new MemoryFile(), snapshot);
    before.fail(3);
    before.keeper.stop();
    const clockIn = ({ rows }: MemoryFile) => rows.get('clock []')!.value;
    expect(clockIn(before.file)).toBe(JSON.stringify(['boot-1', WALL_MS - 1_000]));
    processWith(before.file, snapshot, { bootId: 'boot-2', upMs: 5_000 });
    expect(clockIn(before.file)).toBe(JSON.stringify(['boot-2', WALL_MS - 5_000]));
    const after = processWith(before.file, snapshot, { bootId: 'boot-2', upMs: 6_000, wallMs: WALL_MS + YEAR_MS });
    const [ejection] = after.live.learned.book.ejections;
    expect(ejection!.ejection.sinceMs).toBe(5_000);
    expect(clockIn(before.file)).toBe(JSON.stringify(['boot-2', WALL_MS - 5_000]));
  });

  it('takes a file over that an older version wrote, which names no clock', () => {
    const snapshot = snapshotOf();
    const before = processWith(new MemoryFile(), snapshot);
    before.fail(3);
    before.keeper.stop();
    before.file.rows.delete('clock []');
    const after = processWith(before.file, snapshot, { upMs: 900_000, wallMs: WALL_MS + 12_000 });
    const [ejection] = after.live.learned.book.ejections;
    expect(ejection!.ejection.sinceMs).toBe(900_000 - 12_000);
  });

  it('is forgotten of what the inventory has no more', () => {
    const before = processWith(new MemoryFile(), snapshotOf());
    before.fail(3);
    before.calls(3);
    before.keeper.stop();
    const after = processWith(before.file, snapshotOf({ x: 1, y: 1 }));
    expect(after.live.learned.book.ejections).toEqual([]);
    after.keeper.stop();
    expect([...before.file.rows.keys()].filter((key) => key.startsWith('ejection'))).toEqual([]);
  });

  it('is taken over once: a group that went and comes again begins anew', () => {
    const before = processWith(new MemoryFile(), snapshotOf());
    before.calls(7);
    before.keeper.stop();
    const { live, calls } = processWith(before.file, snapshotOf());
    live.serve(temporaryInventory().compile().snapshot!, []);
    live.serve(snapshotOf(), []);
    expect(calls(10)).toEqual(processWith(new MemoryFile(), snapshotOf()).calls(10));
  });

  it('begins anew without a word where there is nothing', () => {
    const { live, log, calls } = processWith(new MemoryFile(), snapshotOf());
    expect([live.learned.book.ejections, log.news(), calls(1)]).toEqual([[], [], ['a']]);
  });

  it('survives in a real file', () => {
    const path = join(temporaryFolder(), 'state');
    const snapshot = snapshotOf();
    const before = processWith(openStateFile(path), snapshot);
    before.fail(3);
    before.keeper.stop();
    const after = processWith(openStateFile(path), snapshot);
    expect(after.stage()).toBe('ejected');
    after.keeper.stop();
  });
});

describe('the file', () => {
  it('is written every five seconds, with what changed alone', () => {
    const { file, timers, calls, fail } = processWith(new MemoryFile(), snapshotOf());
    calls(1);
    fail(1);
    timers.advance(4_999);
    expect(file.news()).toEqual([]);
    timers.advance(1);
    expect(file.news()).toEqual([['evidence', 'evidence', 'lags']]);
    timers.advance(60_000);
    expect(file.news()).toEqual([]);
    calls(1);
    timers.advance(5_000);
    expect(file.news()).toEqual([['lags']]);
  });

  it('is written at once with what a switch was given, once for many gateways', () => {
    const snapshot = snapshotOf();
    const { file, timers, live } = processWith(new MemoryFile(), snapshot);
    const wanted = live.applied.wantedOn(snapshot, 'fs1');
    for (const [name, it] of wanted) live.applied.added('fs1', 'external', name, it);
    timers.advance(20);
    expect(file.news()).toEqual([['applied', 'applied', 'applied']]);
    live.applied.gone('fs1', 'a');
    timers.advance(20);
    expect(file.news()).toEqual([['-applied']]);
  });

  it('is not written where something has become what it was when it was written last', () => {
    const { file, timers, live, calls } = processWith(new MemoryFile(), snapshotOf());
    const wanted = live.applied.wantedOn(live.serving!.snapshot, 'fs1');
    live.applied.added('fs1', 'external', 'a', wanted.get('a'));
    calls(3);
    timers.advance(5_000);
    expect(file.news().flat()).toEqual(['applied', 'lags']);
    live.applied.gone('fs1', 'a');
    live.applied.added('fs1', 'external', 'a', wanted.get('a'));
    // A whole round of turns.
    calls(10);
    timers.advance(5_000);
    expect(file.news()).toEqual([]);
  });

  it('is written with what a switch was given even while more and more is given', () => {
    const snapshot = snapshotOf();
    const { file, timers, live } = processWith(new MemoryFile(), snapshot);
    const wanted = live.applied.wantedOn(snapshot, 'fs1');
    for (let time = 0; time < 1_000; time += 1) {
      const name = ['a', 'b', 'c'][time % 3]!;
      live.applied.gone('fs1', name);
      live.applied.added('fs1', 'external', name, wanted.get(name));
      timers.advance(10);
      if (time === 2) expect(file.news()).toEqual([['applied', 'applied']]);
    }
    timers.advance(20);
    expect([...file.rows.keys()].filter((key) => key.startsWith('applied'))).toHaveLength(3);
  });

  it('is written of everything every five seconds, also while a switch is given something all the time', () => {
    const snapshot = snapshotOf();
    const { file, timers, live, calls } = processWith(new MemoryFile(), snapshot);
    const wanted = live.applied.wantedOn(snapshot, 'fs1').get('a');
    calls(1);
    for (let second = 0; second < 5; second += 1) {
      live.applied.gone('fs1', 'a');
      if (second % 2 === 0) live.applied.added('fs1', 'external', 'a', wanted);
      timers.advance(1_000);
    }
    expect(
      file
        .news()
        .flat()
        .filter((it) => it === 'lags'),
    ).toEqual(['lags']);
  });

  it('does not get the turns of opinions that only some switches have, nor those of very large line-ups', () => {
    const snapshot = snapshotOf(Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`gw${at}`, 1])));
    const large = processWith(new MemoryFile(), snapshot);
    large.calls(1);
    large.keeper.stop();
    expect([...large.file.rows.keys()]).toEqual(['clock []']);

    const before = processWith(new MemoryFile(), snapshotOf());
    before.fail(3);
    // A switch that nobody watches thinks nothing of it, and so has turns of its own.
    before.live.learned.reach.replace('fs1', runningGateways(before.live.serving!.snapshot));
    before.live.learned.switchesChanged();
    before.calls(1, 'fs1');
    before.calls(1, 'elsewhere');
    expect(before.live.schedulers.firstPlaces.map(([key]) => key)).toEqual(['g/1', 'g/1\nview ']);
    before.keeper.stop();
    expect([...before.file.rows.keys()].filter((key) => key.startsWith('lags'))).toEqual(['lags ["g/1"]']);
  });

  it('that cannot be written is complained of once, and written as soon as it can be', () => {
    const { file, timers, log, calls } = processWith(new MemoryFile(), snapshotOf());
    file.isFull = true;
    for (let write = 0; write < 4; write += 1) {
      calls(1);
      timers.advance(5_000);
    }
    expect(log.news()).toEqual([
      'warn learned state cannot be written, a restart would cost a warm-up: database or disk is full',
    ]);
    file.isFull = false;
    timers.advance(5_000);
    expect([file.news(), log.news()]).toEqual([[['lags']], ['info learned state can be written again']]);
  });

  it('that was taken away is written anew, all of it', () => {
    const { file, timers, log, calls } = processWith(new MemoryFile(), snapshotOf());
    calls(1);
    timers.advance(5_000);
    const before = new Map(file.rows);
    expect(before.size).toBeGreaterThan(0);
    timers.advance(5_000);
    expect(log.news()).toEqual([]);
    file.wasTakenAway = true;
    timers.advance(5_000);
    expect(file.rows).toEqual(before);
    expect(log.news()).toEqual([
      'warn the file of the learned state was taken away, exchanged or damaged: it is written anew',
    ]);
  });

  it('is written a last time and closed, and no more after that', () => {
    const { file, timers, keeper, calls } = processWith(new MemoryFile(), snapshotOf());
    calls(1);
    keeper.stop();
    expect([file.news(), file.isClosed, timers.pending]).toEqual([[['lags']], true, 0]);
  });

  it('with rows that cannot be read costs a warm-up only', () => {
    const file = new MemoryFile();
    file.rows.set('x', { kind: 'ejection', key: 'rubbish', value: '[[[' });
    const { live, timers } = processWith(file, snapshotOf());
    expect(live.learned.book.ejections).toEqual([]);
    timers.advance(5_000);
    expect(file.news()).toEqual([['-ejection']]);
  });
});

describe('very much that was learned', () => {
  /** Of so many gateways, in groups that play no part. */
  const evidenceOf = (count: number, goods: number) =>
    Array.from({ length: count }, (_, at) => ({
      hostname: 'fs1',
      group: parseName('g')!,
      gateway: parseName(`gw${at}`)!,
      evidence: { faults: 0, goods, atMs: 0 },
    }));
  const rowsOf = (news: readonly (readonly string[])[]) => news.map((kinds) => kinds.length);

  it('is written a part at a time, and calls get their turn in between', () => {
    const { file, timers, live } = processWith(new MemoryFile(), snapshotOf());
    live.learned.book.restore(evidenceOf(5_000, 1), []);
    timers.advance(4_999);
    const parts: number[] = [];
    // Whoever wants a turn gets it between two parts.
    for (let turn = 0; turn < 100; turn += 1) timers.after(1, () => parts.push(...rowsOf(file.news())));
    timers.advance(2);
    parts.push(...rowsOf(file.news()));
    expect(parts.reduce((sum, rows) => sum + rows, 0)).toBe(5_000);
    expect(Math.max(...parts)).toBeLessThanOrEqual(2_000);
  });

  it('has only that written which changed, and removed what is there no more', () => {
    const { file, timers, live } = processWith(new MemoryFile(), snapshotOf());
    const { book } = live.learned;
    book.restore(evidenceOf(5_000, 1), []);
    timers.advance(5_000);
    file.news();
    book.restore(evidenceOf(7, 2), []);
    timers.advance(5_000);
    expect(rowsOf(file.news())).toEqual([7]);
    book.keepOnly((_hostname, _group, gateway) => gateway !== 'gw4999');
    timers.advance(5_000);
    expect(file.news()).toEqual([['-evidence']]);
  });

  it('is written as a whole at the end, also in the middle of a walk', () => {
    const { file, timers, live, keeper } = processWith(new MemoryFile(), snapshotOf());
    live.learned.book.restore(evidenceOf(5_000, 1), []);
    timers.after(5_000, () => {
      keeper.stop();
    });
    timers.advance(5_000);
    expect(rowsOf(file.news()).reduce((sum, rows) => sum + rows, 0)).toBe(5_000);
    expect([file.learned, file.isClosed, timers.pending]).toEqual([5_000, true, 0]);
  });

  it('is not walked through any further where it cannot be written, until the next time', () => {
    const { file, timers, log, live } = processWith(new MemoryFile(), snapshotOf());
    live.learned.book.restore(evidenceOf(5_000, 1), []);
    file.isFull = true;
    timers.advance(5_000);
    expect(log.news()).toHaveLength(1);
    file.isFull = false;
    timers.advance(4_999);
    expect(file.learned).toBe(0);
    timers.advance(1);
    expect(file.learned).toBe(5_000);
  });

  it('leaves who a switch was for last: never does the file take what one run had for what the next one has', () => {
    const { file, timers, live, fleet, log } = processWith(new MemoryFile(), snapshotOf());
    const applied = (count: number) =>
      new Map(Array.from({ length: count }, (_, at) => [`gw${at}`, { fingerprint: 'f', drainSeconds: 0 }]));
    live.applied.restore('fs1', applied(5_000));
    fleet.restoreCore('fs1', 'core-1');
    timers.advance(5_000);
    expect(file.news().flat().at(-1)).toBe('core');
    live.applied.forget('fs1');
    fleet.restoreCore('fs1', 'core-2');
    timers.advance(20);
    timers.advance(5_000);
    const news = file.news().flat();
    expect([news.length, news.at(-1), log.news()]).toEqual([5_001, 'core', []]);
  });
});
