import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wrapText } from '../../src/cli/wrap-text.ts';

it('breaks between words, and indents what follows', () => {
  expect(wrapText('  one two three four', 12, 4)).toBe('  one two\n    three\n    four');
  expect(wrapText('  one two three four', Infinity, 4)).toBe('  one two three four');
});

it('keeps blanks within a line, and none of them at its ends', () => {
  expect(wrapText('  a:1  two  three', 12, 4)).toBe('  a:1  two\n    three');
});

it('leaves a word whole that is wider than the terminal', () => {
  expect(wrapText('at /etc/freeswitch/dialplan/default.xml:12 it', 20, 2)).toBe(
    'at\n  /etc/freeswitch/dialplan/default.xml:12\n  it',
  );
});

it('does not count colours', () => {
  expect(wrapText('\u001b[32m+\u001b[0m a b c', 7, 2)).toBe('\u001b[32m+\u001b[0m a b c');
});

it('loses no word, and is no wider than the terminal or its widest word', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 60 }), (given, width) => {
      const lines = wrapText(given.join(' '), width, 4).split('\n');
      expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(given);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
