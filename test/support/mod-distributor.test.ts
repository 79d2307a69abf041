import { describe, expect, it } from 'vitest';

import { listsFrom, ModDistributor, noNode, type DistributorList } from './mod-distributor.ts';
import { readAnswer } from './read-answer.ts';

/** A list from a text like `a3 b2 c1`. */
function list(name: string, weights: string): DistributorList {
  return {
    name,
    nodes: weights.split(' ').map((word) => ({ name: word.slice(0, 1), weight: Number(word.slice(1)) })),
  };
}

function sequence(weights: string, count: number, exceptions: readonly string[] = []): string {
  const module = new ModDistributor([list('l', weights)]);
  return Array.from({ length: count }, () => module.next('l', exceptions)).join(' ');
}

const times = (text: string, count: number) => Array<string>(count).fill(text).join(' ');

describe('sequences (contract 4.2, verified.md)', () => {
  it.each([
    ['a1 b1', 'a b'],
    ['a1 b9', 'a b b b b b b b b b'],
    ['a9 b1', 'a b a a a a a a a a'],
    ['a3 b2 c1', 'a b c a b a'],
    ['a5 b1 c1', 'a b c a a a a'],
    ['a10 b90', `${times('a b', 10)} ${times('b', 80)}`],
    ['a1 b1 a1 c1 a1 b1 a1 b1 a1 c1', 'a b a c a b a b a c'],
  ])('%s gives %s, over and over', (weights, cycle) => {
    expect(sequence(weights, cycle.split(' ').length * 3)).toBe(times(cycle, 3));
  });
});

describe('exceptions (contract 4.2)', () => {
  it.each([
    ['a3 b2 c1', 'a', 'b c b'],
    ['a3 b2 c1', 'b', 'a c a a'],
    ['a1 b1 a1 c1 a1 b1 a1 b1 a1 c1', 'a', 'b c b b c'],
    ['a1 b1', 'A', 'a b'],
  ])('%s without %s gives %s, over and over', (weights, exception, cycle) => {
    expect(sequence(weights, cycle.split(' ').length * 3, [exception])).toBe(times(cycle, 3));
  });

  it('3/2/1 without c stays at 3:2', () => {
    const nodes = sequence('a3 b2 c1', 500, ['c']).split(' ');
    expect(nodes.filter((node) => node === 'a')).toHaveLength(300);
  });

  it('an excepted node spends its budget', () => {
    const module = new ModDistributor([list('l', 'a2 b2')]);
    expect([module.next('l', ['a']), module.next('l'), module.next('l', ['a']), module.next('l')]).toEqual(
      // a spends one; then the second a; then b; then the new cycle.
      ['b', 'a', 'b', 'a'],
    );
  });

  it('an excepted node that alone has budget starts a new cycle', () => {
    expect(sequence('a9 b1', 3, ['a'])).toBe('b b b');
  });

  it('gives up when all are excepted, and the position is disturbed', () => {
    const module = new ModDistributor([list('l', 'a1 b1 c1')]);
    expect(module.next('l', ['a', 'b', 'c'])).toBe(noNode);
    // 1000 tries are 333 cycles of 3 nodes and one node more.
    expect([module.next('l'), module.next('l')]).toEqual(['b', 'c']);
  });

  it('takes 100 words, and of more only 99', () => {
    const unknown = Array.from({ length: 99 }, (_, index) => `x${index}`);
    expect(sequence('a1 b1', 2, [...unknown, 'a'])).toBe('b b');
    expect(sequence('a1 b1', 2, [...unknown, 'a', 'y'])).toBe('a b');
    expect(sequence('a1 b1', 2, [...unknown.slice(1), 'a', 'y', 'z'])).toBe('b b');
  });
});

describe('names', () => {
  const module = new ModDistributor([list('Carriers', 'a1'), list('carriers', 'b1'), { name: 'empty', nodes: [] }]);

  it('finds a list in any case, the first of its name', () => {
    expect(module.next('CARRIERS')).toBe('a');
    expect(module.next('carriers')).toBe('a');
  });

  it('answers -err for an unknown and an empty list', () => {
    expect(module.next('unknown')).toBe('-err');
    expect(module.next('empty')).toBe('-err');
  });

  it('reads the API command', () => {
    expect(module.command('carriers')).toBe('a');
    expect(module.command('carriers ')).toBe('a');
    expect(module.command('carriers  b a')).toBe('-err');
    expect(module.command('')).toBe('-err');
    expect(() => module.command("carriers 'a b'")).toThrow('quoting');
  });
});

describe('listsFrom (contract 4.1)', () => {
  const configuration = (lists: string) =>
    readAnswer(`<document type="freeswitch/xml">
<section name="configuration">
<configuration name="distributor.conf">
${lists}
</configuration>
</section>
</document>`);

  it('reads lists and nodes, and skips what FreeSWITCH skips', () => {
    const root = configuration(`<lists>
<list name="one" total-weight="9">
<node name="a" weight="2x"/>
<node name="b"/>
<node name="c" weight="0"/>
<node name="d" weight="-1"/>
<node name="e" weight="many"/>
<node weight=" +3"/>
</list>
<list>
<node name="f" weight="1"/>
</list>
<list name="two"/>
</lists>`);
    expect(listsFrom(root)).toEqual([
      {
        name: 'one',
        nodes: [
          { name: 'a', weight: 2 },
          { name: '', weight: 3 },
        ],
      },
      { name: 'two', nodes: [] },
    ]);
  });

  it.each(['', '<lists/>', '<lists>\n<list name=""/>\n</lists>'])('is an error for %j, as a reload is', (lists) => {
    expect(() => listsFrom(configuration(lists))).toThrow('-error');
  });
});
