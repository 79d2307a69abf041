import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/routing/name.ts';
import { NODES_LIMIT, spreadOrder } from '../../src/routing/spread-order.ts';
import { LagLedger } from '../support/lag-ledger.ts';
import { ModDistributor } from '../support/mod-distributor.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const membersOf = (weights: readonly number[]) => weights.map((weight, at) => ({ name: parseName(`m${at}`)!, weight }));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** How often each member stands in the list. */
const countsIn = (names: readonly string[], weights: readonly number[]) =>
  weights.map((_, at) => names.filter((name) => name === `m${at}`).length);

/** What mod_distributor gives out of a list of weight-1 nodes in this order. */
function distributed(names: readonly string[], calls: number): readonly string[] {
  const nodes = names.map((name) => ({ name, weight: 1 }));
  const module = new ModDistributor([{ name: 'list', nodes }]);
  return Array.from({ length: calls }, () => module.next('list'));
}

const smallGroups = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });

describe('a list for mod_distributor', () => {
  it('is one round in which each member stands exactly as its weight says, where that takes no more than 512 nodes', () => {
    fc.assert(
      fc.property(smallGroups, fc.integer({ min: 1, max: 20_000 }), (weights, factor) => {
        const { names, shareError } = spreadOrder(membersOf(weights.map((weight) => weight * factor)));
        expect(shareError).toBe(0);
        const counts = countsIn(names, weights);
        for (const [at, weight] of weights.entries()) {
          expect(counts[at]! * sum(weights)).toBe(weight * names.length);
        }
        // The shortest such round: the counts have no common divisor.
        expect(
          [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].filter((n) => counts.every((count) => count % n === 0)),
        ).toEqual([]);
      }),
    );
  });

  it('stands in the order in which this program itself would take turns', () => {
    expect(spreadOrder(membersOf([500, 300, 200])).names.join(' ')).toBe('m0 m1 m0 m2 m0 m1 m0 m1 m0 m2');
  });

  it('makes mod_distributor less than one call unfair to anybody at any call, by the counts of the list', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 20 }), (weights) => {
        const { names } = spreadOrder(membersOf(weights));
        const ledger = new LagLedger(countsIn(names, weights));
        const given = distributed(names, 2 * names.length + 7);
        expect(given.slice(0, names.length)).toEqual(names);
        for (const name of given) ledger.serve(Number(name.slice(1)));
        expect(ledger.violations()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('approximates other weights with at most 512 nodes and tells by how much shares are off', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 60 }), (weights) => {
        const { names, shareError } = spreadOrder(membersOf(weights));
        expect(names.length).toBeLessThanOrEqual(NODES_LIMIT);
        const counts = countsIn(names, weights);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
        const errors = counts.map((count, at) => Math.abs(count / names.length - weights[at]! / sum(weights)));
        expect(shareError).toBeCloseTo(Math.max(...errors), 12);
        // Everybody has a place, so a heavy member may lose one to each of the others; beyond that only rounding.
        expect(shareError).toBeLessThanOrEqual(weights.length / NODES_LIMIT);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps heavier members at least as often in it as lighter ones', () => {
    fc.assert(
      fc.property(groupWeights({ min: 2, max: 60 }), (weights) => {
        const sorted = [...weights].sort((a, b) => b - a);
        const counts = countsIn(spreadOrder(membersOf(sorted)).names, sorted);
        for (const [at, count] of counts.entries()) {
          // Of equals some may have one more than the others.
          const lighter = sorted.findIndex((weight) => weight < sorted[at]!);
          if (lighter > 0) expect(count).toBeGreaterThanOrEqual(Math.max(...counts.slice(lighter)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('holds of more than 512 members the heaviest only, and counts the rest as lost', () => {
    const weights = Array.from({ length: 700 }, (_, at) => (at < 188 ? 3 : 5));
    const { names, shareError } = spreadOrder(membersOf(weights));
    expect([...names].sort()).toEqual(weights.flatMap((weight, at) => (weight === 5 ? [`m${at}`] : [])).sort());
    expect(shareError).toBeCloseTo(3 / sum(weights), 12);
  });

  it('holds each of 512 members once, whatever their weights', () => {
    const weights = Array.from({ length: 512 }, (_, at) => 1 + ((at * 7_919) % 1_000_000));
    expect(new Set(spreadOrder(membersOf(weights)).names).size).toBe(512);
  });

  it('is empty for nobody, and one node for one member', () => {
    expect(spreadOrder([])).toEqual({ names: [], shareError: 0 });
    expect(spreadOrder(membersOf([999_983]))).toEqual({ names: ['m0'], shareError: 0 });
  });

  it('is the same whatever order the members come in', () => {
    fc.assert(
      fc.property(groupWeights({ min: 1, max: 20 }), (weights) => {
        const members = membersOf(weights);
        expect(spreadOrder([...members].reverse())).toEqual(spreadOrder(members));
      }),
      { numRuns: 30 },
    );
  });
});
