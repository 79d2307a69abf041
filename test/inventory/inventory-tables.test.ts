import BetterSqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { INVENTORY_TABLES } from '../../src/inventory/inventory-tables.ts';
import { completeRow } from '../../src/inventory/row-key.ts';
import { TABLE_NAMES } from '../../src/inventory/table-rows.ts';
import { BACKGROUND, VALID_ROWS } from '../support/constraint-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

interface Column {
  readonly name: string;
  readonly pk: number;
}

const inventory = temporaryInventory(BACKGROUND);
const database = new BetterSqlite(inventory.path);

afterAll(() => {
  database.close();
  inventory.remove();
});

const columnsOf = (table: string): readonly Column[] => database.pragma(`table_info(${table})`) as Column[];
const triggersOf = (table: string): readonly string[] =>
  database
    .prepare<[string], string>("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
    .pluck()
    .all(table);

it('knows every table of the schema that is no ledger of ours', () => {
  const tables = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const ledgers = /^(?:history|change_note|trunkhunt_migrations|sqlite_)/;
  expect(tables.filter((table) => !ledgers.test(table)).sort()).toEqual([...TABLE_NAMES].sort());
});

describe.each(TABLE_NAMES)('%s', (table) => {
  const { columns, key, insert, update, select, delete: remove } = INVENTORY_TABLES[table];

  it('has the columns of the schema', () => {
    expect(columns).toEqual(columnsOf(table).map(({ name }) => name));
    const primary = columnsOf(table)
      .filter(({ pk }) => pk > 0)
      .map(({ name }) => name);
    if (primary.length > 0) expect(key).toEqual(primary);
  });

  it('is completed as SQL completes it, and written, changed, read and removed as a whole', () => {
    const said = VALID_ROWS[table]!;
    const row = database
      .prepare(
        `INSERT INTO ${table} (${Object.keys(said).join(', ')}) VALUES (${Object.keys(said)
          .map(() => '?')
          .join(', ')}) RETURNING *`,
      )
      .get(...Object.values(said)) as Record<string, string | number | null>;
    expect(completeRow(table, { ...said, ...(table === 'routes' ? { id: row['id'] ?? null } : {}) })).toEqual(row);
    const old = Object.fromEntries(key.map((column) => [`old_${column}`, row[column]]));
    expect(database.prepare(remove).run(old).changes).toBe(1);
    expect(database.prepare(insert).run(row).changes).toBe(1);
    expect(database.prepare(update).run({ ...row, ...old }).changes).toBe(1);
    expect(database.prepare(select).all()).toContainEqual(row);
    expect(database.prepare(remove).run(old).changes).toBe(1);
  });

  it('has every column in its history, before and after', () => {
    const triggers = triggersOf(table);
    expect(triggers).toHaveLength(5);
    const times = (text: string): number => triggers.join('\n').split(text).length - 1;
    for (const column of columns) {
      expect(times(`'${column}', ${column}`), column).toBe(2);
      expect(times(`'${column}', new.${column}`), column).toBe(2);
      expect(times(`'${column}', old.${column}`), column).toBe(2);
    }
  });
});
