import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FreeswitchLab } from '../support/freeswitch/freeswitch-lab.ts';
import type { LabGroup } from '../support/freeswitch/lab-group.ts';

/** What callers say of themselves, and what the carrier may read of it. FreeSWITCH decodes `%XX` twice on the way. */
const CALLERS: readonly (readonly [what: string, from: string, name: string, number: string])[] = [
  ['nothing odd', '"Zoe O\'Neil, Ltd." <sip:+4930123@127.0.0.1>', '"Zoe O\'Neil, Ltd."', '+4930123'],
  ['no name', '<sip:5551234@127.0.0.1>', '"5551234"', '5551234'],
  ['a header of its own', '"Eve%250D%250AX-Evil%253A 1" <sip:100@127.0.0.1>', '"Eve X-Evil 1"', '100'],
  ['another identity', '"Eve%2522 <sip%253A911%2540evil>" <sip:100@127.0.0.1>', '"Eve sip 911 evil"', '100'],
  ['a backslash before the quote', '"Eve%5C" <sip:100@127.0.0.1>', '"Eve"', '100'],
  ['nothing but syntax', '"%5C%25%3C" <sip:100@127.0.0.1>', '', '100'],
  ['parameters in the number', '"Eve" <sip:100%3E%3Bparty=called@127.0.0.1>', '"Eve"', '100'],
  ['a line in the number', '"Eve" <sip:10%250D%250AX-Evil%253A0@127.0.0.1>', '"Eve"', '10X-Evil0'],
  ['a variable as the number', '"Eve" <sip:$%7Bx(id)%7D@127.0.0.1>', '"Eve"', 'xid'],
  ['a number of syntax', '"Eve" <sip:%7C%3C%3E@127.0.0.1>', '"Eve"', 'anonymous'],
];

let lab: FreeswitchLab;
let group: LabGroup;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
  group = await lab.group({ a: {} });
});
afterAll(() => lab.stop());

describe('a caller who says of itself', () => {
  it.each(CALLERS)('%s is told of as no more than that', async (_what, from, name, number) => {
    const call = lab.caller.call(`${group.prefix}1004`, [], from);
    expect((await call.final).status).toBe(200);
    await call.hangUp();
    const [invite, ...others] = group.server('a').invites.splice(0);
    expect(others).toEqual([]);
    const of = (header: string): readonly string[] =>
      invite!.headers.flatMap(([its, value]) => (its.toLowerCase() === header ? [value] : []));
    const uri = `${name}${name === '' ? '' : ' '}<sip:${number}@127.0.0.1>`;
    expect(of('from').map((it) => it.replace(/;tag=.*/, ''))).toEqual([uri]);
    expect(of('remote-party-id').map((it) => it.replace(/;party=.*/, ''))).toEqual([uri]);
    expect(of('x-evil')).toEqual([]);
  });
});
