import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/errors/operator-error.ts';
import { INVENTORY_TABLES } from '../../src/inventory/inventory-tables.ts';
import { INTEGER_COLUMNS, readColumns, REQUIRED_COLUMNS } from '../../src/inventory/read-columns.ts';
import { TABLE_NAMES, type TableRow } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly isRequired: number;
}

function schemaColumns(): readonly Column[] {
  const database = new BetterSqlite(temporaryInventory().path, { readonly: true });
  const select = database.prepare<[string, string], Column>(
    `SELECT ? AS "table", name, type, "notnull" = 1 AND dflt_value IS NULL AS isRequired FROM pragma_table_info(?)`,
  );
  const columns = TABLE_NAMES.flatMap((table) => select.all(table, table));
  database.close();
  return columns;
}

const read = (text: string, table: 'gateways' | 'routes' = 'gateways'): TableRow => {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  return readColumns([{ name, value }], { table, where: 'there', aliases: { group: 'group_name' } });
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OperatorError) return `${error.findings[0]?.code}: ${error.message}`;
  }
  return 'none';
}

describe('the columns that are known by their names', () => {
  it('are INTEGER in the schema exactly where they are numbers here', () => {
    const columns = schemaColumns();
    const integers = new Set(columns.filter(({ type }) => type === 'INTEGER').map(({ name }) => name));
    expect([...INTEGER_COLUMNS].sort()).toEqual([...integers].sort());
    const texts = columns.filter(({ type, name }) => type !== 'INTEGER' && INTEGER_COLUMNS.has(name));
    expect(texts).toEqual([]);
  });

  it('are required where the schema has neither NULL nor a default for them', () => {
    for (const [table, required] of Object.entries(REQUIRED_COLUMNS)) {
      const wanted = schemaColumns().filter((it) => it.table === table && it.isRequired === 1);
      expect([...required].sort()).toEqual(wanted.map(({ name }) => name).sort());
    }
  });
});

describe('an assignment', () => {
  it('reaches every column of its table', () => {
    for (const column of INVENTORY_TABLES.gateways.columns) {
      const value = INTEGER_COLUMNS.has(column) ? 7 : 'text';
      expect(read(`${column}=${value}`)).toEqual({ [column]: value });
      expect(read(`${column.replaceAll('_', '-')}=${value}`)).toEqual({ [column]: value });
    }
  });

  it('gives what the column would have by itself where nothing stands after the =', () => {
    expect(read('max_calls=')).toEqual({ max_calls: null });
    expect(read('drain_seconds=')).toEqual({ drain_seconds: 300 });
    expect(read('add_prefix=')).toEqual({ add_prefix: '' });
  });

  it('takes yes and no where a column is 0 or 1, and keeps = and blanks in a text', () => {
    expect([read('register=yes'), read('register=off'), read('register=1')]).toEqual([
      { register: 1 },
      { register: 0 },
      { register: 1 },
    ]);
    expect(read('note= a=b ')).toEqual({ note: ' a=b ' });
    expect(read('group=emea', 'routes')).toEqual({ group_name: 'emea' });
  });

  it('of a number that is none, or of no column, says what there is', () => {
    expect(codeOf(() => read('max_calls=many'))).toMatch(
      /^value-invalid: .*there\.max_calls\n.*'many' is no whole number/,
    );
    expect(codeOf(() => read('max_calls=yes'))).toMatch(/^value-invalid/);
    expect(codeOf(() => read('max_call=3'))).toMatch(
      /^column-unknown: [^]*did you mean 'max_calls'\? there are: name, profile/,
    );
  });
});
