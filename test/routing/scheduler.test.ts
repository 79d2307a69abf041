import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { takeTurns } from '../support/take-turns.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const names = (scheduler: Scheduler, turns: readonly number[]) =>
  turns.map((position) => scheduler.lineup.members[position]?.name ?? '-');

/** A scheduler's whole state as far as it can be seen. */
const stateOf = (scheduler: Scheduler) => [scheduler.next(), scheduler.footprint, [...scheduler.lags()]];

const smallWeights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('a scheduler', () => {
  it('mixes as finely as the weights allow', () => {
    const scheduler = new Scheduler(numberedLineup([5, 3, 2]));
    expect(names(scheduler, takeTurns(scheduler, 10)).join(' ')).toBe('m0 m1 m0 m2 m0 m1 m0 m1 m0 m2');
  });

  it('lets equals take turns in the order of their names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 1_000_000 }), (size, weight) => {
        const scheduler = new Scheduler(numberedLineup(Array.from({ length: size }, () => weight)));
        const once = [...Array(size).keys()];
        expect(takeTurns(scheduler, 3 * size)).toEqual([...once, ...once, ...once]);
      }),
    );
  });

  it('is as at the start after a full cycle, and gives the same turns again', () => {
    fc.assert(
      fc.property(smallWeights, fc.nat({ max: 7 }), (weights, left) => {
        const lineup = numberedLineup(weights);
        const excluded = new Set(weights.length > 1 ? [left % weights.length] : []);
        const scheduler = new Scheduler(lineup, excluded);
        const cycle = lineup.members.reduce((sum, { weight }, at) => sum + (excluded.has(at) ? 0 : weight), 0);
        const start = stateOf(scheduler);
        const turns = takeTurns(scheduler, cycle);
        expect(stateOf(scheduler)).toEqual(start);
        expect(takeTurns(scheduler, cycle)).toEqual(turns);
        for (const [at, { weight }] of lineup.members.entries()) {
          expect(turns.filter((turn) => turn === at)).toHaveLength(excluded.has(at) ? 0 : weight);
        }
      }),
    );
  });

  it('gives any window of calls to each member as its share says, off by less than 2', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 6 }), fc.integer({ min: 1, max: 90 }), (weights, calls) => {
        const { members, totalWeight } = numberedLineup(weights);
        const turns = takeTurns(new Scheduler(numberedLineup(weights)), calls);
        for (const [member, { weight }] of members.entries()) {
          for (let from = 0; from < calls; from += 1) {
            let given = 0;
            for (let to = from + 1; to <= calls; to += 1) {
              given += turns[to - 1] === member ? 1 : 0;
              // In whole numbers: share x window - given, times the total weight.
              const off = weight * (to - from) - given * totalWeight;
              if (Math.abs(off) >= 2 * totalWeight) expect.fail(`member ${member}, calls ${from + 1} to ${to}`);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('decides the same again from the same start', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 12 }), (weights) => {
        const lineup = numberedLineup(weights);
        expect(takeTurns(new Scheduler(lineup), 100)).toEqual(takeTurns(new Scheduler(numberedLineup(weights)), 100));
      }),
    );
  });

  it('changes nothing by telling who is next', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 12 }), fc.nat({ max: 60 }), (weights, calls) => {
        const asked = new Scheduler(numberedLineup(weights));
        const unasked = new Scheduler(numberedLineup(weights));
        takeTurns(asked, calls);
        for (let call = 0; call < calls; call += 1) unasked.advance();
        const state = stateOf(asked);
        const twice = [asked.next(), asked.next()];
        expect(twice[0]).toBe(twice[1]);
        expect(stateOf(asked)).toEqual(state);
        expect(stateOf(unasked)).toEqual(state);
      }),
    );
  });

  it('holds no more members than it has served', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 20 }), fc.nat({ max: 60 }), (weights, calls) => {
        const scheduler = new Scheduler(numberedLineup(weights));
        expect(scheduler.footprint).toBe(0);
        const served = new Set(takeTurns(scheduler, calls));
        expect(scheduler.footprint).toBeLessThanOrEqual(served.size);
      }),
    );
  });

  it('counts the members that it leaves out into what it costs to keep, since it holds their set', () => {
    const lineup = numberedLineup(Array.from({ length: 1_000 }, () => 1));
    const scheduler = new Scheduler(lineup, new Set(Array.from({ length: 900 }, (_, at) => at)));
    expect(scheduler.footprint).toBeGreaterThanOrEqual(900);
  });

  it('tells each lag in units of which a call has a whole number for every weight', () => {
    const scheduler = new Scheduler(numberedLineup([2, 1]));
    expect([...scheduler.lags()]).toEqual([0, 0]);
    expect(scheduler.shareOf(0) + scheduler.shareOf(1)).toBe(scheduler.unitsPerCall);
    scheduler.advance();
    expect([...scheduler.lags()].map((lag) => (3 * lag) / scheduler.unitsPerCall)).toEqual([-1, 1]);
  });

  it.each([
    ['there is nobody', [], []],
    ['everybody is left out', [3, 1], [0, 1]],
  ])('gives no turn where %s', (_, weights, excluded) => {
    const scheduler = new Scheduler(numberedLineup(weights), new Set(excluded));
    expect(takeTurns(scheduler, 3)).toEqual([-1, -1, -1]);
    expect([...scheduler.lags()]).toEqual(weights.map(() => 0));
  });
});

describe('schedulers that leave members out', () => {
  it('do not all begin with the same of many equals', () => {
    const lineup = numberedLineup(Array.from({ length: 10 }, () => 7));
    const firsts = lineup.members.map((_, left) => new Scheduler(lineup, new Set([left])).next());
    expect(new Set(firsts).size).toBeGreaterThanOrEqual(8);
  });

  it('never give a turn to those', () => {
    fc.assert(
      fc.property(groupWeights({ min: 2, max: 12 }), fc.array(fc.nat({ max: 11 })), (weights, left) => {
        const excluded = new Set(left.filter((position) => position < weights.length - 1));
        const scheduler = new Scheduler(numberedLineup(weights), excluded);
        const turns = takeTurns(scheduler, 60);
        expect(turns.filter((turn) => turn < 0 || excluded.has(turn))).toEqual([]);
        expect([...excluded].map((position) => scheduler.lags()[position])).toEqual([...excluded].map(() => 0));
      }),
    );
  });
});
