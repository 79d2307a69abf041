import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { reviewInventory } from '../../src/inventory/review-inventory.ts';
import { compileSnapshot } from '../../src/inventory/compile-snapshot.ts';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { buildCall } from '../support/build-call.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** Rows of an inventory whose group has these members; no switch is listened to. */
const base = temporaryInventory(SOUND_INVENTORY);
const [gatewayRow, groupRow, rows] = [base.rows().gateways[0]!, base.rows().groups[0]!, base.rows()];
base.remove();

const members = fc.array(
  fc.record({
    tier: fc.integer({ min: 1, max: 3 }),
    host: fc.constantFrom('192.0.2.1', '192.0.2.2', 'sip1.example.net', 'sip2.example.net', 'sip3.example.net'),
    stripDigits: fc.constantFrom(0, 0, 0, 2),
    maxCps: fc.constantFrom(null, null, null, 5),
  }),
  { minLength: 1, maxLength: 7 },
);
const plans = fc.array(
  fc.record({
    number: fc.constantFrom('1', '12', '4930'),
    networkAddress: fc.constantFrom('192.0.2.1', '192.0.2.2', ''),
  }),
  { minLength: 5, maxLength: 5 },
);
const groups = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  strategy: fc.constantFrom('weighted' as const, 'ordered' as const),
});

describe('a tier', () => {
  it('that is said never to be tried is in no plan; one of which nothing is said is in the plan of some call', () => {
    const seen = { never: 0, late: 0, nothing: 0 };
    fc.assert(
      fc.property(members, groups, plans, (drawn, group, calls) => {
        const { snapshot } = compileSnapshot({
          ...rows,
          groups: [{ ...groupRow, ...group }],
          gateways: drawn.map(({ host, stripDigits, maxCps }, at) => ({
            ...gatewayRow,
            name: `m${at}`,
            proxy: host,
            stripDigits,
            maxCps,
          })),
          members: drawn.map(({ tier }, at) => ({ groupName: 'g', gateway: `m${at}`, tier, weight: 1 })),
        });
        const findings = reviewInventory(snapshot!).filter(({ code }) => code.startsWith('tier-'));
        const said = /tier (\d) is (never )?tried/.exec(findings[0]?.what ?? '');
        const from = said === null ? Infinity : Number(said[1]);
        const tierOf = new Map(snapshot!.groups[0]!.members.map(({ gateway, tier }) => [gateway, tier]));
        const tiersIn = (number: string, networkAddress: string, isFull: boolean): readonly number[] => {
          const live = {
            ...nothingLearned(new Map()),
            isFull: (it: { maxCps?: unknown }) => isFull && it.maxCps !== undefined,
          };
          const decision = decide(snapshot!, live, buildCall({ number, networkAddress }));
          return decision.outcome === 'planned' ? decision.legs.map(({ gateway }) => tierOf.get(gateway)!) : [];
        };
        if (said?.[2] !== undefined) {
          seen.never += 1;
          for (const { number, networkAddress } of calls) {
            for (const isFull of [false, true]) {
              expect(tiersIn(number, networkAddress, isFull).filter((tier) => tier >= from)).toEqual([]);
            }
          }
          return;
        }
        // A number and an address that nobody minds: where nothing is said, the plan holds every tier.
        const reached = new Set(tiersIn('4930', '198.51.100.1', false));
        const configured = new Set(drawn.map(({ tier }) => tier));
        expect([...configured].filter((tier) => !reached.has(tier)).length > 0).toBe(said !== null);
        seen[said === null ? 'nothing' : 'late'] += 1;
      }),
      { numRuns: 400 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});
