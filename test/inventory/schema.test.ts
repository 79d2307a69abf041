import BetterSqlite, { type Database } from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';

import { BACKGROUND, CONSTRAINT_CASES, tryRow } from '../support/constraint-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const inventory = temporaryInventory(BACKGROUND);
const database: Database = new BetterSqlite(inventory.path);
const tables = database
  .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
  .all();
/** What clients write to: ledgers are kept by us and by triggers. */
const ownTables = tables.filter(
  ({ name }) => !/^(?:trunkhunt_|sqlite_|history$|history_(?:versions|replaced)$)/.test(name),
);
const indexes = database
  .prepare<[], { name: string; table: string; sql: string | null }>(
    "SELECT name, tbl_name AS 'table', sql FROM sqlite_schema WHERE type = 'index'",
  )
  .all();

/** The names of a table's constraints, by what they are: parsed, since SQLite has no pragma that tells them. */
function constraintsOf(sql: string): { name: string; kind: string }[] {
  const quoted = /CONSTRAINT "((?:[^"]|"")*)"\s+(CHECK|REFERENCES|PRIMARY KEY|UNIQUE|FOREIGN KEY)/g;
  return [...sql.matchAll(quoted)].map(([, name = '', kind = '']) => ({ name: name.replaceAll('""', '"'), kind }));
}

/** The statement's words: what is quoted, and comments, say nothing to SQLite. */
const bareWords = (sql: string): string => sql.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'|--.*/g, "''");
const checks = ownTables.flatMap(({ sql }) => constraintsOf(sql).filter(({ kind }) => kind === 'CHECK'));

afterAll(() => {
  database.close();
  inventory.remove();
});

describe('the schema', () => {
  it('makes every table STRICT, the ledger too', () => {
    const list = database
      .prepare<[], { name: string; type: string; strict: number }>('SELECT * FROM pragma_table_list')
      .all();
    const mine = list.filter(({ name, type }) => type === 'table' && !name.startsWith('sqlite_'));
    expect(mine).toHaveLength(19);
    expect(mine.filter(({ strict }) => strict !== 1)).toEqual([]);
  });

  it.each(ownTables)('names every CHECK and foreign key of $name after the table', ({ name, sql }) => {
    const bare = bareWords(sql);
    const constraints = constraintsOf(sql);
    const named = (kind: string): number => constraints.filter((it) => it.kind === kind).length;
    expect(named('CHECK')).toBe([...bare.matchAll(/\bCHECK\b/g)].length);
    expect(named('REFERENCES')).toBe([...bare.matchAll(/\bREFERENCES\b/g)].length);
    expect(bare).not.toMatch(/\bUNIQUE\b|\bFOREIGN KEY\b/);
    for (const constraint of constraints) expect(constraint.name).toMatch(new RegExp(`^${name}(?:\\.[a-z_]+)?: .{5,}`));
  });

  it('says in the name of every unique index what is wanted', () => {
    const unique = indexes.filter(({ sql }) => sql?.startsWith('CREATE UNIQUE') === true);
    expect(unique).toHaveLength(5);
    for (const { name, table } of unique) expect(name).toMatch(new RegExp(`^${table}(?:\\.name)?: (?:unique|one row)`));
  });

  it('uses built-in functions only, so that any client can write', () => {
    const builtIn = new Set(database.prepare('SELECT name FROM pragma_function_list WHERE builtin = 1').pluck().all());
    const code = database
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view')")
      .pluck()
      .all();
    const everything = [...[...tables, ...indexes].map(({ sql }) => sql ?? ''), ...code].map(bareWords);
    const words = everything.flatMap((sql) => [...sql.matchAll(/\b([a-z_]+)\s*\(/gi)].map(([, word = '']) => word));
    // `CREATE TABLE name (`, `REFERENCES name (`, `ON name (`: tables are no functions.
    const names = new Set([...tables.map(({ name }) => name), 'history_entries']);
    const keywords = new Set(
      ['CHECK', 'IN', 'AND', 'OR', 'NOT', 'CAST', 'KEY', 'GLOB'].concat([
        'DEFAULT',
        'VALUES',
        'FROM',
        'WHERE',
        'JOIN',
        'EXISTS',
      ]),
    );
    const functions = new Set(words.filter((word) => !names.has(word) && !keywords.has(word)));
    const expected = [
      'char',
      'coalesce',
      'instr',
      'json_array',
      'json_extract',
      'json_object',
      'julianday',
      'length',
      'lower',
    ];
    expect([...functions].sort()).toEqual([...expected, 'max', 'round']);
    for (const used of functions) expect(builtIn).toContain(used);
    expect(code.length).toBeGreaterThan(60);
  });

  it('fills the causes as contract and verification say', () => {
    const { failoverCauses } = inventory.rows();
    const withAction = (action: string) =>
      failoverCauses.filter((it) => it.action === action).map(({ cause }) => cause);
    expect(withAction('next')).toEqual(
      `DESTINATION_OUT_OF_ORDER GATEWAY_DOWN INVALID_GATEWAY NETWORK_OUT_OF_ORDER NORMAL_CIRCUIT_CONGESTION
      NORMAL_TEMPORARY_FAILURE NORMAL_UNSPECIFIED NO_USER_RESPONSE PROGRESS_TIMEOUT RECOVERY_ON_TIMER_EXPIRE
      REQUESTED_CHAN_UNAVAIL SERVICE_UNAVAILABLE SWITCH_CONGESTION`.split(/\s+/),
    );
    expect(withAction('stop')).toEqual(
      `ALLOTTED_TIMEOUT CALL_REJECTED INVALID_NUMBER_FORMAT NO_ANSWER ORIGINATOR_CANCEL UNALLOCATED_NUMBER
      USER_BUSY`.split(/\s+/),
    );
  });

  it('fills whom outcomes blame, by status, class of statuses and cause', () => {
    const { outcomeBlame } = inventory.rows();
    const blamed = (blame: string) => outcomeBlame.filter((it) => it.blame === blame).map(({ match }) => match);
    expect(blamed('gateway')).toEqual(
      '401 402 403 407 408 5xx 9xx NETWORK_OUT_OF_ORDER PROGRESS_TIMEOUT RECOVERY_ON_TIMER_EXPIRE'.split(' '),
    );
    expect(blamed('destination')).toEqual(
      '3xx 404 410 480 484 485 486 6xx ALLOTTED_TIMEOUT NO_ANSWER NO_USER_RESPONSE USER_BUSY'.split(' '),
    );
    expect(blamed('caller')).toEqual(['487', 'LOSE_RACE', 'ORIGINATOR_CANCEL', 'PICKED_OFF']);
    expect(blamed('ourselves')).toEqual(
      `4xx 501 505 513 606 DESTINATION_OUT_OF_ORDER INCOMPATIBLE_DESTINATION MANAGER_REQUEST
      SYSTEM_SHUTDOWN`.split(/\s+/),
    );
  });
});

describe('a CHECK', () => {
  const cases = checks.map(({ name }) => {
    const matching = CONSTRAINT_CASES.filter(
      ({ constraint }) => name.startsWith(constraint) && /^(?::|$| )/.test(name.slice(constraint.length)),
    );
    return { name, matching };
  });

  it('has exactly one case below, and no case is of nothing', () => {
    expect(cases.filter(({ matching }) => matching.length !== 1)).toEqual([]);
    expect(CONSTRAINT_CASES).toHaveLength(checks.length);
  });

  it.each(cases)('says its name where it refuses a row: $name', ({ name, matching }) => {
    const [table = ''] = name.split(/[.:]/);
    for (const values of matching[0]!.refused) {
      expect(() => {
        tryRow(database, table, values);
      }, JSON.stringify(values)).toThrow(`CHECK constraint failed: ${name}`);
    }
  });

  it.each(cases)('refuses no row for less: $name', ({ name, matching }) => {
    const [table = ''] = name.split(/[.:]/);
    expect(matching[0]!.accepted.length).toBeGreaterThan(0);
    for (const values of matching[0]!.accepted) {
      expect(() => {
        tryRow(database, table, values);
      }, JSON.stringify(values)).not.toThrow();
    }
  });
});
