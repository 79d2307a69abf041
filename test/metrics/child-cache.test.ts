import { expect, it } from 'vitest';
import { ChildCache } from '../../src/metrics/child-cache.ts';

it('makes one child for each list of values, until it is cleared', () => {
  let made = 0;
  const cache = new ChildCache((...values) => ({ values, number: (made += 1) }));
  const first = cache.get('a', 'b');
  expect(first.values).toEqual(['a', 'b']);
  expect(cache.get('a', 'b')).toBe(first);
  expect(cache.get('ab')).not.toBe(first);
  expect(cache.get('a', 'b', '')).not.toBe(first);
  expect(cache.get('b', 'a')).not.toBe(first);
  expect(made).toBe(4);
  cache.clear();
  expect(cache.get('a', 'b')).not.toBe(first);
});
