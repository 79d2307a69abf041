import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLineup, MEMBERS_LIMIT, sameMembers, WEIGHT_LIMIT } from '../../src/routing/lineup.ts';
import { parseName } from '../../src/routing/name.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';

const member = (name: string, weight: number) => ({ name: parseName(name)!, weight });

describe('a line-up', () => {
  it('stands heaviest first, equals by name', () => {
    const lineup = buildLineup('g/1', [member('b', 2), member('c', 5), member('a', 2), member('B', 2)]);
    expect(lineup.members.map(({ name }) => name)).toEqual(['c', 'B', 'a', 'b']);
    expect(lineup.totalWeight).toBe(11);
    expect(lineup.key).toBe('g/1');
  });

  it('is the same whatever order its members come in, and leaves what was passed in as it is', () => {
    fc.assert(
      fc.property(groupWeights({ min: 0, max: 12 }), fc.nat(), (weights, turn) => {
        const members = weights.map((weight, at) => member(`m${at}`, weight));
        const start = turn % (members.length + 1);
        const other = [...members.slice(start), ...members.slice(0, start)].reverse();
        const before = [...other];
        expect(buildLineup('k', other)).toEqual(buildLineup('k', members));
        expect(other).toEqual(before);
      }),
    );
  });

  it('knows for each position where its equals begin and end', () => {
    fc.assert(
      fc.property(groupWeights({ min: 0, max: 30 }), (weights) => {
        const { members, equalsFrom, equalsTo, totalWeight } = numberedLineup(weights);
        expect(totalWeight).toBe(weights.reduce((sum, weight) => sum + weight, 0));
        for (const [at, { weight }] of members.entries()) {
          expect(equalsFrom[at]).toBe(members.findIndex((other) => other.weight === weight));
          expect(equalsTo[at]).toBe(members.findLastIndex((other) => other.weight === weight) + 1);
        }
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, WEIGHT_LIMIT + 1])('refuses the weight %s', (weight) => {
    expect(() => buildLineup('g/1', [member('a', 1), member('b', weight)])).toThrow(/g\/1: b has the weight/);
  });

  it('takes the largest weight, and as many members as the range proof covers', () => {
    const full = Array.from({ length: MEMBERS_LIMIT }, (_, at) => member(`m${at}`, WEIGHT_LIMIT));
    expect(buildLineup('g/1', full).totalWeight).toBe(MEMBERS_LIMIT * WEIGHT_LIMIT);
    expect(() => buildLineup('g/1', [...full, member('one-more', 1)])).toThrow(/more than 10000 members/);
  });
});

describe('two line-ups', () => {
  const lineup = buildLineup('g/1', [member('a', 2), member('b', 1)]);

  it('are the same where members and weights are, under any key', () => {
    expect(sameMembers(lineup, buildLineup('g/2', [member('b', 1), member('a', 2)]))).toBe(true);
  });

  it.each([
    ['a weight differs', [member('a', 2), member('b', 2)]],
    ['a name differs', [member('a', 2), member('c', 1)]],
    ['one has a member more', [member('a', 2), member('b', 1), member('c', 1)]],
    ['one has a member less', [member('a', 2)]],
    ['the names are swapped', [member('b', 2), member('a', 1)]],
  ])('differ where %s', (_, members) => {
    expect(sameMembers(lineup, buildLineup('g/1', members))).toBe(false);
    expect(sameMembers(buildLineup('g/1', members), lineup)).toBe(false);
  });
});
