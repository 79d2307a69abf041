import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryHeap } from '../../src/routing/binary-heap.ts';

const ascending = () => new BinaryHeap<{ readonly key: number }>((a, b) => a.key < b.key);

describe('a binary heap', () => {
  it('gives everything back in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 })), (keys) => {
        const heap = ascending();
        for (const key of keys) heap.push({ key });
        const out = keys.map(() => heap.pop()?.key);
        expect(out).toEqual([...keys].sort((a, b) => a - b));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });

  it('gives the smallest of what it holds, however pushing and popping alternate', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('pop' as const), fc.integer({ min: 0, max: 50 }))), (steps) => {
        const heap = ascending();
        let held: number[] = [];
        for (const step of steps) {
          if (step !== 'pop') {
            heap.push({ key: step });
            held = [...held, step].sort((a, b) => a - b);
          } else {
            expect(heap.pop()?.key).toBe(held.shift());
          }
          expect(heap.size).toBe(held.length);
          expect(heap.peek()?.key).toBe(held[0]);
        }
        expect([...heap.values()].map(({ key }) => key).sort((a, b) => a - b)).toEqual(held);
      }),
    );
  });

  it('is empty after it was cleared', () => {
    const heap = ascending();
    heap.push({ key: 1 });
    heap.clear();
    expect(heap.size).toBe(0);
    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
  });
});
