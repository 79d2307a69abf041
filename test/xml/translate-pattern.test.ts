import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compilePattern } from '../../src/inventory/compile-pattern.ts';
import { translatePattern } from '../../src/xml/translate-pattern.ts';
import { asJavascript } from '../support/pcre-expression.ts';

const atom = fc.constantFrom(
  ...'ab19+#_/-\'"$ {}:,'.split('').map((it) => (/[+${}]/.test(it) ? `\\${it}` : it)),
  ...['.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\.', '\\\\', '\\*', '\\x41', '\\x{2b}', '\\t', '\\Qa.b\\E'],
  ...[
    '[a-c1]',
    '[^a1]',
    '[]a]',
    '[^]b]',
    '[a\\-1]',
    '[\\d+]',
    '[\\s.]',
    '[-a]',
    '[a-]',
    '[.-9]',
    '[$\\\\\\]]',
    '[\\w-]',
  ],
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?', '??');
const anchor = fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z', '');
const { pattern } = fc.letrec<{ pattern: string; branch: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(atom, quantifier).map(([it, times]) => it + times) },
    { weight: 1, arbitrary: anchor },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('(', '(?:', '(?P<n>', '(?m:', '(?s:'), tie('pattern'), quantifier)
        .map(([open, inner, times]) => `${open}${inner})${times}`),
    },
  ),
  branch: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|')),
}));
const text = fc.string({ unit: fc.constantFrom(...Array.from("abAB19+-._$ \\{}'/#]")), maxLength: 8 });

/** Of these, what both engines make of texts. */
function compare(source: string, texts: readonly string[]): 'refused' | 'compared' {
  let compiled;
  try {
    compiled = compilePattern(source);
  } catch {
    return 'refused';
  }
  const translated = translatePattern(source);
  if ('reason' in translated) return 'refused';
  const { expression, hasRepeatedCapture } = translated;
  expect(expression).not.toMatch(/\$|\\[\\ns't]|^[_/]|[^\x20-\x7e]/);
  const engine = asJavascript(expression);
  for (const it of texts) {
    const match = engine.exec(it);
    expect(`${expression} ${it} ${match !== null}`).toBe(`${expression} ${it} ${compiled.matches(it)}`);
    // JavaScript alone lets an optional group take something where it could take nothing.
    if (match === null || hasRepeatedCapture || expression.includes(')?')) continue;
    expect([expression, it, ...match.slice(1).map((capture: string | undefined) => capture ?? '')]).toEqual([
      expression,
      it,
      ...(compiled.captures(it) ?? []),
    ]);
  }
  return 'compared';
}

describe('a pattern for the engine of FreeSWITCH', () => {
  it('matches and captures what it does with RE2', () => {
    let compared = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
        if (compare(source, texts) === 'compared') compared += 1;
      }),
      { numRuns: 1_500 },
    );
    expect(compared).toBeGreaterThan(700);
  });

  it.each([
    ['^49$', '^49\\z'],
    ['^\\+49(\\d+)$', '^\\+49(\\d+)\\z'],
    ['a$|b', 'a\\z|b'],
    ['_x/', '\\x5fx\\x2f'],
    ["\\$'{", '\\x24\\x27\\x7b'],
    ['(?i)gmbh', '(?i)gmbh'],
    ['(?ims)a', '(?i)a'],
    ['[[:digit:]_]', '[[:digit:]\\x5f]'],
    ['\\s', '[\\x09\\x0a\\x0c\\x0d\\x20]'],
  ])('%s becomes %s', (source, expression) => {
    expect(translatePattern(source)).toMatchObject({ expression });
  });

  it.each(['é', '\\pL', '(?U)a+', '(?-i)a', '[\\S]', '\\C', '^*', '\\101', '\\x{263a}'])(
    '%s is refused with a reason',
    (source) => {
      expect(translatePattern(source)).toHaveProperty('reason');
    },
  );

  it.each([
    ['(a)+', true],
    ['((a)b)*', true],
    ['(?:(a)|b){2}', true],
    ['(?:|a){1,2}((a|)|)', true],
    ['(?:a*)+(a*)', true],
    ['(?:a?|b)?(a)', true],
    ['(?:^|a)?(a)', true],
    ['(?:a+|b{1,2})*(a)', false],
    ['(?:(?:a)?b)?(a)', false],
    ['(a)?', false],
    ['(a+)b', false],
    ['(?:a|b)+(c)', false],
  ])('%s repeats a capture: %s', (source, hasRepeatedCapture) => {
    expect(translatePattern(source)).toMatchObject({ hasRepeatedCapture });
  });
});
