import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryLags } from '../../src/routing/carry-lags.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { LagLedger } from '../support/lag-ledger.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { takeTurns } from '../support/take-turns.ts';
import { anyWeight } from '../support/weight-arbitraries.ts';

const nobody: ReadonlySet<number> = new Set();

/** What a change does to one member: it keeps its weight, is not there, or has this weight from now on. */
const memberChange = fc.oneof(
  { arbitrary: fc.constant('same' as const), weight: 3 },
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: anyWeight, weight: 3 },
);

const phases = (members: number) =>
  fc.array(
    fc.record({
      changes: fc.array(memberChange, { minLength: members, maxLength: members }),
      calls: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 120 })),
    }),
    { minLength: 1, maxLength: 8 },
  );

/** The weights in each phase; m0 stays, so that somebody is always there. */
function weightsOver(changes: readonly (readonly (number | 'same')[])[]): readonly (readonly number[])[] {
  let weights: readonly number[] = changes[0]?.map(() => 1) ?? [];
  return changes.map((change) => {
    weights = change.map((to, at) => (to === 'same' ? weights[at]! : at === 0 ? Math.max(1, to) : to));
    return weights;
  });
}

/** Holds one phase of constant weights against everything that the bound means for it. */
function expectFairPhase(scheduler: Scheduler, calls: number): void {
  const { lineup, excluded, unitsPerCall } = scheduler;
  const weights = lineup.members.map(({ weight }, at) => (excluded.has(at) ? 0 : weight));
  const lags = [...scheduler.lags()];
  expect(lags.reduce((sum, lag) => sum + lag, 0)).toBe(0);
  expect(lags.every((lag) => Number.isSafeInteger(lag) && Math.abs(lag) < unitsPerCall)).toBe(true);

  const ledger = new LagLedger(weights, { lags, unitsPerCall });
  const turns = takeTurns(scheduler, calls);
  for (const member of turns) ledger.serve(member);
  expect(ledger.violations()).toEqual([]);

  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [member, weight] of weights.entries()) {
    if (weight === 0) continue;
    // A lag starts below +1 and grows by a share with each call without service, falls by the rest with each one:
    // it can do neither for longer than it takes to move by less than 2.
    const { served, unserved } = longestRuns(turns, member);
    expect(served * (total - weight) < 2 * total, `${served} calls in a row`).toBe(true);
    expect(unserved * weight < 2 * total, `${unserved} calls without one`).toBe(true);
  }
}

function longestRuns(turns: readonly number[], member: number) {
  const longest = { served: 0, unserved: 0 };
  const run = { served: 0, unserved: 0 };
  for (const turn of turns) {
    run.served = turn === member ? run.served + 1 : 0;
    run.unserved = turn === member ? 0 : run.unserved + 1;
    longest.served = Math.max(longest.served, run.served);
    longest.unserved = Math.max(longest.unserved, run.unserved);
  }
  return longest;
}

describe('after every change lags sum to zero, and stay strictly between -1 and +1 from then on', () => {
  it('whoever leaves, joins, returns or changes weight', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }).chain((members) => phases(members)),
        (plan) => {
          const weights = weightsOver(plan.map(({ changes }) => changes));
          let scheduler = new Scheduler(numberedLineup(weights[0]!));
          for (const [at, { calls }] of plan.entries()) {
            if (at > 0) scheduler = carryLags(scheduler, numberedLineup(weights[at]!), nobody);
            expectFairPhase(scheduler, calls);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('for those that remain where one is left out', () => {
    fc.assert(
      fc.property(phases(7), (plan) => {
        const weights = weightsOver(plan.map(({ changes }) => changes));
        const leftOut = (index: number) =>
          new Set([numberedLineup(weights[index]!).members.findIndex(({ name }) => name === 'm0')]);
        let scheduler = new Scheduler(numberedLineup(weights[0]!), leftOut(0));
        for (const [at, { calls }] of plan.entries()) {
          if (at > 0) scheduler = carryLags(scheduler, numberedLineup(weights[at]!), leftOut(at));
          const somebody = weights[at]!.slice(1).some((weight) => weight > 0);
          if (somebody) expectFairPhase(scheduler, calls);
          else expect(scheduler.next()).toBe(-1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([2, 3, 10, 1_000, 1_000_000])('of six equals of %i the three just served drop to weight 1', (weight) => {
    const scheduler = new Scheduler(numberedLineup(Array.from({ length: 6 }, () => weight)));
    expect(takeTurns(scheduler, 3)).toEqual([0, 1, 2]);
    expectFairPhase(carryLags(scheduler, numberedLineup([1, 1, 1, weight, weight, weight]), nobody), 3_000);
  });

  it.each([
    ['half of them drop to weight 1', 1_000, (at: number) => (at % 2 === 0 ? 1 : 1_000_000)],
    [
      'every third leaves and the others swap their weights',
      1_000,
      (at: number) => (at % 3 === 0 ? 0 : 1 + ((at * 37) % 999)),
    ],
    ['all but the lightest leave', 10_000, (at: number) => (at < 9_990 ? 0 : 10_000 - at)],
    ['the lightest become the heaviest', 10_000, (at: number) => (at < 5_000 ? 1 : 1_000_000)],
  ])('in a large group of which %s', (_, size, then) => {
    const before = Array.from({ length: size }, (__, at) => 1 + ((at * 7_919) % 1_000_000));
    const scheduler = new Scheduler(numberedLineup(before));
    takeTurns(scheduler, Math.round(size * 0.7));
    const now = carryLags(scheduler, numberedLineup(before.map((___, at) => then(at))), nobody);
    const { lineup, unitsPerCall } = now;
    const lags = [...now.lags()];
    expect(lags.reduce((sum, lag) => sum + lag, 0)).toBe(0);
    const ledger = new LagLedger(
      lineup.members.map(({ weight }) => weight),
      { lags, unitsPerCall },
    );
    for (const member of takeTurns(now, 20_000)) ledger.serve(member);
    expect(ledger.violations()).toEqual([]);
  });
});
