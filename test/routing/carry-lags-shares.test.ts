import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryLags } from '../../src/routing/carry-lags.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';

/** Weights by number of the member at each call; 0 = not there. */
type WeightsAt = (call: number) => readonly number[];

/** What each member was given and what it was due over all calls, with a change before every one of them. */
function run(weightsAt: WeightsAt, calls: number) {
  const given = weightsAt(0).map(() => 0);
  const due = weightsAt(0).map(() => 0);
  let scheduler = new Scheduler(numberedLineup(weightsAt(0)));
  for (let call = 0; call < calls; call += 1) {
    const weights = weightsAt(call);
    if (call > 0) scheduler = carryLags(scheduler, numberedLineup(weights), new Set());
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [member, weight] of weights.entries()) due[member]! += weight / total;
    const served = scheduler.lineup.members[scheduler.next()];
    given[Number(served?.name.slice(1))]! += 1;
    scheduler.advance();
  }
  return { given, due };
}

/** Numbers that look random and are the same every time. */
function scramble(call: number, member: number): number {
  let bits = Math.imul(call + 1, 0x9e3779b1) ^ Math.imul(member + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

describe('where weights change at every call, long-run shares are right within 1 %', () => {
  it.each<[string, WeightsAt]>([
    ['one ramps up from nothing while the others stay', (call) => [1 + call, 5_000, 5_000, 2_500]],
    ['one ramps up while another ramps down', (call) => [1 + call, 10_000 - call, 5_000]],
    ['they ramp up and down like a saw', (call) => [1 + (call % 100), 100 - (call % 100), 50]],
    ['all are random', (call) => [0, 1, 2, 3, 4].map((member) => 1 + (scramble(call, member) % 1_000))],
    ['all are random over six powers of ten', (call) => [0, 1, 2, 3].map((at) => 10 ** (scramble(call, at) % 7))],
    ['two flip between light and heavy', (call) => (call % 2 === 0 ? [1_000_000, 1] : [1, 1_000_000])],
    ['three flip between light and heavy', (call) => [0, 1, 2].map((at) => (call % 3 === at ? 1_000 : 10))],
    ['two of three flip between 1 and 3', (call) => (call % 2 === 0 ? [1, 3, 2] : [3, 1, 2])],
    ['one comes and goes', (call) => [2, 3, call % 2]],
    ['one comes for every third call', (call) => [1, 1, 1, call % 3 === 0 ? 2 : 0]],
    ['one goes for every third call', (call) => [1, 1, 1, call % 3 === 0 ? 0 : 2]],
    ['two come and go in turn', (call) => [1, call % 2, 1 - (call % 2)]],
    [
      'heavy ones come in turn, beside a light one that stays',
      (call) =>
        [
          [1, 1_000, 0, 1_000],
          [1, 1, 0, 3],
          [1, 0, 1_000, 0],
        ][call % 3]!,
    ],
    ['all come and go at random', (call) => [1, ...[0, 1, 2].map((member) => scramble(call, member) % 2)]],
  ])('%s', (_, weightsAt) => {
    const { given, due } = run(weightsAt, 10_000);
    for (const [member, wanted] of due.entries()) {
      expect(given[member]! / wanted, `m${member}: ${given[member]} of ${wanted}`).toBeGreaterThan(0.99);
      expect(given[member]! / wanted, `m${member}: ${given[member]} of ${wanted}`).toBeLessThan(1.01);
    }
  });

  it.each([
    ['', [1, 2, 3, 10, 1_000]],
    [' while members come and go', [0, 1, 2, 3, 10, 1_000]],
  ])('whatever pattern of weights is repeated%s', (_, choice) => {
    const weights = fc.array(fc.constantFrom(...choice), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(weights, { minLength: 2, maxLength: 4 }), (pattern) => {
        const calls = 1_500;
        // m0 is always there.
        const { given, due } = run((call) => [1, ...pattern[call % pattern.length]!], calls);
        for (const [member, wanted] of due.entries()) {
          expect(Math.abs(given[member]! - wanted) / calls, `m${member}`).toBeLessThan(0.01);
        }
      }),
      { numRuns: 60 },
    );
  });
});
