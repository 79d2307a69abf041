import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable, tableText } from '../../src/cli/table-text.ts';

const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
  fc.record({
    header: fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: columns, maxLength: columns }),
    rows: fc.array(
      fc.array(
        fc.string({ unit: 'binary', maxLength: 40 }).map((it) => `${it}x`),
        {
          minLength: columns,
          maxLength: columns,
        },
      ),
    ),
  }),
);

it('stands in columns, numbers to the right', () => {
  const text = tableText(
    ['gateway', 'calls'],
    [
      ['carrier-a', '7'],
      ['b', '1200'],
    ],
    Infinity,
  );
  expect(text).toBe('gateway    calls\ncarrier-a      7\nb           1200\n');
});

it('cuts the widest columns where it would not fit', () => {
  const text = tableText(['name', 'note'], [['gw1', 'a note that goes on and on']], 20);
  expect(text).toBe('name  note\ngw1   a note that g\u2026\n');
});

it('leaves out what is empty before it cuts anything', () => {
  const rows = [['carrier-a', '', '192.0.2.1:5060', '']];
  const header = ['gateway', 'max_calls', 'proxy', 'max_cps'];
  expect(tableText(header, rows, 45)).toBe(
    'gateway    max_calls  proxy           max_cps\ncarrier-a             192.0.2.1:5060\n',
  );
  expect(tableText(header, rows, 44)).toBe('gateway    proxy\ncarrier-a  192.0.2.1:5060\n');
});

it('cuts no number, whatever the width', () => {
  const text = tableText(['gateway', 'calls', '%'], [['carrier-a', '1272.33', '97.0%']], 10);
  expect(text).toBe('gat\u2026    calls      %\ncar\u2026  1272.33  97.0%\n');
});

it('has a line for each row, none wider than the terminal where that can be', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 40, max: 120 }), ({ header, rows }, width) => {
      const text = tableText(header, rows, width);
      const lines = text.slice(0, -1).split('\n');
      expect(lines).toHaveLength(rows.length + 1);
      for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
    }),
  );
});

it('lets nothing reach the terminal that it would act on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    }),
  );
  expect(printable('a\u001b[31mb\n')).toBe('a\ufffd[31mb\ufffd');
});
