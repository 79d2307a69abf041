import { describe, expect, it } from 'vitest';
import { DrainWatch } from '../../src/live/drain-watch.ts';
import { CollectingLog } from './collecting-log.ts';

/** A watch over a clock and calls that a test sets. */
function watchOf(drainSeconds: Readonly<Record<string, number>>) {
  const state = { nowMs: 0, calls: {} as Record<string, number> };
  const log = new CollectingLog();
  const watch = new DrainWatch({
    hostname: 'fs1',
    log,
    nowMs: () => state.nowMs,
    callsOn: (gateway) => state.calls[gateway] ?? 0,
  });
  const applied = new Map(
    Object.entries(drainSeconds).map(([name, seconds]) => [name, { fingerprint: 'f', drainSeconds: seconds }]),
  );
  return {
    state,
    watch,
    log,
    name: (...gateways: readonly string[]) => {
      watch.watch(gateways, applied);
    },
  };
}

describe('a gateway that is wanted no more', () => {
  it('may go when its calls are over', () => {
    const { state, watch, name } = watchOf({ a: 300 });
    state.calls['a'] = 1;
    name('a');
    expect([watch.mayGo('a'), watch.hasDrained]).toEqual([false, false]);
    state.calls['a'] = 0;
    expect([watch.mayGo('a'), watch.hasDrained]).toEqual([true, true]);
  });

  it('is told of once, with its calls and its time, where it has any', () => {
    const { state, log, name } = watchOf({ a: 300, b: 0, c: 300 });
    state.calls = { a: 2, b: 1 };
    name('a', 'b', 'c');
    name('a', 'b', 'c');
    expect(log.news()).toEqual([
      'info gateway a is taken away from fs1 when its calls are over (now 2), or after 300 s',
    ]);
  });

  it('may go with its calls when it had its time, from when it was named first', () => {
    const { state, watch, name } = watchOf({ a: 300, b: 0 });
    state.calls = { a: 1, b: 1 };
    name('a', 'b');
    expect([watch.mayGo('a'), watch.mayGo('b')]).toEqual([false, true]);
    state.nowMs = 200_000;
    name('a');
    state.nowMs = 299_999;
    expect([watch.mayGo('a'), watch.hasDrained]).toEqual([false, false]);
    state.nowMs = 300_000;
    expect([watch.mayGo('a'), watch.hasDrained]).toEqual([true, true]);
  });

  it('has its time anew where it was wanted in between', () => {
    const { state, watch, name } = watchOf({ a: 300 });
    state.calls['a'] = 1;
    name('a');
    state.nowMs = 250_000;
    name();
    expect(watch.hasDrained).toBe(false);
    name('a');
    state.nowMs = 549_999;
    expect(watch.mayGo('a')).toBe(false);
    state.nowMs = 550_000;
    expect(watch.mayGo('a')).toBe(true);
  });
});
