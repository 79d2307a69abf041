import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { splitStatements } from '../../src/inventory/split-statements.ts';

const split = (script: string) => splitStatements(script).map(({ text }) => text);

describe('a script', () => {
  it.each([
    ['SELECT 1; SELECT 2;', ['SELECT 1;', 'SELECT 2;']],
    ['SELECT 1', ['SELECT 1']],
    [' ;; -- nothing;\n/* ; */ ;', []],
    ["SELECT 'a;''b'; SELECT 2;", ["SELECT 'a;''b';", 'SELECT 2;']],
    ['SELECT "a;""b", `c;``d`, [e;f]; SELECT 2;', ['SELECT "a;""b", `c;``d`, [e;f];', 'SELECT 2;']],
    ['SELECT 1 -- one; two\n+ /* three; */ 2; SELECT 3', ['SELECT 1 -- one; two\n+ /* three; */ 2;', 'SELECT 3']],
    ["SELECT 'never closed; ", ["SELECT 'never closed;"]],
    [
      'CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END; SELECT 4;',
      ['CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END;', 'SELECT 4;'],
    ],
    ['CREATE TABLE trigger_happy (a); SELECT 1;', ['CREATE TABLE trigger_happy (a);', 'SELECT 1;']],
    ['BEGIN; SELECT 1; END; SELECT 2;', ['BEGIN;', 'SELECT 1;', 'END;', 'SELECT 2;']],
  ])('is split where its statements end: %s', (script, statements) => {
    expect(split(script)).toEqual(statements);
  });

  it('says of each statement in which lines it stands', () => {
    const script = "-- first;\n\nSELECT 1,\n  '2\n3';\r\n/* a\nb */ SELECT 4; SELECT 5;\nSELECT 6";
    expect(splitStatements(script).map(({ firstLine, lastLine }) => [firstLine, lastLine])).toEqual([
      [3, 5],
      [7, 7],
      [7, 7],
      [8, 8],
    ]);
  });

  it('of whatever pieces is split into what SQLite takes as single statements, and nothing gets lost', () => {
    const database = new BetterSqlite(':memory:');
    database.exec('CREATE TABLE log (text)');
    const piece = fc.constantFrom(
      "'",
      "''",
      '"',
      '`',
      '[',
      ']',
      '--',
      '/*',
      '*/',
      ';',
      '\n',
      ' ',
      'x',
      'END',
      '1',
      '|',
    );
    const quoted = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').replaceAll("'", "''"));
    const comment = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    const between = fc.oneof(
      fc.constantFrom('', ' ', '\n'),
      // Without a slash, since to take out one end could make another.
      comment.map((text) => `/*${text.replaceAll('/', '')}*/`),
      comment.map((text) => `--${text.replaceAll('\n', '')}\n`),
    );
    const statement = fc.tuple(between, quoted, between);
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 6 }), (drawn) => {
        const texts = drawn.map(
          ([before, text, after]) => `${before}INSERT${after} INTO log VALUES ('${text}')${after};`,
        );
        const found = split(texts.join(''));
        expect(found).toHaveLength(drawn.length);
        database.exec('DELETE FROM log');
        for (const one of found) database.prepare(one).run();
        const rows = database.prepare('SELECT text FROM log ORDER BY rowid').pluck().all();
        expect(rows).toEqual(drawn.map(([, text]) => text.replaceAll("''", "'")));
      }),
      { numRuns: 300 },
    );
    database.close();
  });
});
