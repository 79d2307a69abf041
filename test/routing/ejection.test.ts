import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterGoodCall,
  afterTime,
  eject,
  ejectedUntilMs,
  type Ejection,
  NEVER_EJECTED,
  rampPerMille,
} from '../../src/routing/ejection.ts';
import type { HealthPolicy } from '../../src/routing/health-policy.ts';

const policy: HealthPolicy = {
  mode: 'enforce',
  whenAllDown: 'try_all',
  faultLimit: 0.1,
  confidence: 0.95,
  ejectSeconds: 30,
  slowStartSeconds: 90,
};

/** An ejection after so many in a row. */
const struck = (times: number): Ejection =>
  Array.from({ length: times }).reduce<Ejection>((ejection) => eject(ejection, 0), NEVER_EJECTED);

const secondsOut = (ejection: Ejection): number => (ejectedUntilMs(ejection, policy) - ejection.sinceMs) / 1000;

/** The stage after the ejection's time and one call that went well at each of these moments, in order. */
function goodCalls(ejection: Ejection, ...atMs: readonly number[]): Ejection {
  return atMs.reduce((it, moment) => afterGoodCall(it, policy, moment), ejection);
}

describe('an ejection', () => {
  it('lasts twice as long with each strike, and never more than 64 times as long', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((times) => secondsOut(struck(times)));
    expect(seconds).toEqual([30, 60, 120, 240, 480, 960, 1_920, 1_920, 1_920]);
  });

  it('changes nothing until its time is over, then becomes a trial', () => {
    const ejection = eject(NEVER_EJECTED, 5_000);
    expect(afterTime(ejection, policy, true, 34_999)).toBe(ejection);
    expect(afterTime(ejection, policy, true, 35_000)).toEqual({ ...ejection, stage: 'trial', sinceMs: 35_000 });
  });

  it('ends without a trial where none can be made, and is remembered', () => {
    const ejection = eject(NEVER_EJECTED, 0);
    expect(afterTime(ejection, policy, false, 30_000)).toEqual({ ...ejection, stage: 'in', sinceMs: 30_000 });
  });

  it('is not shortened by calls that go well in the meantime', () => {
    const ejection = eject(NEVER_EJECTED, 0);
    expect(goodCalls(ejection, 1, 2, 3, 4)).toBe(ejection);
  });

  it('is longer after a trial that failed', () => {
    const trial = afterTime(struck(1), policy, true, 30_000);
    expect(secondsOut(eject(goodCalls(trial, 30_001, 30_002), 31_000))).toBe(60);
    expect(eject(goodCalls(trial, 30_001, 30_002), 31_000).trialGoods).toBe(0);
  });
});

describe('a trial', () => {
  const trial = afterTime(struck(1), policy, true, 30_000);

  it('ends in a slow start after three calls that went well', () => {
    expect(goodCalls(trial, 31_000, 32_000).stage).toBe('trial');
    expect(goodCalls(trial, 31_000, 32_000, 33_000)).toMatchObject({
      stage: 'slow_start',
      sinceMs: 33_000,
      strikes: 1,
    });
  });

  it('goes on for as long as no call shows anything', () => {
    expect(afterTime(trial, policy, true, 1e9)).toBe(trial);
  });
});

describe('a slow start', () => {
  const slow: Ejection = { stage: 'slow_start', sinceMs: 1_000, strikes: 1, trialGoods: 0 };

  it('begins with a tenth of the weight and has nine steps', () => {
    const seconds = [...Array(91).keys()].map((second) => rampPerMille(slow, policy, 1_000 + second * 1_000));
    expect([...new Set(seconds)]).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect([seconds[0], seconds[9], seconds[10], seconds[89], seconds[90]]).toEqual([100, 100, 200, 900, 1000]);
  });

  it('never goes down as time passes, whatever it is to take', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), fc.nat(1e8), fc.nat(1e8), (slowStartSeconds, one, other) => {
        const [before, after] = [Math.min(one, other), Math.max(one, other)].map((atMs) =>
          rampPerMille(slow, { ...policy, slowStartSeconds }, 1_000 + atMs),
        );
        expect(before).toBeGreaterThanOrEqual(100);
        expect(after).toBeGreaterThanOrEqual(before!);
        expect(after! % 100).toBe(0);
        expect(after).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it('is over when the weight is whole', () => {
    expect(afterTime(slow, policy, true, 90_999)).toBe(slow);
    expect(afterTime(slow, policy, true, 91_000)).toEqual({ ...slow, stage: 'in', sinceMs: 91_000 });
  });

  it('is over at once where it is to take no time, and begins where the clock went back', () => {
    expect(rampPerMille(slow, { ...policy, slowStartSeconds: 0 }, 1_000)).toBe(1000);
    expect(rampPerMille(slow, policy, 0)).toBe(100);
  });

  it('is the only stage that has less than the whole weight', () => {
    for (const stage of ['in', 'ejected', 'trial'] as const) {
      expect(rampPerMille({ ...slow, stage }, policy, 1_000)).toBe(1000);
    }
  });
});

describe('good behaviour', () => {
  const back: Ejection = { stage: 'in', sinceMs: 0, strikes: 2, trialGoods: 0 };

  it('has a strike forgotten for every ten ejection times', () => {
    expect(goodCalls(back, 299_999)).toBe(back);
    const once = goodCalls(back, 300_000);
    expect(once).toEqual({ ...back, strikes: 1, sinceMs: 300_000 });
    expect(goodCalls(once, 300_001, 599_999)).toBe(once);
    expect(goodCalls(once, 600_000).strikes).toBe(0);
  });

  it('shortens the next ejection', () => {
    expect([back, goodCalls(back, 300_000)].map((it) => secondsOut(eject(it, 400_000)))).toEqual([120, 60]);
  });

  it('of whom nothing is held against is nothing new', () => {
    expect(goodCalls(NEVER_EJECTED, 1e9)).toBe(NEVER_EJECTED);
  });
});

describe('a trial', () => {
  it('that cannot come, since somebody else makes the first choice now, is over', () => {
    const trial = { ...NEVER_EJECTED, stage: 'trial' as const, sinceMs: 5, strikes: 2, trialGoods: 1 };
    expect(afterTime(trial, policy, true, 10)).toBe(trial);
    expect(afterTime(trial, policy, false, 10)).toEqual({ stage: 'in', sinceMs: 10, strikes: 2, trialGoods: 0 });
  });
});
