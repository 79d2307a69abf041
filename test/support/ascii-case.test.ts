import { expect, it } from 'vitest';

import { asciiLower, equalIgnoringAsciiCase } from './ascii-case.ts';

it('folds A to Z only', () => {
  expect(equalIgnoringAsciiCase('Dialplan', 'dIALPLAN')).toBe(true);
  expect(equalIgnoringAsciiCase('k', '\u212a')).toBe(false);
  expect(asciiLower('ÄB')).toBe('Äb');
});
