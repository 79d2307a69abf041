import BetterSqlite from 'better-sqlite3';
import { expect, it } from 'vitest';

import { blankInventory } from '../../src/inventory/blank-inventory.ts';
import { TABLE_NAMES } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

it('a new inventory has what is shipped and nothing else', () => {
  const blank = blankInventory();
  const { path } = temporaryInventory();
  const database = new BetterSqlite(path);
  expect(blank.failover_causes).toEqual(database.prepare('SELECT * FROM failover_causes ORDER BY cause').all());
  expect(blank.failover_causes.length).toBeGreaterThan(0);
  expect(TABLE_NAMES.filter((table) => blank[table].length > 0)).toEqual(['failover_causes', 'outcome_blame']);
  database.close();
});
