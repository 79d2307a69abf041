import { describe, expect, it } from 'vitest';
import { DocumentStore } from '../../src/live/document-store.ts';
import { listsFrom } from '../support/mod-distributor.ts';
import { readAnswer } from '../support/read-answer.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('everywhere', '192.0.2.1'), ('at-a', '192.0.2.2'), ('at-b', '192.0.2.3');
  INSERT INTO gateways (name, proxy, profile, state) VALUES ('quiet', '192.0.2.4', 'internal', 'disabled');
  INSERT INTO switches (hostname) VALUES ('a'), ('b'), ('c');
  INSERT INTO gateway_switches VALUES ('at-a', 'a'), ('at-b', 'b');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway, tier)
    VALUES ('g', 'everywhere', 2), ('g', 'at-a', 1), ('g', 'at-b', 1);`;

const storeOf = (sql: string) => new DocumentStore(temporaryInventory(sql).compile().snapshot!);
const namesIn = (document: Buffer | undefined): readonly string[] =>
  [...(document?.toString() ?? '').matchAll(/<gateway name="([^"]*)"/g)].map(([, name = '']) => name);
const nodesIn = (document: Buffer) =>
  listsFrom(readAnswer(document))
    .filter(({ name }) => name === 'g')
    .flatMap(({ nodes }) => nodes.map(({ name }) => name));

describe('DocumentStore', () => {
  it('gives the same bytes every time, and for the same inventory filled in another order', () => {
    const store = storeOf(INVENTORY);
    const other = storeOf(
      INVENTORY.replace("('g', 'at-a', 1), ('g', 'at-b', 1)", "('g', 'at-b', 1), ('g', 'at-a', 1)"),
    );
    for (const hostname of ['a', 'b', 'c', 'unknown']) {
      expect(store.distributor(hostname)).toBe(store.distributor(hostname));
      expect(store.distributor(hostname)).toEqual(other.distributor(hostname));
      expect(store.gateways('external', hostname, undefined)).toEqual(other.gateways('external', hostname, undefined));
    }
  });

  it('switches that see the same share one document, those that see another have their own', () => {
    const store = storeOf(INVENTORY);
    expect(store.gateways('external', 'c', undefined)).toBe(store.gateways('external', 'unknown', undefined));
    expect(namesIn(store.gateways('external', 'a', undefined))).toEqual(['at-a', 'everywhere']);
    expect(namesIn(store.gateways('external', 'b', undefined))).toEqual(['at-b', 'everywhere']);
    expect(namesIn(store.gateways('external', 'c', undefined))).toEqual(['everywhere']);
  });

  it('a list holds the lowest tier with active members on the asking switch', () => {
    const store = storeOf(INVENTORY);
    expect(nodesIn(store.distributor('a'))).toEqual(['at-a']);
    expect(nodesIn(store.distributor('b'))).toEqual(['at-b']);
    expect(nodesIn(store.distributor('c'))).toEqual(['everywhere']);
  });

  it('a later tier has a list of its own, for switches that are on their own', () => {
    const lists = listsFrom(readAnswer(storeOf(INVENTORY).distributor('a')));
    expect(lists.map(({ name, nodes }) => [name, ...nodes.map((node) => node.name)])).toEqual([
      ['g', 'at-a'],
      ['g~2', 'everywhere'],
    ]);
  });

  it('a group without active members is an empty list, and without any group a list is still there', () => {
    const drained = storeOf(`${INVENTORY} UPDATE gateways SET state = 'drain';`);
    expect(listsFrom(readAnswer(drained.distributor('a')))).toEqual([{ name: 'g', nodes: [] }]);
    const [placeholder, ...others] = listsFrom(readAnswer(storeOf('').distributor('a')));
    expect(others).toEqual([]);
    expect(placeholder?.nodes).toEqual([]);
    // No group can take this name, so none is ever hidden behind it.
    expect(placeholder?.name).toMatch(/^-/);
  });

  it('a profile has no gateways where all of its own are disabled, or where nobody has it', () => {
    const store = storeOf(INVENTORY);
    expect(store.gateways('internal', 'a', undefined)).toBeUndefined();
    expect(store.gateways('nothing', 'a', undefined)).toBeUndefined();
    expect(store.gateways('', 'a', undefined)).toBeUndefined();
  });

  it('gateways of a profile that is served whole are in sofia.conf, and nowhere else', () => {
    const store = storeOf(`${INVENTORY} INSERT INTO profiles VALUES ('external'), ('other');`);
    expect(store.gateways('external', 'a', undefined)).toBeUndefined();
    expect(namesIn(store.sofia('external', 'a'))).toEqual(['at-a', 'everywhere']);
    expect(namesIn(store.sofia(undefined, 'b'))).toEqual(['at-b', 'everywhere']);
    expect(namesIn(store.sofia('other', 'b'))).toEqual([]);
    expect(store.sofia('internal', 'a')).toBeUndefined();
  });

  it('there is no sofia.conf while no profile is in the inventory', () => {
    expect(storeOf(INVENTORY).sofia(undefined, 'a')).toBeUndefined();
  });

  it('a switch cannot have another document by a hostname that reads like a key', () => {
    const store = storeOf(`${INVENTORY} INSERT INTO profiles VALUES ('other');`);
    store.gateways('external', 'a', undefined);
    for (const hostname of ['external a', 'a external', '\n', '']) {
      expect(namesIn(store.gateways('external', hostname, undefined))).toEqual(['everywhere']);
      expect(store.gateways('external a', hostname, undefined)).toBeUndefined();
    }
  });
});
