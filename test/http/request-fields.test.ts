import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldReader, type RequestFields, type WantedFields } from '../../src/http/request-fields.ts';

const readFields = (form: string, of: WantedFields): RequestFields => new FieldReader(of).read(form);
const none: ReadonlySet<string> = new Set();
const wanted = { names: new Set(['Hunt-Context', 'Caller-Context', 'profile']), headers: new Set(['x-account']) };
const field = (form: string, name: string): string => readFields(form, wanted).get(name);

describe('the first five fields', () => {
  it('are taken as they are: nothing in them is percent-encoded', () => {
    expect(field('hostname=a%20b&section=s', 'hostname')).toBe('a%20b');
    expect(field('key_value=a+b%41=c&x=1', 'key_value')).toBe('a+b%41=c');
  });

  it.each(['hostname', 'section', 'tag_name', 'key_name', 'key_value'])(
    'count where they stand first: %s can be written again by a caller',
    (name) => {
      expect(field(`${name}=ours&Unique-ID=1&${name}=forged`, name)).toBe('ours');
      expect(field(`${name}=&Unique-ID=1&${name}=forged`, name)).toBe('');
    },
  );

  it('are UTF-8', () => {
    expect(field(`hostname=${Buffer.from('zürich').toString('latin1')}`, 'hostname')).toBe('zürich');
  });
});

describe('event fields', () => {
  it.each([
    ['a plus is a plus', '+49', '+49'],
    ['an encoded plus is one too', '%2B49', '+49'],
    ['a space is %20', 'a%20b', 'a b'],
    ['small hexadecimal digits', '%2b%c3%a9', '+é'],
    ['an escape that was there before looks like one of ours', '100%41', '100A'],
    ['an escape is decoded once', '%2541', '%41'],
    ['a percent sign alone stays', '100%', '100%'],
    ['a percent sign before other characters stays', '%zz%4%+1', '%zz%4%+1'],
    ['bytes of UTF-8', '%E4%B8%AD', '中'],
    ['bytes that are no UTF-8 become replacement characters', '%FF', '\ufffd'],
    ['an equals sign belongs to the value', 'a=b=c', 'a=b=c'],
    ['a line end', '%0D%0A', '\r\n'],
  ])('%s', (_what, written, read) => {
    expect(field(`hostname=vm&Hunt-Context=${written}&profile=x`, 'Hunt-Context')).toBe(read);
  });

  it('count where they stand first', () => {
    expect(field('profile=external&profile=internal', 'profile')).toBe('external');
  });

  it('are found by their exact name', () => {
    expect(field('Profile=external', 'profile')).toBe('');
    expect(field('xprofile=external&profilex=1', 'profile')).toBe('');
    expect(field('other=1', 'other')).toBe('');
  });

  it('are empty where they are absent, have no value or no equals sign', () => {
    expect(field('', 'profile')).toBe('');
    expect(field('profile=', 'profile')).toBe('');
    expect(field('profile', 'profile')).toBe('');
    expect(field('profile&profile=later', 'profile')).toBe('later');
    expect(field('&&=x&&profile=external&&', 'profile')).toBe('external');
  });
});

describe('headers of the call', () => {
  it('are those that are wanted, in any case, the first of each', () => {
    const { headers } = readFields(
      'variable_sip_h_X-ACCOUNT=ac%20me&variable_sip_h_X-Account=forged&variable_sip_h_X-Tier=gold&X-Account=no',
      wanted,
    );
    expect([...headers]).toEqual([['x-account', 'ac me']]);
  });

  it('are not looked at where no route needs one', () => {
    const { headers } = readFields('variable_sip_h_X-Account=acme', { names: none, headers: none });
    expect(headers.size).toBe(0);
  });
});

it('no form of any bytes makes it fail, and what it gives is what was sent', () => {
  const pair = fc.tuple(fc.constantFrom('hostname', 'profile', 'Hunt-Context', ''), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
      const form = pairs.map(([name, value]) => `${name}=${value.replace(/&/g, '')}`).join('&');
      const latin1 = Buffer.from(form).toString('latin1');
      for (const name of ['hostname', 'profile']) expect(typeof field(latin1, name)).toBe('string');
      const [, first = ''] = pairs.find(([name]) => name === 'hostname') ?? [];
      expect(field(latin1, 'hostname')).toBe(first.replace(/&/g, '').toWellFormed());
    }),
  );
});

it('any form gives what a reader finds that looks at each pair by itself', () => {
  const part = fc.constantFrom(
    ...[
      'hostname',
      'hostname=',
      'profile',
      'profile=',
      'profil=',
      'profilee=',
      'Hunt-Context=',
      'Caller-Context=',
      'p',
    ],
    ...['variable_sip_h_X-Account=', 'variable_sip_h_x-account', 'variable_sip_h_=', '=', '&', '%41', '%-', '+', 'a'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const form = parts.join('');
      const pairs = form.split('&').flatMap((pair) => {
        const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      });
      const valueOf = (wantedName: string): string => pairs.find(([name]) => name === wantedName)?.[1] ?? '';
      const decoded = (text: string): string => text.replaceAll('%41', 'A');
      expect(field(form, 'hostname')).toBe(valueOf('hostname'));
      for (const name of wanted.names) expect(field(form, name)).toBe(decoded(valueOf(name)));
      const account = pairs.find(([name]) => name.toLowerCase() === 'variable_sip_h_x-account');
      const spelled = account?.[0].startsWith('variable_sip_h_') === true ? account[1] : undefined;
      expect(readFields(form, wanted).headers.get('x-account')).toBe(
        spelled === undefined ? undefined : decoded(spelled),
      );
    }),
  );
});
