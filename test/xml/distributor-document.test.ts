import { describe, expect, it } from 'vitest';

import { type Name, parseName } from '../../src/routing/name.ts';
import { distributorDocument } from '../../src/xml/distributor-document.ts';
import { NOT_FOUND_DOCUMENT } from '../../src/xml/not-found-document.ts';
import { isNotFound } from '../support/locate-section.ts';
import { listsFrom, ModDistributor, noNode } from '../support/mod-distributor.ts';
import { outlineOf, readDocument } from '../support/read-document.ts';

const named = (...texts: string[]): Name[] => texts.map((text) => parseName(text)!);
const list = (name: string, ...nodes: string[]) => ({ name: named(name)[0]!, nodes: named(...nodes) });

describe('distributor.conf', () => {
  it('has each list with its nodes in their order, all of weight 1', () => {
    const document = distributorDocument([list('2gw', 'b', 'a', 'b'), list('empty')]);
    expect(outlineOf(readDocument(document))).toEqual([
      'document type=freeswitch/xml',
      ' section name=configuration',
      '  configuration name=distributor.conf description=gateways by weight',
      '   lists',
      '    list name=2gw',
      '     node name=b weight=1',
      '     node name=a weight=1',
      '     node name=b weight=1',
      '    list name=empty',
    ]);
    expect(distributorDocument([list('2gw', 'b', 'a', 'b'), list('empty')])).toBe(document);
  });

  it('makes mod_distributor return exactly that order, over and over', () => {
    const order = ['a', 'b', 'a', 'c', 'a', 'b', 'a', 'b', 'a', 'c'];
    const running = new ModDistributor(listsFrom(readDocument(distributorDocument([list('g', ...order)]))));
    const returned = [...order, ...order].map(() => running.command('g'));
    expect(returned).toEqual([...order, ...order]);
  });

  it('of an inventory without groups is taken over, and names no gateway under any name that a group can have', () => {
    const lists = listsFrom(readDocument(distributorDocument([])));
    expect(lists).toHaveLength(1);
    expect(parseName(lists[0]!.name)).toBeUndefined();
    expect(new ModDistributor(lists).command(lists[0]!.name)).toBe(noNode);
  });

  it('has a list that answers -err for a group with no usable member', () => {
    const running = new ModDistributor(listsFrom(readDocument(distributorDocument([list('dead'), list('g', 'a')]))));
    expect([running.command('dead'), running.command('g')]).toEqual([noNode, 'a']);
  });
});

describe('not found', () => {
  it('is what FreeSWITCH takes for it, and never a refusal (contract 2.1)', () => {
    expect(isNotFound(readDocument(NOT_FOUND_DOCUMENT))).toBe(true);
    expect(isNotFound(readDocument(distributorDocument([])))).toBe(false);
  });
});
