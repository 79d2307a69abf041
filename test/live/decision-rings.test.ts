import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DecisionLine } from '../../src/live/decision-line.ts';
import type { AttemptVerdict } from '../../src/live/decision-notes.ts';
import { DecisionRings, isFailedDecision, type KeptDecision } from '../../src/live/decision-rings.ts';
import { keptDecision, keptOutcome } from './kept-decision.ts';

const SIZES = { recent: 5, failures: 4, refusals: 2, waiting: 3 };

type Step =
  | { readonly does: 'decide'; readonly outcome: DecisionLine['outcome']; readonly isOver: boolean }
  | { readonly does: 'learn'; readonly back: number; readonly outcome: AttemptVerdict };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant('decide' as const),
    outcome: fc.constantFrom(
      'planned' as const,
      'planned' as const,
      'no_gateway' as const,
      'no_route' as const,
      'rejected_number' as const,
    ),
    isOver: fc.boolean(),
  }),
  fc.record({
    does: fc.constant('learn' as const),
    back: fc.nat({ max: 12 }),
    outcome: fc.constantFrom('answered' as const, 'gateway' as const, 'destination' as const, 'not_called' as const),
  }),
);

const isCallers = ({ line }: KeptDecision): boolean => ['no_route', 'rejected_number'].includes(line.outcome);

it('has the last decisions, and the last failures for as long as there are not too many others', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const rings = new DecisionRings(SIZES);
      const decided: string[] = [];
      /** What is known of each at the moment when nobody knows more. */
      const told = new Map<string, KeptDecision>();
      for (const it of steps) {
        if (it.does === 'decide') {
          const order = decided.length + 1;
          const kept = keptDecision(
            { order, isOver: it.isOver || it.outcome !== 'planned' },
            { id: `d-${order}`, outcome: it.outcome },
          );
          rings.add(kept);
          told.set(kept.line.id, kept);
          decided.push(kept.line.id);
        } else {
          const id = decided.at(-1 - it.back) ?? '';
          const known = rings.get(id);
          if (known?.line.outcome !== 'planned') continue;
          const news = { ...known, attempts: [keptOutcome({ id, outcome: it.outcome })], isOver: true };
          // What failed once has failed.
          if (isFailedDecision(known) && !isFailedDecision(news)) continue;
          rings.replace(news);
          told.set(id, news);
        }
      }
      const all = rings.all;
      const ids = all.map(({ line }) => line.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(all.map(({ order }) => order)).toEqual([...all].map(({ order }) => order).sort((a, b) => a - b));
      expect(ids.slice(-SIZES.recent)).toEqual(decided.slice(-SIZES.recent));
      for (const kept of all) expect(kept).toBe(told.get(kept.line.id));
      const older = all.slice(0, -SIZES.recent);
      expect(older.every(isFailedDecision)).toBe(true);
      expect(older.filter((it) => !isCallers(it)).length).toBeLessThanOrEqual(SIZES.failures);
      expect(older.filter(isCallers).length).toBeLessThanOrEqual(SIZES.refusals);
      // The last ones of both kinds by time of decision are there unless newer news pushed them out; refusals never do.
      const refused = decided.slice(0, -SIZES.recent).filter((id) => isCallers(told.get(id)!));
      expect(ids).toEqual(expect.arrayContaining(refused.slice(-SIZES.refusals)));
      const isFailedCall = (it: KeptDecision): boolean => it.line.outcome === 'planned' && isFailedDecision(it);
      if ([...told.values()].some(isFailedCall)) return;
      const unavailable = decided.slice(0, -SIZES.recent).filter((id) => told.get(id)!.line.outcome === 'no_gateway');
      expect(ids).toEqual(expect.arrayContaining(unavailable.slice(-SIZES.failures)));
    }),
    { numRuns: 500 },
  );
});

it('keeps a failure through any number of successes and of refused numbers', () => {
  const rings = new DecisionRings(SIZES);
  rings.add(keptDecision({ order: 1 }, { id: 'trouble', outcome: 'no_gateway' }));
  for (let order = 2; order < 1_000; order += 1) {
    rings.add(keptDecision({ order }, { id: `d-${order}`, outcome: order % 2 === 0 ? 'planned' : 'rejected_number' }));
  }
  expect(rings.all.map(({ line }) => line.id)).toEqual([
    'trouble',
    'd-991',
    'd-993',
    'd-995',
    'd-996',
    'd-997',
    'd-998',
    'd-999',
  ]);
});

it('hears of a failure after the decision has left the recent ones, as long as the call is being set up', () => {
  const rings = new DecisionRings(SIZES);
  rings.add(keptDecision({ order: 1, isOver: false }, { id: 'slow' }));
  for (let order = 2; order < 50; order += 1) rings.add(keptDecision({ order }, { id: `d-${order}` }));
  expect(rings.all.map(({ line }) => line.id)).not.toContain('slow');
  const known = rings.get('slow')!;
  rings.replace({ ...known, attempts: [keptOutcome({ id: 'slow', outcome: 'gateway' })] });
  expect(rings.all[0]?.line.id).toBe('slow');
});

it('waits for no more calls than it has room for, and forgets the oldest', () => {
  const rings = new DecisionRings(SIZES);
  for (let order = 1; order <= 20; order += 1) rings.add(keptDecision({ order, isOver: false }, { id: `d-${order}` }));
  const known = Array.from({ length: 20 }, (_, at) => `d-${at + 1}`).filter((id) => rings.get(id) !== undefined);
  expect(known).toEqual(['d-13', 'd-14', 'd-15', 'd-16', 'd-17', 'd-18', 'd-19', 'd-20']);
});
