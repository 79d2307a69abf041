import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseDialString } from './parse-dial-string.ts';

const leg = '[leg_timeout=20]sofia/gateway/gw1/';

describe('what it accepts', () => {
  it('takes a whole leg apart', () => {
    expect(
      parseDialString(
        '[leg_progress_timeout=3,leg_timeout=20,outbound_redirect_fatal=true,' +
          'trunkhunt_decision=0a-1,trunkhunt_attempt=2]sofia/gateway/gw_1.a-b/+491',
      ),
    ).toEqual({
      legProgressTimeout: 3,
      legTimeout: 20,
      outboundRedirectFatal: true,
      decision: '0a-1',
      attempt: 2,
      gateway: 'gw_1.a-b',
      number: '+491',
    });
  });

  it('leaves out what is not there', () => {
    expect(parseDialString('[trunkhunt_attempt=0]sofia/gateway/${trunkhunt_gateway}/a.b')).toEqual({
      outboundRedirectFatal: false,
      attempt: 0,
      gateway: '${trunkhunt_gateway}',
      number: 'a.b',
    });
  });

  it('restricts the number to digits on request', () => {
    expect(parseDialString(`${leg}+1004*#`, 'digits').number).toBe('+1004*#');
    expect(() => parseDialString(`${leg}1004a`, 'digits')).toThrow('the end');
    expect(() => parseDialString(`${leg}bob`, 'digits')).toThrow('a number of digits');
  });
});

describe('what it refuses, with the position', () => {
  it.each([
    ['sofia/gateway/gw1/1', 0],
    ['[]sofia/gateway/gw1/1', 1],
    ['{leg_timeout=2}sofia/gateway/gw1/1', 0],
    ['[leg_timeout=2,]sofia/gateway/gw1/1', 15],
    ['[leg_timeout=02]sofia/gateway/gw1/1', 13],
    ['[leg_timeout=2,leg_timeout=2]sofia/gateway/gw1/1', 15],
    ['[origination_uuid=2]sofia/gateway/gw1/1', 1],
    ['[outbound_redirect_fatal=false]sofia/gateway/gw1/1', 25],
    [`[trunkhunt_decision=${'a'.repeat(41)}]sofia/gateway/gw1/1`, 60],
    ['[leg_timeout=2] sofia/gateway/gw1/1', 15],
    ['[leg_timeout=2]sofia/external/1', 15],
    ['[leg_timeout=20]sofia/gateway/-err/1', 30],
    ['[leg_timeout=20]sofia/gateway/${gw}/1', 30],
    ['[leg_timeout=20]sofia/gateway//1', 30],
    [leg, 34],
    [`${leg}+`, 34],
    [`${leg}++1`, 34],
    [`${leg}1004|sofia/gateway/gw3/900666`, 38],
    [`${leg}1004,x`, 38],
    [`${leg}1004:_:x`, 38],
    [`${leg}1004@host`, 38],
    [`${leg}1004;a=b`, 38],
    [`${leg}1004\${x}`, 38],
    [`${leg}1004\n`, 38],
    [`${leg}${'1'.repeat(65)}`, 98],
  ])('%j at %d', (data, position) => {
    expect(() => parseDialString(data)).toThrow(`position ${position}:`);
  });

  it('anything after a number but more of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), (tail) => {
        fc.pre(!/^[0-9*#A-Za-z._-]+$/.test(tail));
        expect(() => parseDialString(`${leg}1004${tail}`)).toThrow('the end');
      }),
    );
  });
});
