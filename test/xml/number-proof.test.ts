import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Charset, dialledText, parseDialNumber } from '../../src/routing/dial-number.ts';
import { applyNumberRules } from '../../src/routing/number-rules.ts';
import { proveNumber, wholeNumber } from '../../src/xml/number-proof.ts';
import { asJavascript } from '../support/pcre-expression.ts';

const rules = fc.record({
  stripDigits: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 60, max: 64 })),
  addPrefix: fc.oneof(
    fc.constantFrom('', '+', '0', '+49', '00', 'a', '+a.b'),
    fc.integer({ min: 58, max: 64 }).map((length) => '7'.repeat(length)),
  ),
});
const number = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', '9', '*', '#', 'a', '+', '\n', ';'), maxLength: 7 }),
  fc.integer({ min: 0, max: 66 }).map((length) => '1'.repeat(length)),
  fc.integer({ min: 0, max: 66 }).map((length) => `+${'1'.repeat(length)}`),
);

const provenNumber = (text: string, charset: Charset): string | undefined => {
  const proven = parseDialNumber(text, charset);
  return proven && dialledText(proven);
};

describe('the proof of a number by one expression', () => {
  it('lets through and dials exactly what the rules do, one after the other', () => {
    let dialled = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('digits' as const, 'user' as const),
        fc.array(rules, { maxLength: 2 }),
        fc.array(number, { minLength: 1, maxLength: 12 }),
        (charset, steps, numbers) => {
          const proof = proveNumber(charset, steps);
          for (const called of numbers) {
            const match = proof && asJavascript(proof.expression).exec(called);
            const got = match && proof.dialled.replace(/\$(\d)/g, (_, at: string) => match[Number(at)] ?? '');
            let wanted = provenNumber(called, charset);
            for (const step of steps) {
              if (wanted !== undefined) wanted = provenNumber(applyNumberRules(wanted, step), charset);
            }
            expect(got ?? undefined).toBe(wanted);
            if (wanted !== undefined) dialled += 1;
          }
        },
      ),
      { numRuns: 1_500 },
    );
    expect(dialled).toBeGreaterThan(1_000);
  });

  it('needs to know of numbers with a + only where there can be any', () => {
    const strip = [{ stripDigits: 1, addPrefix: '00' }];
    expect(proveNumber('digits', strip, '+49')).toEqual({ expression: '^\\+([0-9*#]{1,62})\\z', dialled: '00$1' });
    expect(proveNumber('digits', [{ stripDigits: 2, addPrefix: '' }], '49')).toEqual({
      expression: '^[0-9*#]{2}([0-9*#]{1,62})\\z',
      dialled: '$1',
    });
  });

  it('reads well where there are no rules', () => {
    expect(proveNumber('digits', [])).toEqual({ expression: wholeNumber('digits'), dialled: '$1' });
    expect(proveNumber('digits', [{ stripDigits: 0, addPrefix: '00' }])).toEqual({
      expression: '^([0-9*#]{1,62})\\z',
      dialled: '00$1',
    });
  });

  it('is none where nothing is left to dial', () => {
    expect(proveNumber('digits', [{ stripDigits: 0, addPrefix: 'x' }])).toBeUndefined();
    expect(proveNumber('digits', [{ stripDigits: 64, addPrefix: '' }], '49')).toBeUndefined();
  });
});
