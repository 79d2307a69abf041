import BetterSqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { blankInventory } from '../../src/inventory/blank-inventory.ts';
import { completeRow } from '../../src/inventory/row-key.ts';
import { SchemaJudge } from '../../src/inventory/schema-judge.ts';
import { TABLE_NAMES } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

describe('what the schema says of a row', () => {
  const judge = new SchemaJudge();
  afterAll(() => {
    judge.close();
  });

  it('is the name of the constraint that refuses it', () => {
    const gateway = (row: object) =>
      judge.refusal('gateways', completeRow('gateways', { name: 'a', proxy: 'h', ...row }));
    expect(gateway({ max_calls: 0 })).toBe('gateways.max_calls: NULL or 1 to 1000000');
    expect(gateway({ register: 1 })).toBe('gateways: register = 1 needs username and password');
    expect(gateway({ proxy: null })).toBe('gateways.proxy');
    expect(gateway({})).toBeUndefined();
    expect(gateway({ name: 'A' })).toBe('gateways.name: unique without regard to case');
    expect(
      judge.refusal('gateway_group_members', { group_name: 'not there', gateway: 'nor that', tier: 1, weight: 1 }),
    ).toBeUndefined();
  });

  it('a new inventory has what is shipped and nothing else', () => {
    const blank = blankInventory();
    const { path } = temporaryInventory();
    const database = new BetterSqlite(path);
    expect(blank.failover_causes).toEqual(database.prepare('SELECT * FROM failover_causes ORDER BY cause').all());
    expect(blank.failover_causes.length).toBeGreaterThan(0);
    expect(TABLE_NAMES.filter((table) => blank[table].length > 0)).toEqual(['failover_causes', 'outcome_blame']);
    database.close();
  });
});
