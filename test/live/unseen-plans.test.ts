import { expect, it } from 'vitest';
import { UnseenPlans } from '../../src/live/unseen-plans.ts';
import { parseName } from '../../src/routing/name.ts';

it('remembers by gateway which switches were sent there, however many others ask', () => {
  const plans = new UnseenPlans();
  const [gw1, gw2] = ['gw1', 'gw2'].map((name) => parseName(name)!) as [never, never];
  plans.note('fs1', [gw1]);
  expect([plans.named(gw1), plans.hasUnnamed(gw1)]).toEqual([['fs1'], false]);
  plans.note(undefined, [gw1, gw2]);
  plans.note('fs2', [gw1]);
  expect([plans.named(gw1), plans.hasUnnamed(gw1)]).toEqual([['fs1', 'fs2'], true]);
  expect([plans.named(gw2), plans.hasUnnamed(gw2)]).toEqual([[], true]);
});
