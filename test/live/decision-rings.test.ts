import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { outcomeLine } from '../../src/live/decision-line.ts';
import type { AttemptVerdict } from '../../src/live/decision-notes.ts';
import { DecisionRings } from '../../src/live/decision-rings.ts';
import { KeptDecision } from '../../src/live/kept-decision.ts';
import { numberMask } from '../../src/live/number-mask.ts';
import type { Decision } from '../../src/routing/decide.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { TWO_GATEWAYS } from '../support/plan-call.ts';
import { attemptNews, decidedCall, snapshotOf } from './told-book.ts';

const SIZES = { recent: 5, failures: 4, refusals: 2, waiting: 3 };

type Outcome = Decision['outcome'];

let snapshot: Snapshot;
beforeAll(() => {
  snapshot = snapshotOf(TWO_GATEWAYS);
});

/** A decision of this name and outcome; a planned call that is not over is one whose outcome will be heard of. */
function kept(order: number, outcome: Outcome = 'planned', isOver = true, decisionId = `d-${order}`): KeptDecision {
  const decided = decidedCall(snapshot, { decisionId }, { isFollowed: !isOver });
  if (decided.decision.outcome !== 'planned') throw new Error('not planned');
  const { route } = decided.decision;
  const decisions: Readonly<Record<Outcome, Decision>> = {
    planned: decided.decision,
    no_route: { outcome: 'no_route' },
    rejected_number: { outcome: 'rejected_number', route, reason: 'empty' },
    no_gateway: { outcome: 'no_gateway', route, reason: 'down' },
  };
  return new KeptDecision({ ...decided, decision: decisions[outcome] }, numberMask(0), order, order);
}

const came = (of: KeptDecision, outcome: AttemptVerdict) => ({
  change: 0,
  attempts: [outcomeLine(attemptNews({ decisionId: of.id, outcome }), 0)],
  isOver: true,
});

type Step =
  | { readonly does: 'decide'; readonly outcome: Outcome; readonly isOver: boolean }
  | { readonly does: 'learn'; readonly back: number; readonly outcome: AttemptVerdict };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant('decide' as const),
    outcome: fc.constantFrom<Outcome>('planned', 'planned', 'no_gateway', 'no_route', 'rejected_number'),
    isOver: fc.boolean(),
  }),
  fc.record({
    does: fc.constant('learn' as const),
    back: fc.nat({ max: 12 }),
    outcome: fc.constantFrom<AttemptVerdict>('answered', 'gateway', 'destination', 'not_called'),
  }),
);

const isCallers = ({ outcome }: KeptDecision): boolean => outcome === 'no_route' || outcome === 'rejected_number';

it('has the last decisions, and the last failures for as long as there are not too many others', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const rings = new DecisionRings(SIZES);
      const decided: KeptDecision[] = [];
      for (const it of steps) {
        if (it.does === 'decide') {
          const decision = kept(decided.length + 1, it.outcome, it.isOver);
          rings.add(decision);
          decided.push(decision);
          continue;
        }
        const known = rings.get(decided.at(-1 - it.back)?.id ?? '');
        // What failed once has failed.
        if (known?.outcome === 'planned' && !known.isFailed) rings.learn(known, came(known, it.outcome));
      }
      const { all } = rings;
      expect(new Set(all).size).toBe(all.length);
      expect(all.map(({ order }) => order)).toEqual(all.map(({ order }) => order).sort((a, b) => a - b));
      expect(all.slice(-SIZES.recent)).toEqual(decided.slice(-SIZES.recent));
      for (const it of all) expect(rings.get(it.id)).toBe(it);
      const older = all.slice(0, -SIZES.recent);
      expect(older.every(({ isFailed }) => isFailed)).toBe(true);
      expect(older.filter((it) => !isCallers(it)).length).toBeLessThanOrEqual(SIZES.failures);
      // Of refusals the last ones are there, and they push out nothing but each other.
      const left = decided.slice(0, -SIZES.recent);
      expect(older.filter(isCallers)).toEqual(left.filter(isCallers).slice(-SIZES.refusals));
      // Calls that failed late stand behind: where there is none, the last ones without a gateway are all there.
      if (decided.some((it) => it.outcome === 'planned' && it.isFailed)) return;
      const without = left.filter(({ outcome }) => outcome === 'no_gateway');
      expect(older.filter((it) => !isCallers(it))).toEqual(without.slice(-SIZES.failures));
    }),
    { numRuns: 500 },
  );
});

it('keeps a failure through any number of successes and of refused numbers', () => {
  const rings = new DecisionRings(SIZES);
  rings.add(kept(1, 'no_gateway', true, 'trouble'));
  for (let order = 2; order < 1_000; order += 1) {
    rings.add(kept(order, order % 2 === 0 ? 'planned' : 'rejected_number'));
  }
  const last = ['d-991', 'd-993', 'd-995', 'd-996', 'd-997', 'd-998', 'd-999'];
  expect(rings.all.map(({ id }) => id)).toEqual(['trouble', ...last]);
});

it('hears of a failure after the decision has left the recent ones, as long as the call is being set up', () => {
  const rings = new DecisionRings(SIZES);
  rings.add(kept(1, 'planned', false, 'slow'));
  for (let order = 2; order < 50; order += 1) rings.add(kept(order));
  expect(rings.all.map(({ id }) => id)).not.toContain('slow');
  const slow = rings.get('slow')!;
  rings.learn(slow, came(slow, 'gateway'));
  expect(rings.all[0]?.id).toBe('slow');
});

it('waits for no more calls than it has room for, and forgets the oldest', () => {
  const rings = new DecisionRings(SIZES);
  for (let order = 1; order <= 20; order += 1) rings.add(kept(order, 'planned', false));
  const known = Array.from({ length: 20 }, (_, at) => `d-${at + 1}`).filter((id) => rings.get(id) !== undefined);
  expect(known).toEqual(['d-13', 'd-14', 'd-15', 'd-16', 'd-17', 'd-18', 'd-19', 'd-20']);
});

it('knows which are not in words yet', () => {
  const rings = new DecisionRings(SIZES);
  for (let order = 1; order <= 5; order += 1) rings.add(kept(order));
  expect(rings.unwritten(3).map(({ order }) => order)).toEqual([1, 2, 3]);
  expect(rings.get('d-2')?.line.id).toBe('d-2');
  expect(rings.get('d-3')?.write()).toBeGreaterThan(0);
  expect(rings.get('d-3')?.write()).toBe(0);
  expect(rings.unwritten(5).map(({ order }) => order)).toEqual([1, 4, 5]);
});
