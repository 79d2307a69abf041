import { describe, expect, it } from 'vitest';

import { fuzzAnswers } from '../support/fuzz/fuzz-answers.ts';

describe('whatever stands in the inventory and in the request', () => {
  it('every answer holds only what the inventory asked for', async () => {
    const { answers, escapes, inventories } = await fuzzAnswers({ seed: 1, requests: 3_000, requestsAnInventory: 40 });
    expect(escapes).toEqual([]);
    // Else what was made up would be so odd that nothing was tried.
    for (const kind of ['plan', 'refusal', 'lists', 'profiles', 'gateways', 'not found'] as const) {
      expect([kind, answers.get(kind) ?? 0]).toEqual([kind, expect.toSatisfy((count: number) => count >= 10)]);
    }
    expect(answers.get('plan')).toBeGreaterThan(100);
    expect(inventories.refused).toBeGreaterThan(10);
  });
});
