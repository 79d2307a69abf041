import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compilePattern, PatternError } from '../../src/inventory/compile-pattern.ts';
import { MATCH_LENGTH_LIMIT } from '../../src/routing/route.ts';

function errorOf(source: string): PatternError {
  try {
    compilePattern(source);
  } catch (error) {
    if (error instanceof PatternError) return error;
    throw error;
  }
  throw new Error(`${source} is a pattern`);
}

describe('the position of what is wrong with a pattern', () => {
  it.each([
    ['(', 1, 'missing closing )'],
    ['a(b', 2, 'missing closing )'],
    ['(a)(b|c', 4, 'missing closing )'],
    ['((a)', 1, 'missing closing )'],
    ['a)', 2, 'unexpected )'],
    ['(a))b', 4, 'unexpected )'],
    ['é)', 2, 'unexpected )'],
    ['😀)', 2, 'unexpected )'],
    ['ab[c', 3, 'missing closing ]'],
    ['[a]b[c', 5, 'missing closing ]'],
    ['9[z-a]', 3, 'invalid character class range'],
    ['[[:foo:]]', 2, 'invalid character class range'],
    ['x\\p{Foo}', 2, 'invalid character class range'],
    ['*a', 1, 'missing argument to repetition operator'],
    ['a|*', 3, 'missing argument to repetition operator'],
    ['ab**', 3, 'invalid nested repetition operator'],
    ['a{2,1}', 2, 'invalid repeat count'],
    ['a{1001}', 2, 'invalid repeat count'],
    ['(a{100}){100}', 9, 'invalid repeat count'],
    ['ab(?=x)', 3, 'invalid or unsupported Perl syntax'],
    ['ab(?!x)c', 3, 'invalid or unsupported Perl syntax'],
    ['(.)\\1', 4, 'invalid escape sequence'],
    ['a\\y', 2, 'invalid escape sequence'],
    ['😀\\y', 2, 'invalid escape sequence'],
    ['9980\\', 5, 'trailing backslash'],
  ])('%s is %d', (source, position, message) => {
    const error = errorOf(source);
    expect(error.message).toContain(message);
    expect(error.position).toBe(position);
  });

  it.each(['(?<=a)b', '(?<!a)b', '(?>a)', 'a++', '(a)(?P=n)'])(
    'is in %s, which only backtracking engines know',
    (source) => {
      expect(errorOf(source).position).toBeGreaterThan(0);
    },
  );

  it('is inside of any text that is no pattern', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('()[]{}*+?|\\^$.a1-,:<>=!Pp')),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (source) => {
        try {
          compilePattern(source);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
          const { position } = error as PatternError;
          expect(position).toBeGreaterThanOrEqual(1);
          expect(position).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pattern that is too large', () => {
  it.each(['[ab]{999}[ab]{999}[ab]{9}', '(?:[ab]{10}){99}[ab]{999}[ab]{99}', 'x{0,1000}y{0,1000}'])(
    'is refused as a whole: %s',
    (source) => {
      const error = errorOf(source);
      expect(error.position).toBe(0);
      expect(error.message).toMatch(/^it compiles to \d{4} steps, more than 2000$/);
    },
  );

  it.each(['[ab]{999}[ab]{990}', '(\\pL{100}){9}'])('is not %s', (source) => {
    expect(compilePattern(source).matches('ab'.repeat(128))).toBe(false);
  });
});

describe('matching', () => {
  // On such texts an engine that backtracks takes longer than the universe is old: that this returns is the test.
  it.each(['(a+)+$', '^(a|a)*$', '(a|aa)+$', '(.*)*x', '([a-z]+)*[0-9]', '^(?:a?){200}a{200}$', '(a*)*b'])(
    'of %s ends, whatever a caller dials',
    (source) => {
      const text = `${'a'.repeat(MATCH_LENGTH_LIMIT - 1)}!`;
      expect(compilePattern(source).matches(text)).toBe(false);
      expect(compilePattern(source).captures(text)).toBeUndefined();
    },
  );

  it.each([
    ['9980$', '49980', true],
    ['9980$', '99801', false],
    ['^00', '0049', true],
    ['^00', '1004', false],
    ['^.$', '\n', false],
    ['^\\d+$', '١٢', false],
    ['(?i)bob', 'BOB', true],
    ['bob', 'BOB', false],
    ['', 'anything', true],
  ])('is unanchored and of RE2: %s on %j is %s', (source, text, result) => {
    expect(compilePattern(source).matches(text)).toBe(result);
    expect(compilePattern(source).captures(text) !== undefined).toBe(result);
  });
});

describe('captures', () => {
  it.each([
    ['^(\\d)(\\d+)$', '1234', ['1', '234']],
    ['(\\d)', 'a1b2', ['1']],
    ['^(?:(a)|(b))$', 'b', ['', 'b']],
    ['^((a)(b))$', 'ab', ['ab', 'a', 'b']],
    ['(?:x)y', 'xy', []],
    ['(?P<rest>.*)$', '12', ['12']],
    ['(a*)', 'baa', ['']],
    ['(a|ab)(c|bcd)', 'abcd', ['a', 'bcd']],
  ])('of %s in %s are %j', (source, text, captures) => {
    const pattern = compilePattern(source);
    expect(pattern.captures(text)).toEqual(captures);
    expect(pattern.groupCount).toBe(captures.length);
    expect(pattern.source).toBe(source);
  });
});

/**
 * What RE2 and JavaScript agree on. Only what cannot match nothing is repeated, and nothing with a group in it is:
 * there the two differ by design.
 */
const { pattern: similarPattern } = fc.letrec<{ atom: string; piece: string; sequence: string; pattern: string }>(
  (tie) => ({
    atom: fc.constantFrom('a', 'b', '1', '.', '[ab]', '[^a]', '\\d', '\\+', '(?:ab|b)', '(?:a|b1)', '[0-9*#]'),
    piece: fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '*?', '+?', '??', '{0,2}?'))
          .map(([atom, times]) => atom + times),
      },
      { weight: 1, arbitrary: tie('sequence').map((inner) => `(${inner})`) },
      { weight: 1, arbitrary: fc.constantFrom('^', '$', '\\b') },
    ),
    sequence: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
    pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((sequences) => sequences.join('|')),
  }),
);

describe('a pattern of what RE2 and JavaScript have in common', () => {
  it('matches and captures as in JavaScript', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '+', '*', '-'), maxLength: 10 });
    fc.assert(
      fc.property(similarPattern, fc.array(text, { minLength: 5, maxLength: 10 }), (source, texts) => {
        const pattern = compilePattern(source);
        const reference = new RegExp(source);
        for (const each of texts) {
          const expected = reference.exec(each);
          expect(pattern.matches(each)).toBe(expected !== null);
          const captures = expected?.slice(1).map((capture: string | undefined) => capture ?? '');
          expect(pattern.captures(each)).toEqual(captures);
        }
      }),
      { numRuns: 500 },
    );
  });
});
