import { describe, expect, it } from 'vitest';
import { SchedulerStore } from '../../src/live/scheduler-store.ts';
import { buildLineup } from '../../src/routing/lineup.ts';
import { parseName } from '../../src/routing/name.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';

const lineupOf = (key: string, size: number) =>
  buildLineup(
    key,
    // Weights that differ: the cycle is long, so that nothing begins again within these tests.
    Array.from({ length: size }, (_, at) => ({ name: parseName(`gw${at}`)!, weight: at + 1 })),
  );
const first = lineupOf('g/1', 4);

/** What the store counts for a scheduler: 8 for itself, and 1 for each member that it has served. */
const roomFor = (schedulers: number, served: number): number => schedulers * (8 + served);

function takeOften(store: SchedulerStore, key: string, turns: number, lineup = first): void {
  for (let turn = 0; turn < turns; turn += 1) store.take(key, store.get(key) ?? new Scheduler(lineup));
}

describe('SchedulerStore', () => {
  it('stores a scheduler and gives away its turn', () => {
    const store = new SchedulerStore();
    const scheduler = new Scheduler(first);
    const [before, fresh] = [scheduler.next(), new Scheduler(first)];
    store.take('g/1', scheduler);
    fresh.advance();
    expect(store.get('g/1')).toBe(scheduler);
    expect(scheduler.next()).toBe(fresh.next());
    expect(scheduler.next()).not.toBe(before);
  });

  it('keeps everything while there is room', () => {
    const store = new SchedulerStore(roomFor(20, 3));
    for (let history = 0; history < 20; history += 1) takeOften(store, `g/1 without gw${history}`, 3);
    expect(store.size).toBe(20);
  });

  it('drops the longest unused, down to half, where there is no more room', () => {
    const store = new SchedulerStore(roomFor(10, 1) - 1);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) takeOften(store, `g/1 without ${name}`, 1);
    // Used again: it is not the longest unused any more.
    takeOften(store, 'g/1 without a', 1);
    expect(store.get('g/1 without a')).toBeDefined();
    expect(store.get('g/1 without b')).toBeUndefined();
    expect(store.get('g/1 without j')).toBeDefined();
    expect(store.size).toBeLessThanOrEqual(5);
    expect(store.size).toBeGreaterThan(1);
  });

  it('never drops one that deals first places, however much room they take', () => {
    const store = new SchedulerStore(2);
    for (let group = 0; group < 5; group += 1) takeOften(store, `g${group}/1`, 3, lineupOf(`g${group}/1`, 4));
    takeOften(store, 'g0/1 without gw1', 1);
    for (let group = 0; group < 5; group += 1) expect(store.get(`g${group}/1`)).toBeDefined();
  });

  it('a scheduler that is replaced counts once', () => {
    const store = new SchedulerStore(roomFor(2, 4));
    // Were the replaced ones counted too, the other would soon be dropped.
    takeOften(store, 'g/1 without other', 1);
    for (let turn = 0; turn < 50; turn += 1) store.take('g/1 without x', new Scheduler(first));
    expect(store.get('g/1 without other')).toBeDefined();
  });

  it('forgets schedulers whose line-up is gone, and frees their room', () => {
    const store = new SchedulerStore(roomFor(10, 1));
    const gone = lineupOf('gone/1', 4);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) takeOften(store, `gone/1 without ${name}`, 1, gone);
    takeOften(store, 'g/1', 1);
    takeOften(store, 'g/1 without gw1', 1);
    store.keepOnly((lineup) => lineup === 'g/1');
    expect(store.size).toBe(2);
    // With the room of those that went counted still, these would not fit.
    for (const name of ['k', 'l', 'm', 'n', 'o', 'p', 'q', 'r']) takeOften(store, `g/1 without ${name}`, 1);
    expect(store.size).toBe(10);
  });
});
