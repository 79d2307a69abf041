import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSqlDump } from '../../src/import/read-sql-dump.ts';
import { textOf } from '../../src/import/source-row.ts';
import type { SqlDialect } from '../../src/import/sql-dialect.ts';
import { findingsOf } from '../support/source-file.ts';
import { copyCell, mysqlLiteral, standardLiteral } from '../support/write-dump.ts';

const COLUMNS = ['gwid', 'address', 'attrs', 'description'];

const cell = fc.oneof(
  fc.constant(null),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      ';',
      ',',
      '(',
      ')',
      '\n',
      '\r',
      '\t',
      '-',
      '/',
      '*',
      '$',
      '`',
      '#',
      'a',
      '0',
      'é',
      '😀',
    ),
  }),
  fc.string({ unit: 'binary' }).map((text) => text.replace(/[\0\ud800-\udfff]/g, 'x')),
);
const rows = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 5 });

const read = (text: string, dialect?: SqlDialect) => readSqlDump({ file: 'd.sql', text }, dialect);
const valuesOf = (text: string, dialect?: SqlDialect) => read(text, dialect).rows.map(({ values }) => values);
const faultsOf = (text: string, dialect?: SqlDialect) => findingsOf(() => read(text, dialect));

describe('a dump gives back what was written', () => {
  it("with MySQL's backslashes", () => {
    fc.assert(
      fc.property(rows, (written) => {
        const values = written.map((row) => `(${row.map(mysqlLiteral).join(',')})`);
        const names = COLUMNS.map((name) => `\`${name}\``).join(', ');
        const text = `INSERT INTO \`dr_gateways\` (${names}) VALUES ${values.join(',\n')};\n`;
        expect(valuesOf(text)).toEqual(written);
      }),
    );
  });

  it.each(['postgresql', 'sqlite'] as const)('with doubled quotes (%s)', (dialect) => {
    fc.assert(
      fc.property(rows, (written) => {
        const text = written
          .map(
            (row) =>
              `INSERT INTO public.dr_gateways (${COLUMNS.join(', ')}) VALUES (${row.map(standardLiteral).join(', ')});`,
          )
          .join('\n');
        expect(valuesOf(text, dialect)).toEqual(written);
      }),
    );
  });

  it("as rows of PostgreSQL's COPY", () => {
    fc.assert(
      fc.property(rows, (written) => {
        const lines = written.map((row) => row.map(copyCell).join('\t'));
        const text = `COPY public.dr_gateways (${COLUMNS.join(', ')}) FROM stdin;\n${lines.join('\n')}\n\\.\n`;
        expect(valuesOf(text)).toEqual(written);
      }),
    );
  });

  it("as SQLite's own quote() writes it", () => {
    const database = new BetterSqlite(':memory:');
    const quote = database.prepare<[string | null], string>('SELECT quote(?)').pluck();
    fc.assert(
      fc.property(rows, (written) => {
        const values = written.map((row) => `(${row.map((it) => quote.get(it) ?? '').join(',')})`);
        const text = `INSERT INTO "dr_gateways" (${COLUMNS.join(',')}) VALUES${values.join(',')};`;
        expect(valuesOf(text, 'sqlite')).toEqual(written);
      }),
    );
    database.close();
  });

  it('at the lines where rows begin', () => {
    fc.assert(
      fc.property(rows, fc.nat({ max: 3 }), (written, gap) => {
        let line = 1;
        const lines: number[] = [];
        let text = 'INSERT INTO dr_gateways (gwid, address, attrs, description) VALUES';
        for (const [at, row] of written.entries()) {
          text += `${at === 0 ? '' : ','}${'\n'.repeat(gap)}`;
          line += gap;
          lines.push(line);
          const values = `(${row.map(standardLiteral).join(', ')})`;
          text += values;
          line += values.split('\n').length - 1;
        }
        expect(read(`${text};`, 'postgresql').rows.map(({ from }) => from.line)).toEqual(lines);
      }),
    );
  });
});

describe('what dump programs write besides', () => {
  it('columns come from CREATE TABLE, from the INSERT, or from the version that has so many', () => {
    const create =
      "CREATE TABLE `dr_gateways` (`address` char(128), `gwid` char(64) DEFAULT 'a,b', PRIMARY KEY (`gwid`), KEY `x` (`address`));";
    const [first] = read(`${create}\nINSERT INTO dr_gateways VALUES ('10.0.0.1','gw1');`).rows;
    expect([textOf(first!, 'gwid'), textOf(first!, 'address')]).toEqual(['gw1', '10.0.0.1']);
    const [second] = read("INSERT INTO dr_carriers VALUES (7,'c','gw1',0,1,NULL,'old');").rows;
    expect([textOf(second!, 'carrierid'), textOf(second!, 'state'), textOf(second!, 'sort_alg')]).toEqual([
      'c',
      '1',
      '',
    ]);
    const [third] = read("REPLACE INTO `opensips`.`DR_RULES` (PREFIX, GroupId, gwlist) VALUES ('49', '0', NULL);").rows;
    expect([third!.table, textOf(third!, 'prefix'), textOf(third!, 'gwlist')]).toEqual(['dr_rules', '49', '']);
  });

  it('comments, other statements, dollar quotes, psql commands and routines are passed over', () => {
    const text = [
      '-- PostgreSQL database dump',
      '\\restrict x;y',
      "CREATE FUNCTION f() RETURNS text AS $body$ INSERT INTO dr_gateways VALUES ('; $body$;",
      '/* INSERT INTO dr_gateways VALUES (1); */',
      "INSERT INTO subscriber VALUES ('a;b', E'\\';');",
      "INSERT INTO public.dr_gateways (gwid, address) VALUES ('gw1', E'10.0.0.1\\tx'::character varying) ON CONFLICT DO NOTHING;",
      '-- PostgreSQL database dump complete',
    ].join('\n');
    const { rows: found, otherTables } = read(text);
    expect(found.map(({ values, from }) => [values, from.line])).toEqual([[['gw1', '10.0.0.1\tx'], 6]]);
    expect([...otherTables]).toEqual([['subscriber', { file: 'd.sql', line: 5 }]]);
    const mysql =
      "-- MySQL dump 10\nDELIMITER ;;\n/*!50003 CREATE*/ TRIGGER t BEGIN INSERT INTO dr_gateways VALUES (1); END ;;\nDELIMITER ;\nINSERT INTO `dr_gateways` (`gwid`,`address`) VALUES (_binary 'gw1',0x3130), (N'gw2', X'3131');\n-- Dump completed";
    expect(valuesOf(mysql)).toEqual([
      ['gw1', '10'],
      ['gw2', '11'],
    ]);
  });

  it("SQLite's shell writes line breaks as calls of functions", () => {
    const text = [
      'PRAGMA foreign_keys=OFF;',
      'BEGIN TRANSACTION;',
      'CREATE TRIGGER t AFTER INSERT ON dr_gateways BEGIN INSERT INTO dr_gateways VALUES (new.x); SELECT CASE 1 WHEN 1 THEN 2 END; END;',
      "INSERT INTO dr_gateways(gwid,address,attrs) VALUES('gw1',replace('a\\nb','\\n',char(10)),unistr('x\\u000ay\\\\'));",
      "INSERT INTO dr_gateways(gwid,address,attrs) VALUES('gw' || 2,'a' || NULL,TRUE);",
      'COMMIT;',
    ].join('\n');
    expect(valuesOf(text)).toEqual([
      ['gw1', 'a\nb', 'x\ny\\'],
      ['gw2', null, '1'],
    ]);
  });
});

describe('a dump that is broken is refused at the line', () => {
  const head = '-- one\n-- two\n';

  it.each([
    [
      "INSERT INTO dr_gateways (gwid, address) VALUES ('gw1', 'x",
      "import-invalid d.sql:3: a string begins here and no ' ends it",
    ],
    [
      "INSERT INTO dr_gateways (gwid, address) VALUES\n('gw1'",
      "import-invalid d.sql:4: the file ends where ',' or ')' should be",
    ],
    [
      "INSERT INTO dr_gateways (gwid, address) VALUES ('gw1', 'x')",
      "import-invalid d.sql:3: the file ends where ',' or ';' should be",
    ],
    [
      "INSERT INTO dr_gateways (gwid, address) VALUES ('gw1');",
      'import-invalid d.sql:3: a row with 1 values for 2 columns',
    ],
    [
      "INSERT INTO dr_gateways VALUES ('gw1');",
      'import-invalid d.sql:3: a row of dr_gateways with 1 values; without names of columns it has 11 or 9',
    ],
    [
      "INSERT INTO dr_gateways (gwid) VALUES ('gw1');",
      'import-invalid d.sql:3: dr_gateways has no column address here',
    ],
    [
      "INSERT INTO dr_gateways (gwid, address) VALUES ('gw1', now());",
      "import-invalid d.sql:3: 'now' stands where a value should be",
    ],
    ['INSERT INTO dr_gateways SELECT * FROM x;', "import-invalid d.sql:3: 'SELECT' stands where VALUES should be"],
    [
      'COPY dr_gateways (gwid, address) FROM stdin;\na\tb\n',
      'import-invalid d.sql:5: the file ends where \\. should be',
    ],
    ['/* never ends', 'import-invalid d.sql:3: a comment begins here and no */ ends it'],
    ['SELECT 1', "import-invalid d.sql:3: the file ends where ';' should be"],
  ])('%s', (text, wanted) => {
    expect(faultsOf(head + text)).toEqual([wanted]);
  });

  it.each([
    ['-- MySQL dump 10.13\nSELECT 1;\n', "does not end with '-- Dump completed'"],
    ['--\n-- PostgreSQL database dump\n--\nSELECT 1;\n', "does not end with '-- PostgreSQL database dump complete'"],
    ['PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nSELECT 1;\n', "does not end with 'COMMIT;'"],
  ])('a dump that lacks its last line was cut off: %j', (text, wanted) => {
    expect(faultsOf(text)).toEqual([expect.stringContaining(wanted)]);
  });

  it('where nothing tells whose dump it is, a backslash before a quote is asked about', () => {
    const text = "INSERT INTO dr_gateways (gwid, address) VALUES ('it\\', 'x');";
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^import-invalid d\.sql:1: \\' ends this string for/)]);
    expect(valuesOf(text, 'sqlite')).toEqual([['it\\', 'x']]);
    expect(faultsOf(text, 'mysql')).toHaveLength(1);
  });

  it('no text makes it fail otherwise, or go on for ever', () => {
    const piece = fc.constantFrom(
      'INSERT INTO dr_gateways ',
      'VALUES ',
      '(',
      ')',
      ',',
      ';',
      "'",
      '"',
      '`',
      '\\',
      "'x'",
      'NULL',
      'COPY dr_rules FROM stdin;\n',
      '\n',
      '\\.\n',
      '--',
      '/*',
      '*/',
      '$$',
      'CREATE TABLE dr_gateways (',
      'a',
      '1',
      'DELIMITER ',
      'replace(',
      '::',
      '||',
      '#',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }),
        fc.constantFrom(undefined, 'mysql', 'postgresql', 'sqlite'),
        (pieces, dialect) => {
          const faults = faultsOf(pieces.join(''), dialect);
          expect(faults.filter((fault) => !/^import-invalid d\.sql:\d+: /.test(fault))).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a long string', () => {
  it('is read once, however many backslashes are in it', () => {
    const backslashes = '\\\\'.repeat(2_000_000);
    const text = `-- MySQL dump 10\nINSERT INTO \`acc\` VALUES ('${backslashes}'), ('\\'x''y\\\\');\n-- Dump completed\n`;
    expect([...readSqlDump({ file: 'x.sql', text }).otherTables.keys()]).toEqual(['acc']);
  });
});
