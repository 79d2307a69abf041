import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeUnprintable, printableJson } from '../../src/config/escape-unprintable.ts';

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

it('writes what a terminal would act on as an escape, and all else as it is', () => {
  expect(escapeUnprintable('a\u001b[2J\u009b\u2028\u202eb\u0000 ä€😀')).toBe(
    'a\\u001b[2J\\u009b\\u2028\\u202eb\\u0000 ä€😀',
  );
});

it('writes any value as JSON that reads back as the same, on one line or on indented ones', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(0, 2), (json, text, indent) => {
      const value = { json, text, [text]: [text] };
      const written = printableJson(value, indent);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
      const lines = written.split('\n');
      expect(lines.length === 1).toBe(indent === 0);
      for (const line of lines) expect(line).not.toMatch(UNPRINTABLE);
    }),
  );
});
