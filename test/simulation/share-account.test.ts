import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ShareAccount } from '../../src/simulation/share-account.ts';

describe('a share account', () => {
  it('finds the largest deviation that looking at everybody after every call finds', () => {
    const names = ['a', 'b', 'c', 'stranger'];
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 9 })),
        fc.array(fc.constantFrom(...names), { maxLength: 60 }),
        ([a, b, c], given) => {
          const shares = new Map([a, b, c].map((weight, at) => [names[at]!, weight / (a + b + c)]));
          const account = new ShareAccount(shares);
          const got = new Map<string, number>();
          const worst = new Map<string, number>();
          for (const [at, name] of given.entries()) {
            account.give(name);
            got.set(name, (got.get(name) ?? 0) + 1);
            for (const it of names) {
              const lag = Math.abs((at + 1) * (shares.get(it) ?? 0) - (got.get(it) ?? 0));
              worst.set(it, Math.max(lag, worst.get(it) ?? 0));
            }
          }
          expect(account.calls).toBe(given.length);
          for (const name of names) expect(account.furthest(name)).toBeCloseTo(worst.get(name) ?? 0, 9);
        },
      ),
    );
  });
});
