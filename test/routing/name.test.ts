import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/routing/name.ts';

const safe = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-');

const nearlyNames = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...safe), weight: 20 },
      { arbitrary: fc.constantFrom(...Array.from(' ,/|:;@$%&?*\'"`\\\n\r\0[]{}()<>=^!#+~ä\u212a٣')), weight: 1 },
    ),
    { maxLength: 140 },
  )
  .map((characters) => characters.join(''));

describe('a name', () => {
  it('is exactly what the rule says, unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyNames), (text) => {
        const fits =
          text.length >= 1 && text.length <= 128 && Array.from(text).every((character) => safe.has(character));
        const reserved = ['all', '_all_'].includes(text.toLowerCase());
        expect(parseName(text)).toBe(fits && !text.startsWith('-') && !reserved ? text : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['gw1', '172.16.4.113', 'Carrier_A-2', '_', '.', 'a-', 'alle', '_all', '0', 'x'.repeat(128)])(
    'may be %s',
    (text) => {
      expect(parseName(text)).toBe(text);
    },
  );

  it.each([
    ['empty', ''],
    ['mod_distributor for "no node"', '-err'],
    ['every gateway', 'all'],
    ['every gateway, in any case', 'ALL'],
    ['every gateway, otherwise', '_All_'],
    ['two words', 'gw 1'],
    ['two lines', 'gw1\n'],
    ['two legs', 'gw1,gw2'],
    ['a path', 'gw1/1000'],
    ['too long', 'x'.repeat(129)],
  ])('may not be %s', (_, text) => {
    expect(parseName(text)).toBeUndefined();
  });
});
