import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compilePattern } from '../../src/inventory/compile-pattern.ts';
import { samplePattern } from '../../src/simulation/sample-pattern.ts';

const digits = (text: string): boolean => /^\+?[0-9*#]+$/.test(text);

describe('a text made up for a pattern', () => {
  it.each([
    '^49',
    '^00(4[13])([0-9]{3,})$',
    '^\\+?(\\d{11})$',
    '^(?:0|\\+49)30[1-9]\\d{6,8}$',
    '^(1|2[0-4]|3)$',
    '^[^0]\\d*$',
    '^.{5}$',
    '^\\*1[0-9]#$',
    '7$',
    '^(?P<area>89)?4\\d+?$',
  ])('is a number that %s matches', (source) => {
    const pattern = compilePattern(source);
    const text = samplePattern(pattern, digits);
    expect(text).toMatch(/^\+?[0-9*#]+$/);
    expect(pattern.matches(text!)).toBe(true);
  });

  it.each(['^[[:alpha:]]$', '^a+$', '^\\pN$', '(?s)^1'])('is not there where none can be derived: %s', (source) => {
    expect(samplePattern(compilePattern(source), digits)).toBeUndefined();
  });

  it('is found quickly, or not at all, where there are more ways than anybody could go', () => {
    const wide = '(?:[0-9]?[0-9]*[0-9]+){9}';
    for (const source of [`^${wide}${wide}$`, '^(?:(?:1{10}){10}){3}$', '^(?:[0-9*#]*)*x$']) {
      const pattern = compilePattern(source);
      const text = samplePattern(pattern, () => true);
      if (text !== undefined) expect(pattern.matches(text)).toBe(true);
    }
  });

  it('always matches, and nothing makes it throw or take for ever', () => {
    const parts = fc.constantFrom(
      '0',
      '4',
      '[0-9]',
      '[1-35]',
      '\\d',
      '.',
      '?',
      '*',
      '+',
      '{2,5}',
      '(',
      ')',
      '|',
      '^',
      '$',
      '[^4]',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), (pieces) => {
        let pattern;
        try {
          pattern = compilePattern(pieces.join(''));
        } catch {
          return;
        }
        const text = samplePattern(pattern, () => true);
        if (text !== undefined) expect(pattern.matches(text)).toBe(true);
      }),
    );
  });
});
