import { describe, expect, it } from 'vitest';
import { DrainWatch } from '../../src/live/drain-watch.ts';

/** A watch over a clock and calls that a test sets. */
function watchOf(drainSeconds: Readonly<Record<string, number>>) {
  const state = { nowMs: 0, calls: {} as Record<string, number> };
  const watch = new DrainWatch({ nowMs: () => state.nowMs, callsOn: (gateway) => state.calls[gateway] ?? 0 });
  const applied = new Map(
    Object.entries(drainSeconds).map(([name, seconds]) => [name, { fingerprint: 'f', drainSeconds: seconds }]),
  );
  return {
    state,
    watch,
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
