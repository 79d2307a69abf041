import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryLags } from '../../src/routing/carry-lags.ts';
import { parseName } from '../../src/routing/name.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { takeTurns } from '../support/take-turns.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const nobody: ReadonlySet<number> = new Set();

/** Weights by number of the member, from m0 on; 0 = not there. */
function begin(weights: readonly number[], calls: number): Scheduler {
  const scheduler = new Scheduler(numberedLineup(weights));
  takeTurns(scheduler, calls);
  return scheduler;
}

const change = (scheduler: Scheduler, weights: readonly number[]) =>
  carryLags(scheduler, numberedLineup(weights), nobody);

/** Lags in calls, by name. */
function lagsOf(scheduler: Scheduler): Record<string, number> {
  const lags = scheduler.lags();
  return Object.fromEntries(scheduler.lineup.members.map(({ name }, at) => [name, lags[at]! / scheduler.unitsPerCall]));
}

function expectLags(scheduler: Scheduler, lags: Record<string, number>): void {
  const actual = lagsOf(scheduler);
  expect(Object.keys(actual).sort()).toEqual(Object.keys(lags).sort());
  for (const [name, lag] of Object.entries(lags)) expect(actual[name], name).toBeCloseTo(lag, 8);
}

describe('lags carried over a change', () => {
  it('stay as they are where nothing changed, and the turns go on', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 20 }), fc.nat({ max: 200 }), (weights, calls) => {
        const old = begin(weights, calls);
        const now = change(old, weights);
        expect([...now.lags()]).toEqual([...old.lags()]);
        expect(takeTurns(now, 50)).toEqual(takeTurns(old, 50));
      }),
      { numRuns: 150 },
    );
  });

  it('go by name, to whatever position the member moves', () => {
    const old = begin([4, 3, 2, 1], 3);
    const now = change(old, [1, 2, 3, 4]);
    const before = lagsOf(old);
    expect(now.lineup.members.map(({ name }) => name)).toEqual(['m3', 'm2', 'm1', 'm0']);
    expectLags(now, before);
  });

  it('begin at zero for who is new', () => {
    const old = begin([1, 1], 1);
    expectLags(change(old, [1, 1, 1]), { m0: -1 / 2, m1: 1 / 2, m2: 0 });
  });

  it('share out among the others what a leaver takes away', () => {
    const old = begin([1, 1, 1, 1], 2);
    expectLags(old, { m0: -1 / 2, m1: -1 / 2, m2: 1 / 2, m3: 1 / 2 });
    expectLags(change(old, [0, 1, 1, 1]), { m1: -2 / 3, m2: 1 / 3, m3: 1 / 3 });
    expectLags(change(old, [1, 1, 1, 0]), { m0: -1 / 3, m1: -1 / 3, m2: 2 / 3 });
  });

  it('are kept for who left, until it returns', () => {
    const away = change(begin([1, 1, 1], 1), [0, 1, 1]);
    expectLags(away, { m1: 0, m2: 0 });
    expect(away.owed.get(parseName('m0')!)).toBeCloseTo(-2 / 3, 8);
    const back = change(away, [1, 1, 1]);
    const { m0 = 0, m1 = 0, m2 = 0 } = lagsOf(back);
    expect(m0).toBeLessThan(-0.3);
    expect(m1).toBeCloseTo(-m0 / 2, 8);
    expect(m2).toBeCloseTo(-m0 / 2, 8);
    expect(back.owed.get(parseName('m0')!) ?? 0).toBeCloseTo(0, 8);
    expect(takeTurns(back, 3).map((at) => back.lineup.members[at]?.name)).toEqual(['m1', 'm2', 'm0']);
  });

  it('are all shrunk by one factor where deadlines could not be met', () => {
    const old = begin([10, 10, 10, 10, 10, 10], 3);
    const now = change(old, [1, 1, 1, 10, 10, 10]);
    const lags = lagsOf(now);
    for (const name of ['m0', 'm1', 'm2']) expect(lags[name]).toBeCloseTo(-lags['m3']!, 6);
    expect(lags['m3']).toBeGreaterThan(0.2);
    expect(lags['m3']).toBeLessThan(0.5);
    expect(lags['m4']).toBeCloseTo(lags['m3']!, 6);
    expect(lags['m5']).toBeCloseTo(lags['m3']!, 6);
  });

  it('are not kept for more than a thousand who left, the latest before all others', () => {
    const all = Array.from({ length: 3_000 }, () => 1);
    const few = change(begin(all, 10), [1, 1]);
    expect(few.owed.size).toBeLessThanOrEqual(1_100);
    const fewer = change(few, [1]);
    expect(fewer.owed.size).toBeLessThanOrEqual(1_100);
    expect(fewer.owed.has(parseName('m1')!)).toBe(true);
  });

  it('leave the scheduler before as it was', () => {
    const old = begin([5, 3, 2], 4);
    const before = [old.next(), old.footprint, ...old.lags()];
    const now = change(old, [0, 3, 2, 9]);
    takeTurns(now, 20);
    expect([old.next(), old.footprint, ...old.lags()]).toEqual(before);
  });

  it('do not concern a member that is left out', () => {
    const lineup = numberedLineup([5, 3, 2]);
    const old = new Scheduler(lineup, new Set([1]));
    takeTurns(old, 2);
    const now = carryLags(old, numberedLineup([5, 3, 2, 1]), new Set([1]));
    expect(now.lags()[1]).toBe(0);
    expect(takeTurns(now, 40)).not.toContain(1);
    expect(new Set(takeTurns(now, 40))).toEqual(new Set([0, 2, 3]));
  });

  it('end with the last member, and begin again with the next', () => {
    const alone = change(begin([1, 1], 1), []);
    expect(alone.next()).toBe(-1);
    expect(takeTurns(change(alone, [1, 1]), 4)).toEqual([1, 0, 1, 0]);
  });
});
