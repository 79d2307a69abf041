import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canBeginNumber,
  type Charset,
  dialledText,
  parseDialNumber,
  rejectionOf,
} from '../../src/routing/dial-number.ts';

const digits = Array.from('0123456789*#');
const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-');
const allowed: Readonly<Record<Charset, ReadonlySet<string>>> = {
  digits: new Set(digits),
  user: new Set([...digits, ...letters]),
};
const charsets = ['digits', 'user'] as const;

/** What FreeSWITCH gives a meaning in dial strings, action data or expansion, and what ends a line or a string. */
const metacharacters = Array.from(',|:;@/\\[]{}<>()$^&=!%?~\'"` \t\n\r\0\u007f');

/** Looks like digits or letters to many a regular expression, and is none. */
const lookalikes = Array.from('٠١٢३४５６７𝟎𝟏²³½Ⅷ①ＡＢäßıſé\u212aΑ＋＃＊');

/** Texts in which what is allowed is mixed with what must not be. */
const nearlyNumbers = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...digits), weight: 12 },
      { arbitrary: fc.constantFrom(...letters), weight: 3 },
      { arbitrary: fc.constant('+'), weight: 1 },
      { arbitrary: fc.constantFrom(...metacharacters, ...lookalikes), weight: 1 },
    ),
    { maxLength: 80 },
  )
  .map((characters) => characters.join(''));

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ maxLength: 100 }), nearlyNumbers);

/** The documented rule, character by character. */
function isAllowed(text: string, charset: Charset): boolean {
  const after = text.startsWith('+') ? text.slice(1) : text;
  return (
    after.length >= 1 && after.length <= 64 && Array.from(after).every((character) => allowed[charset].has(character))
  );
}

describe('a dial number', () => {
  it.each(charsets)('is exactly what charset %s documents, unchanged', (charset) => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseDialNumber(text, charset)).toBe(isAllowed(text, charset) ? text : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds nothing that a dial string gives a meaning, and nothing beyond ASCII', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...charsets), (text, charset) => {
        const proven = parseDialNumber(text, charset);
        if (proven === undefined) return;
        const number = dialledText(proven);
        expect(metacharacters.filter((character) => number.includes(character))).toEqual([]);
        expect(Array.from(number).every((character) => character > ' ' && character < '\u007f')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([...metacharacters, ...lookalikes])('is refused for %j anywhere in it', (character) => {
    for (const charset of charsets) {
      for (const text of [character, `${character}100`, `100${character}`, `1${character}00`, `+${character}`]) {
        expect(parseDialNumber(text, charset), text).toBeUndefined();
      }
    }
  });

  it.each(charsets)('has 1 to 64 characters after an optional + in charset %s', (charset) => {
    for (const plus of ['', '+']) {
      expect(parseDialNumber(plus, charset)).toBeUndefined();
      expect(parseDialNumber(`${plus}1`, charset)).toBe(`${plus}1`);
      expect(parseDialNumber(plus + '1'.repeat(64), charset)).toBe(plus + '1'.repeat(64));
      expect(parseDialNumber(plus + '1'.repeat(65), charset)).toBeUndefined();
    }
    expect(parseDialNumber('++1', charset)).toBeUndefined();
    expect(parseDialNumber('1+1', charset)).toBeUndefined();
  });
});

describe('the beginning of a number', () => {
  it.each(charsets)('is every beginning of what charset %s allows, and nothing else', (charset) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const canGoOn = isAllowed(text, charset) || isAllowed(`${text}1`, charset);
        expect(canBeginNumber(text, charset)).toBe(canGoOn);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the reason for a refusal', () => {
  it.each([
    ['', 'empty'],
    ['1'.repeat(65), 'too_long'],
    [`+${'1'.repeat(65)}`, 'too_long'],
    ['x'.repeat(65), 'too_long'],
    ['+', 'charset'],
    ['1'.repeat(63) + '@', 'charset'],
    [`+${'1'.repeat(63)}@`, 'charset'],
    ['100@example.com', 'charset'],
  ])('of %j is %s', (text, reason) => {
    expect(rejectionOf(text)).toBe(reason);
  });
});
