import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DispatcherEntry } from '../../src/import/dispatcher-entry.ts';
import { ALGORITHMS, kamailioOrder, likelyAlgorithm, shareSet } from '../../src/import/set-shares.ts';
import { orderLikeKamailio, percentsLikeKamailio } from '../support/dispatch-like-kamailio.ts';

const destination = fc.record({
  priority: fc.nat({ max: 3 }),
  weight: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
});
const list = fc.array(destination, { minLength: 1, maxLength: 8 });

function entriesOf(
  wanted: readonly { priority: number; weight?: number; rweight?: number }[],
): readonly DispatcherEntry[] {
  return wanted.map(({ priority, weight, rweight }, at) => ({
    from: { file: 'x', line: at },
    set: 1,
    uri: `sip:10.0.0.${at}`,
    flags: 0,
    priority,
    attributes: new Map([
      ...(weight === undefined ? [] : [['weight', String(weight)] as const]),
      ...(rweight === undefined ? [] : [['rweight', String(rweight)] as const]),
    ]),
    description: '',
  }));
}

const byLine = (shares: ReturnType<typeof shareSet>['shares']) =>
  [...shares].sort((a, b) => a.entry.from.line - b.entry.from.line);

describe('the shares of a dispatcher set', () => {
  it("are in Kamailio's order", () => {
    fc.assert(
      fc.property(list, (wanted) => {
        expect(kamailioOrder(entriesOf(wanted)).map(({ from }) => from.line)).toEqual(orderLikeKamailio(wanted));
      }),
    );
  });

  it('with algorithm 9 are those of a hundred calls; who has none gets them when the others have failed', () => {
    fc.assert(
      fc.property(list, (wanted) => {
        const percents = percentsLikeKamailio(wanted);
        const { shares, otherwise } = shareSet(kamailioOrder(entriesOf(wanted)), 9);
        const found = byLine(shares).map(({ tier, weight }) => (tier === 1 ? weight : 0));
        if (percents === undefined) {
          expect(found).toEqual(wanted.map(() => 1));
          expect(otherwise).toContain('no weight from 1 to 100');
        } else {
          expect(found).toEqual(percents);
          const isExact = wanted.reduce((sum, { weight }) => sum + weight, 0) === 100;
          expect(otherwise === undefined).toBe(isExact);
        }
      }),
    );
  });

  it('with algorithm 8 are taken one after the other, by tier and then by weight', () => {
    fc.assert(
      fc.property(list, (wanted) => {
        const { strategy, shares } = shareSet(kamailioOrder(entriesOf(wanted)), 8);
        const taken = [...shares].sort((a, b) => a.tier - b.tier || b.weight - a.weight);
        expect(strategy).toBe('ordered');
        expect(taken.map(({ entry }) => entry.from.line)).toEqual(orderLikeKamailio(wanted));
        expect(new Set(shares.map(({ tier, weight }) => `${tier} ${weight}`)).size).toBe(wanted.length);
      }),
    );
  });

  it('with algorithm 15 the lowest priority comes first, and weights count within it', () => {
    const entries = entriesOf([
      { priority: 5, weight: 30 },
      { priority: 1, weight: 1 },
      { priority: 1, weight: 3 },
      { priority: 9 },
    ]);
    const { shares } = shareSet(kamailioOrder(entries), 15);
    expect(byLine(shares).map(({ tier, weight }) => [tier, weight])).toEqual([
      [2, 30],
      [1, 1],
      [1, 3],
      [3, 1],
    ]);
  });

  it('with algorithm 11 rweights are proportions', () => {
    const { shares } = shareSet(
      kamailioOrder(
        entriesOf([
          { priority: 0, rweight: 1 },
          { priority: 0, rweight: 2 },
          { priority: 0, rweight: 101 },
        ]),
      ),
      11,
    );
    expect(byLine(shares).map(({ tier, weight }) => [tier, weight])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
  });

  it('with algorithm 14 are equal where all priorities are, and above 0, and in order else', () => {
    expect(shareSet(entriesOf([{ priority: 2 }, { priority: 2 }]), 14).strategy).toBe('weighted');
    expect(shareSet(entriesOf([{ priority: 0 }, { priority: 0 }]), 14).strategy).toBe('ordered');
    expect(shareSet(entriesOf([{ priority: 2 }, { priority: 1 }]), 14).strategy).toBe('ordered');
  });

  it.each(ALGORITHMS)('with algorithm %i every destination is in it once, within what SQL takes', (algorithm) => {
    fc.assert(
      fc.property(list, (wanted) => {
        const { shares } = shareSet(kamailioOrder(entriesOf(wanted)), algorithm);
        expect(byLine(shares).map(({ entry }) => entry.from.line)).toEqual(wanted.map((_, at) => at));
        expect(
          shares.every(({ tier, weight }) => tier >= 1 && tier <= 1000 && weight >= 0 && weight <= 1_000_000),
        ).toBe(true);
        if (algorithm !== 15) expect(Math.min(...shares.map(({ tier }) => tier))).toBe(1);
      }),
    );
  });

  it('the algorithm is told by what is set for it', () => {
    expect(likelyAlgorithm(entriesOf([{ priority: 0 }, { priority: 0 }]))).toBe(4);
    expect(likelyAlgorithm(entriesOf([{ priority: 0 }, { priority: 1 }]))).toBe(8);
    expect(likelyAlgorithm(entriesOf([{ priority: 0, weight: 5 }, { priority: 1 }]))).toBe(9);
    expect(likelyAlgorithm(entriesOf([{ priority: 0, rweight: 5 }]))).toBe(11);
  });
});
