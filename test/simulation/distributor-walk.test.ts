import fc from 'fast-check';
import { expect, it } from 'vitest';

import { spreadOrder } from '../../src/routing/spread-order.ts';
import { DistributorWalk } from '../../src/simulation/distributor-walk.ts';
import { buildGroup } from '../support/build-snapshot.ts';
import { ModDistributor, noNode } from '../support/mod-distributor.ts';

it('walks a list as mod_distributor does, whoever is excepted', () => {
  const names = ['a', 'b', 'c', 'd'];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.subarray(names, { maxLength: 3 }), { minLength: 1, maxLength: 40 }),
      (weights, requests) => {
        const group = buildGroup({ members: Object.fromEntries(weights.map((weight, at) => [names[at]!, weight])) });
        const nodes = spreadOrder(group.tiers[0]!.lineup.members).names.map((name) => ({ name, weight: 1 }));
        const module = new ModDistributor([{ name: 'g', nodes }]);
        const walk = new DistributorWalk();
        for (const excepted of requests) {
          // After an -err the module stands somewhere else (contract 4.2).
          if (names.slice(0, weights.length).every((name) => excepted.includes(name))) continue;
          const wanted = module.next('g', excepted);
          expect(walk.next(group, 'fs1', (name) => excepted.includes(name)) ?? noNode).toBe(wanted);
        }
      },
    ),
  );
});
