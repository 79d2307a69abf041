import { describe, expect, it } from 'vitest';

import { insertExampleInventory } from '../../src/inventory/example-inventory.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { buildCall } from '../support/build-call.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

function example() {
  const inventory = temporaryInventory();
  const database = openInventory(inventory.path, { mode: 'write' });
  insertExampleInventory(database);
  database.close();
  return inventory;
}

describe('the example inventory', () => {
  it('has neither a problem nor a warning', () => {
    const { snapshot, findings } = example().compile();
    expect(findings).toEqual([]);
    expect(snapshot).toBeDefined();
  });

  it('has two gateways that do not register and are pinged', () => {
    const { gateways } = example().rows();
    expect(gateways.map(({ name, proxy }) => [name, proxy])).toEqual([
      ['gw1', '172.16.4.113:5060'],
      ['gw2', '172.16.4.114:5060'],
    ]);
    for (const gateway of gateways) {
      expect(gateway).toMatchObject({
        profile: 'external',
        register: 0,
        registerTransport: 'udp',
        expireSeconds: 60,
        retrySeconds: 30,
        callerIdInFrom: 1,
        pingSeconds: 25,
        state: 'active',
      });
    }
  });

  it('shares calls one to one and tries the other PBX for a user that the first does not know', () => {
    const { snapshot } = example().compile();
    const group = snapshot?.groups[0];
    expect(snapshot?.groups).toHaveLength(1);
    expect(group).toMatchObject({ name: '2gw', strategy: 'weighted', chooser: 'trunkhunt' });
    expect(group?.members.map(({ gateway, weight, tier }) => [gateway.name, weight, tier])).toEqual([
      ['gw1', 1, 1],
      ['gw2', 1, 1],
    ]);
    expect(group?.continueOn).toContain('UNALLOCATED_NUMBER');
    expect(group?.continueOn).not.toContain('USER_BUSY');
  });

  it('sends 9980 of the default context to 1004, and nothing else', () => {
    const { snapshot } = example().compile();
    const decided = (number: string, context = 'default') =>
      decide(snapshot!, nothingLearned(new Map()), buildCall({ number, context }));
    for (const number of ['9980', '49980']) {
      expect(decided(number)).toMatchObject({
        outcome: 'planned',
        legs: [
          { gateway: { name: 'gw1' }, number: '1004' },
          { gateway: { name: 'gw2' }, number: '1004' },
        ],
      });
    }
    expect(decided('99801').outcome).toBe('no_route');
    expect(decided('9980', 'public').outcome).toBe('no_route');
  });

  it('is not mixed into an inventory that has any of it, and then changes nothing', () => {
    const inventory = example();
    const before = inventory.rows();
    inventory.run("DELETE FROM gateways WHERE name = 'gw1'");
    const database = openInventory(inventory.path, { mode: 'write' });
    expect(() => {
      insertExampleInventory(database);
    }).toThrow('UNIQUE');
    database.close();
    expect(inventory.rows().gateways).toEqual(before.gateways.slice(1));
  });
});
