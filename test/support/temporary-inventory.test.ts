import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryInventory, type TemporaryInventory } from './temporary-inventory.ts';

const MEMBER_OF_NOTHING = "INSERT INTO gateway_group_members (group_name, gateway) VALUES ('nobody', 'nothing')";

describe('a temporary inventory', () => {
  let before = '';

  it('is migrated, empty and lies beside nothing', () => {
    const inventory = temporaryInventory();
    before = inventory.path;
    expect(readdirSync(inventory.folder)).toEqual(['inventory.db']);
    expect(inventory.rows()).toMatchObject({ gateways: [], groups: [], routes: [] });
    expect(inventory.rows().failoverCauses).toHaveLength(20);
  });

  it('is gone after its test', () => {
    expect(before).not.toBe('');
    expect(existsSync(before)).toBe(false);
  });

  it('takes SQL like a client without foreign keys, and sees it at once', () => {
    const inventory = temporaryInventory(MEMBER_OF_NOTHING);
    expect(inventory.rows().members).toHaveLength(1);
    inventory.run('DELETE FROM gateway_group_members');
    expect(inventory.rows().members).toEqual([]);
    expect(inventory.compile().snapshot).toBeDefined();
  });

  it('lets CHECK constraints be ignored only by who asks for it', () => {
    const inventory = temporaryInventory("PRAGMA ignore_check_constraints = ON; INSERT INTO profiles VALUES ('all')");
    expect(inventory.rows().profiles).toEqual([{ name: 'all' }]);
    expect(() => {
      inventory.run("INSERT INTO profiles VALUES ('_all_')");
    }).toThrow('profiles.name');
  });
});

describe('a temporary inventory for a whole file', () => {
  let shared: TemporaryInventory | undefined;
  beforeAll(() => {
    shared = temporaryInventory("INSERT INTO profiles VALUES ('internal')");
  });
  afterAll(() => {
    shared?.remove();
    expect(existsSync(shared?.path ?? '')).toBe(false);
  });

  it.each(['first', 'second'])('outlives its %s test', () => {
    expect(shared?.rows().profiles).toEqual([{ name: 'internal' }]);
  });
});
