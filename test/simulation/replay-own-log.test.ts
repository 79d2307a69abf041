import fc from 'fast-check';
import { expect, it } from 'vitest';

import { decisionLine } from '../../src/live/decision-line.ts';
import { numberMask } from '../../src/live/number-mask.ts';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { readCallLine } from '../../src/simulation/read-call-line.ts';
import { replay } from '../../src/simulation/replay.ts';
import { requestOf } from '../../src/simulation/simulated-call.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { simulatedCall } from './simulated-calls.ts';

it('finds no call of a log elsewhere with the inventory that it was written with, masked or not', async () => {
  const snapshot = buildSnapshot({
    gateways: { b: { addPrefix: '00' }, d: { state: 'drain' } },
    groups: {
      g: { members: { a: 2, b: 1, c: { tier: 2 } }, maxAttempts: 2 },
      list: { members: { a: 1, c: 2 }, chooser: 'mod_distributor' },
      none: { members: { d: 1 } },
    },
    routes: [
      { name: 'rest' },
      { name: 'german', destinationPrefix: '+49', stripDigits: 3, addPrefix: '0' },
      { name: 'list', destinationPrefix: '7', groupName: 'list', dialNumber: '110' },
      { name: 'none', destinationPrefix: '8', groupName: 'none' },
    ],
  });
  // Long enough that prefixes are not masked.
  const number = fc
    .tuple(fc.constantFrom('+49', '7', '8', '', 'bob', '*1'), fc.stringMatching(/^[0-9]{6,9}$/))
    .map(([a, b]) => a + b);
  const property = fc.asyncProperty(
    number,
    fc.constantFrom(0, 4),
    fc.constantFrom('default', 'public'),
    async (dialled, masked, context) => {
      const request = requestOf(simulatedCall({ number: dialled, context, switch: '' }), 1, 1_000);
      const decision = decide(snapshot, nothingLearned(new Map()), request);
      const decided = {
        call: request,
        decision,
        snapshot,
        generation: 1,
        isFollowed: false,
        out: new Map(),
        full: new Map(),
      };
      const line = readCallLine(JSON.stringify(decisionLine(decided, numberMask(masked))), simulatedCall());
      if (line.kind !== 'call') throw new Error(JSON.stringify(line));
      const calls = [{ call: line.call, atMs: 0, logged: line.logged }];
      const result = await replay({
        today: snapshot,
        proposal: undefined,
        calls,
        seed: 1,
        callSeconds: 60,
        onCall: () => undefined,
      });
      expect(result.reasons).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
