import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compilePattern } from '../../src/inventory/compile-pattern.ts';
import { literalBeginning } from '../../src/inventory/literal-beginning.ts';

describe('the literal beginning of a pattern', () => {
  it.each([
    ['^49[0-9]+$', '49'],
    ['^\\+49', '+49'],
    ['^9980$', '9980'],
    ['^498?', '49'],
    ['^49{2}', '4'],
    ['^(49)', ''],
    ['^49|^50', ''],
    ['49', ''],
    ['(?i)^abc', ''],
    ['^\\d49', ''],
    ['^', ''],
  ])('of %s is "%s"', (pattern, beginning) => {
    expect(literalBeginning(pattern)).toBe(beginning);
  });

  it('is what every text begins with that the pattern matches', () => {
    const part = fc.constantFrom(
      '4',
      '9',
      '\\+',
      '?',
      '*',
      '+',
      '{2}',
      '(',
      ')',
      '[49]',
      '|',
      '$',
      '^',
      '.',
      '\\d',
      'a',
    );
    const pattern = fc.array(part, { maxLength: 6 }).map((parts) => `^${parts.join('')}`);
    const text = fc.string({ unit: fc.constantFrom('4', '9', '+', 'a'), maxLength: 6 });
    let matched = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 30, maxLength: 30 }), (source, texts) => {
        const beginning = literalBeginning(source);
        let compiled;
        try {
          compiled = compilePattern(source);
        } catch {
          return;
        }
        for (const it of texts.flatMap((text) => [text, beginning + text, beginning.slice(0, -1) + text])) {
          if (!compiled.matches(it)) continue;
          if (beginning !== '') matched += 1;
          expect(it.startsWith(beginning)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    expect(matched).toBeGreaterThan(20);
  });
});
