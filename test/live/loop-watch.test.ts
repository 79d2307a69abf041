import { expect, it } from 'vitest';
import { LoopWatch } from '../../src/live/loop-watch.ts';
import { CollectingLog } from './collecting-log.ts';

/** A loop whose next look comes as late as is said. */
function watchedLoop() {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly run: () => void } | undefined;
  const seconds: number[] = [];
  const log = new CollectingLog();
  const timers = {
    nowMs: () => nowMs,
    after: (delayMs: number, run: () => void) => {
      due = { atMs: nowMs + delayMs, run };
      return () => {
        due = undefined;
      };
    },
  };
  const watch = new LoopWatch({ timers, log, observe: (it) => seconds.push(it) });
  watch.start();
  const looks = (count: number, lateMs: number): void => {
    for (let at = 0; at < count && due !== undefined; at += 1) {
      nowMs = due.atMs + lateMs;
      due.run();
    }
  };
  return { watch, looks, seconds, log, isWaiting: () => due !== undefined };
}

it('a loop that is in time is not late', () => {
  const { watch, looks, seconds } = watchedLoop();
  looks(200, 3);
  expect(watch.lateMs).toBeUndefined();
  expect(seconds).toHaveLength(200);
  expect(seconds[0]).toBeCloseTo(0.003);
});

it('an inventory that takes a long time to compile, or several of them, make no process late', () => {
  const { watch, looks } = watchedLoop();
  looks(100, 1);
  looks(1, 60_000);
  for (let at = 0; at < 30; at += 1) {
    looks(1, 3_000);
    looks(2, 1);
    expect(watch.lateMs).toBeUndefined();
  }
});

it('one that is behind for more than half of ten seconds is, until it is clearly in time again', () => {
  const { watch, looks, log } = watchedLoop();
  looks(20, 400);
  expect(watch.lateMs).toBeUndefined();
  looks(1, 400);
  expect(watch.lateMs).toBe(400);
  looks(100, 150);
  expect(watch.lateMs).toBe(150);
  looks(20, 90);
  expect(watch.lateMs).toBe(150);
  looks(1, 90);
  expect(watch.lateMs).toBeUndefined();
  looks(100, 150);
  expect(watch.lateMs).toBeUndefined();
  expect(log.news()).toEqual([expect.stringMatching(/^warn not ready/), expect.stringMatching(/^info ready again/)]);
});

it('is watched no more when it was stopped', () => {
  const { watch, looks, seconds, isWaiting } = watchedLoop();
  looks(3, 0);
  watch.stop();
  expect([isWaiting(), seconds.length]).toEqual([false, 3]);
});
