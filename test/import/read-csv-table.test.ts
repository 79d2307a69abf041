import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsvTable, tableOfCsv } from '../../src/import/read-csv-table.ts';
import { textOf } from '../../src/import/source-row.ts';
import { findingsOf } from '../support/source-file.ts';
import { csvCell } from '../support/write-dump.ts';

const read = (text: string, file = 'x.csv') => readCsvTable({ file, text });

describe('a CSV file', () => {
  it('gives back what was written, at the lines where rows begin', () => {
    const cell = fc
      .string({ unit: fc.constantFrom('"', ',', ';', '\t', '|', '\n', ' ', 'a', '1', 'é', "'", '\\') })
      .filter((text) => text !== '\\N');
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        (written, separator, end) => {
          let line = 2;
          const lines: number[] = [];
          let text = ['gwid', 'address', 'attrs'].join(separator) + end;
          for (const row of written) {
            lines.push(line);
            const record = row.map((value) => csvCell(value, separator)).join(separator) + end;
            text += record;
            line += record.split('\n').length - 1;
          }
          const found = read(text);
          expect(found.map(({ values }) => values)).toEqual(written);
          expect(found.map(({ from }) => from.line)).toEqual(lines);
        },
      ),
    );
  });

  it('is told by its header, or else by its name', () => {
    expect(tableOfCsv({ file: 'a.txt', text: 'GWID;"Address";x\n' })).toBe('dr_gateways');
    expect(tableOfCsv({ file: 'a.txt', text: 'carrierid,gwlist\n' })).toBe('dr_carriers');
    expect(tableOfCsv({ file: 'a.txt', text: 'ruleid,groupid,prefix,gwlist\n' })).toBe('dr_rules');
    expect(tableOfCsv({ file: 'a.txt', text: 'id,setid,destination\n' })).toBe('dispatcher');
    expect(tableOfCsv({ file: '/x/2026-dr_rules.tsv', text: '1\t0\n' })).toBe('dr_rules');
    expect(tableOfCsv({ file: 'dr_rules.conf', text: '1,0\n' })).toBeUndefined();
    expect(tableOfCsv({ file: 'a.csv', text: 'a,b\n' })).toBeUndefined();
  });

  it('without a header has the columns of the version that has so many', () => {
    const [row] = read('7,gw1,0,10.0.0.1,2,00,NULL,1,\\N\n', 'dr_gateways.csv');
    expect(['gwid', 'address', 'strip', 'pri_prefix', 'attrs', 'description'].map((it) => textOf(row!, it))).toEqual([
      'gw1',
      '10.0.0.1',
      '2',
      '00',
      '',
      '',
    ]);
    expect(row?.from.line).toBe(1);
    expect(findingsOf(() => read('a,b\n', 'dr_gateways.csv'))).toEqual([
      'import-invalid dr_gateways.csv:1: 2 fields without a header; dr_gateways has 11 or 9 columns',
    ]);
  });

  it('that is broken is refused at the line', () => {
    expect(findingsOf(() => read('gwid,address\n\na,b\nc\n'))).toEqual([
      'import-invalid x.csv:4: 1 fields for 2 columns',
    ]);
    expect(findingsOf(() => read('gwid,address\na,"b\n'))).toEqual([
      expect.stringMatching(/^import-invalid x\.csv:\d: Quote Not Closed/),
    ]);
    expect(findingsOf(() => read('gwid,address\na,"b"c\n'))).toEqual([
      expect.stringMatching(/^import-invalid x\.csv:2: Invalid Closing Quote/),
    ]);
    expect(read('')).toEqual([]);
  });
});
