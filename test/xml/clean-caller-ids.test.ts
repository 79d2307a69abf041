import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { callerText } from '../../src/routing/call.ts';
import { cleanCallerIds, type CleanText } from '../../src/xml/clean-caller-ids.ts';
import { planDocument } from '../../src/xml/plan-document.ts';
import { provenText } from '../../src/xml/proven-text.ts';
import { planCall, TWO_GATEWAYS } from '../support/plan-call.ts';
import { readDocument } from '../support/read-document.ts';
import { readPlan } from '../support/read-plan.ts';

const clean = (
  number: string,
  name: string,
): { readonly number: string | undefined; readonly name: string | undefined } => {
  const ids = cleanCallerIds({ number: callerText(number), name: callerText(name) });
  const textOf = (text: CleanText | undefined): string | undefined => text && provenText(text);
  return { number: textOf(ids.number), name: textOf(ids.name) };
};
const cleanNumber = (number: string): string | undefined => clean(number, '').number;
const cleanName = (name: string): string | undefined => clean('', name).name;

/** Whatever a caller can say; and above all the characters that mean something on the way. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(...Array.from('%"\\<>$\r\n\0 ;:@/,|[]{}\'^a1+é\u0085\u2028\ufffd')),
    maxLength: 80,
  }),
);

describe('the number that a caller says it has', () => {
  it.each(['', '+4930123456', '2001', 'bob', 'Bob.O-Neill_7', '*31#', 'anonymous', 'a~b!c(d)e&f=g', '9'.repeat(128)])(
    '%j is left alone',
    (number) => {
      expect(cleanNumber(number)).toBeUndefined();
    },
  );

  it.each([
    ['100>;party=called', '100partycalled'],
    ['1\r\nX-Evil: 1', '1X-Evil1'],
    ['(0)30/12 34', '0301234'],
    ['+49+30@h', '+4930h'],
    ['(+49)30%', '+4930'],
    ['${x}', 'x'],
    ['|<>', 'anonymous'],
    ['+;', 'anonymous'],
    ['٣', 'anonymous'],
    ['9'.repeat(129), '9'.repeat(64)],
  ])('%j is told as %j', (number, told) => {
    expect(cleanNumber(number)).toBe(told);
  });

  it('is cleaned to what the inventory may say itself, and then left alone', () => {
    fc.assert(
      fc.property(anyText, (number) => {
        const told = cleanNumber(number);
        expect(told ?? '').toMatch(/^\+?[0-9*#A-Za-z._-]{0,64}$/);
        expect(told).not.toBe('');
        if (told !== undefined) expect(cleanNumber(told)).toBeUndefined();
        else expect(number).not.toMatch(/[^!-~]|[%"\\<>$;:@/,|[\]{}'^]/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the name that a caller says it has', () => {
  it.each(['', 'Zoë', "Zoe O'Neil, Ltd. (x) [y] {z} | a@b", '2001', '张伟 😀', 'x'.repeat(128)])(
    '%j is left alone',
    (name) => {
      expect(cleanName(name)).toBeUndefined();
    },
  );

  it.each([
    ['100% Zoë', '100 Zoë'],
    ['Eve%0D%0AX-Evil: 1', 'Eve 0D 0AX-Evil 1'],
    ['Eve\r\nX-Evil: 1', 'Eve X-Evil 1'],
    ['Eve" <sip:1@h>;x="', 'Eve sip 1 h x='],
    ['Eve\\', 'Eve'],
    ['${system(id)}', 'system(id)'],
    ['%\\"<>', '_undef_'],
    [`${'😀'.repeat(70)}%`, '😀'.repeat(64)],
  ])('%j is told as %j', (name, told) => {
    expect(cleanName(name)).toBe(told);
  });

  it('is cleaned to what the inventory may say itself, and then left alone', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const told = cleanName(name);
        expect(told ?? 'x').toMatch(/^[^,'"\\{}[\]|$<>^;:/@%\p{Cc}]{1,64}$/u);
        if (told !== undefined) expect(cleanName(told)).toBeUndefined();
        else expect(name).not.toMatch(/[%"\\<>$\p{Cc}]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a plan', () => {
  const settings = (sql: string, number: string, name: string): readonly string[] => {
    const caller = cleanCallerIds({ number: callerText(number), name: callerText(name) });
    const { actions } = readPlan(readDocument(planDocument(planCall(TWO_GATEWAYS + sql), 'd-1', caller)), 'default');
    return actions.flatMap(({ data }) => (data.startsWith('effective_') ? [data] : []));
  };

  it('says nothing of a caller whose words do no harm', () => {
    expect(settings('', '+4930', "Zoe O'Neil")).toEqual([]);
  });

  it('says who calls in the place of harmful words', () => {
    expect(settings('', '1;2', 'a"b')).toEqual(['effective_caller_id_number=12', 'effective_caller_id_name=a b']);
    expect(settings('', '1', 'a"b')).toEqual(['effective_caller_id_name=a b']);
  });

  it('says what the route says before all', () => {
    expect(settings("UPDATE routes SET caller_id_number = '7'", '1;2', 'a"b')).toEqual([
      'effective_caller_id_number=7',
      'effective_caller_id_name=a b',
    ]);
    expect(settings("UPDATE routes SET caller_id_name = 'T'", '1;2', 'a"b')).toEqual([
      'effective_caller_id_number=12',
      'effective_caller_id_name=T',
    ]);
  });
});
