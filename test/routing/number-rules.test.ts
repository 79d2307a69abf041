import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDialNumber } from '../../src/routing/dial-number.ts';
import { applyNumberRules, fillCaptures, ruleNumber, sameNumberRules } from '../../src/routing/number-rules.ts';

describe('number rules', () => {
  it.each([
    ['4930123', { stripDigits: 0, addPrefix: '' }, '4930123'],
    ['4930123', { stripDigits: 2, addPrefix: '' }, '30123'],
    ['4930123', { stripDigits: 2, addPrefix: '0' }, '030123'],
    ['+4930123', { stripDigits: 1, addPrefix: '00' }, '004930123'],
    ['4930123', { stripDigits: 0, addPrefix: '+' }, '+4930123'],
    ['123', { stripDigits: 3, addPrefix: '9' }, '9'],
    ['123', { stripDigits: 64, addPrefix: '9' }, '9'],
    ['123', { stripDigits: 64, addPrefix: '' }, ''],
  ])('make of %s with %j %j', (number, rules, result) => {
    expect(applyNumberRules(number, rules)).toBe(result);
  });

  it('strip first and then add, without looking at what they add', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 64 }), fc.string(), (number, stripDigits, addPrefix) => {
        const result = applyNumberRules(number, { stripDigits, addPrefix });
        expect(result.startsWith(addPrefix)).toBe(true);
        expect(number.endsWith(result.slice(addPrefix.length))).toBe(true);
        expect(result).toHaveLength(addPrefix.length + Math.max(0, number.length - stripDigits));
      }),
    );
  });

  it('make a number to dial only of what the charset allows', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('+019*#a@ ,')) }),
        fc.nat({ max: 4 }),
        fc.constantFrom('', '+', '00', 'x', '0,'),
        fc.constantFrom('digits' as const, 'user' as const),
        (text, stripDigits, addPrefix, charset) => {
          const expected = parseDialNumber(addPrefix + text.slice(stripDigits), charset);
          expect(ruleNumber(text, { stripDigits, addPrefix }, charset)).toBe(expected);
        },
      ),
    );
    expect(ruleNumber('+1', { stripDigits: 0, addPrefix: '00' }, 'digits')).toBeUndefined();
    expect(ruleNumber('1', { stripDigits: 1, addPrefix: '' }, 'digits')).toBeUndefined();
    expect(ruleNumber('1', { stripDigits: 0, addPrefix: '9'.repeat(64) }, 'digits')).toBeUndefined();
    expect(ruleNumber('1', { stripDigits: 0, addPrefix: 'x' }, 'digits')).toBeUndefined();
    expect(ruleNumber('1', { stripDigits: 0, addPrefix: 'x' }, 'user')).toBe('x1');
  });

  it('are the same where both parts are', () => {
    const rules = { stripDigits: 1, addPrefix: '0' };
    expect(sameNumberRules(rules, { ...rules })).toBe(true);
    expect(sameNumberRules(rules, { ...rules, stripDigits: 2 })).toBe(false);
    expect(sameNumberRules(rules, { ...rules, addPrefix: '00' })).toBe(false);
  });
});

describe('captures in a dial_number', () => {
  it.each([
    ['1004', ['x'], '1004'],
    ['$1', ['30'], '30'],
    ['0$2$1', ['1', '2'], '021'],
    ['$9$1', ['1', '2', '3', '4', '5', '6', '7', '8', '9'], '91'],
    ['$1$1', ['12'], '1212'],
    ['$10', ['7'], '70'],
    ['1$2', ['7', ''], '1'],
    ['1$3', ['7'], '1'],
    ['$0$a$', ['7'], '$0$a$'],
  ])('fill %s from %j as %s', (template, captures, result) => {
    expect(fillCaptures(template, captures)).toBe(result);
  });

  it('are not filled again, nor read as replacement patterns', () => {
    expect(fillCaptures('$1-$2', ['$2', "$&$'$1"])).toBe("$2-$&$'$1");
  });
});
