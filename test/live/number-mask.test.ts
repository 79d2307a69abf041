import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberMask } from '../../src/live/number-mask.ts';

const four = numberMask(4);
const digitsOf = (text: string): string => (text.match(/\p{Nd}/gu) ?? []).join('');

describe('a masked number', () => {
  it.each([
    ['4930123456', '493012xxxx'],
    ['+49 30 12-34 (56)', '+49 30 12-xx (xx)'],
    ['1004', 'xxxx'],
    ['10', 'xx'],
    ['', ''],
    ['anonymous', 'anonymous'],
    ['bob.4711', 'bob.xxxx'],
    ['*21*4930123456#', '*xx*493012xxxx#'],
    ['sip:4930123456@192.0.2.1', 'sip:493012xxxx@19x.x.x.x'],
    ['1004|error/5551234', 'xxxx|error/555xxxx'],
    ['١٢٣٤٥٦', '١٢xxxx'],
    ['１２３４５', '１xxxx'],
  ])('%j becomes %j', (text, masked) => {
    expect(four.number(text)).toBe(masked);
  });

  it('shows no digit of its last ones, whatever stands between them', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789٣+-(). /*#@:;|a\n\u001b')),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 64 }), (number, count) => {
        const masked = numberMask(count).number(number);
        expect(masked).toHaveLength(number.length);
        // Every run of plain digits, and so each number in it, has lost as many as were to be hidden, or all.
        const digits = digitsOf(number);
        const left = digitsOf(masked);
        expect(left.length).toBeLessThanOrEqual(Math.max(0, digits.length - Math.min(count, digits.length)));
        const isKeptOrHidden = Array.from(number).every(
          (it, at) => masked[at] === it || (/\p{Nd}/u.test(it) && masked[at] === 'x'),
        );
        expect(isKeptOrHidden).toBe(true);
        const last = Array.from(number)
          .reverse()
          .filter((it) => /\p{Nd}/u.test(it))
          .slice(0, count).length;
        const hiddenAtEnd = Array.from(number)
          .flatMap((it, at) => (/\p{Nd}/u.test(it) ? [masked[at]] : []))
          .slice(-last);
        if (last > 0) expect(new Set(hiddenAtEnd)).toEqual(new Set(['x']));
      }),
    );
  });

  it('is the number itself where nothing is to be hidden', () => {
    const none = numberMask(0);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([none.number(text), none.madeFrom(text, text), none.header(text)]).toEqual([text, text, text]);
      }),
    );
  });
});

describe('what was made of a number', () => {
  it.each([
    ['a prefix', '0049301234567', '301234567', '004930123xxxx'],
    ['a short number with a prefix', '004910', '10', '00xxxx'],
    ['nothing, where all of its digits are the same', '1111111111', '1111111111', '111111xxxx'],
    ['a prefix for what it began with', '004911111', '011111', '00491xxxx'],
    ['digits behind it', '49301234560000', '4930123456', 'xxxxxxxxxxxxxx'],
    ['twice the same', '49301234564930123456', '4930123456', 'xxxxxxxxxxxxxxxxxxxx'],
    ['turned round', '345649301234', '493012343456', 'xxxxxxxxxxxx'],
    ['another number', '+4930999999', '1004', '+xxxxxxxxxx'],
    ['a name', 'bob', 'bob', 'bob'],
  ])('with %s', (_what, made, dialled, masked) => {
    expect(four.madeFrom(made, dialled)).toBe(masked);
  });

  it('never shows the digits that the dialled one hides', () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 20 });
    fc.assert(
      fc.property(
        digits,
        fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 8, maxLength: 20 }),
        digits,
        (before, dialled, after) => {
          const hidden = dialled.slice(-4);
          // The same digits may stand among those that are shown.
          fc.pre(!dialled.slice(0, -4).includes(hidden));
          for (const made of [before + dialled + after, dialled + before + dialled, before + dialled]) {
            expect(four.madeFrom(made, dialled)).not.toContain(hidden);
          }
        },
      ),
    );
  });
});

describe('a masked header', () => {
  it.each([
    ['7', '7'],
    ['4711', '4711'],
    ['gold', 'gold'],
    ['49301', '4xxxx'],
    ['"Jo" <sip:4930123456@example.org>;tag=77', '"Jo" <sip:493012xxxx@example.org>;tag=xx'],
    ['tel:1004', 'tel:xxxx'],
    ['1004@example.org', 'xxxx@example.org'],
    ['Jo 030 / 12 34 56', 'Jo 030 / 12 xx xx'],
  ])('%j becomes %j', (text, masked) => {
    expect(four.header(text)).toBe(masked);
  });
});
