import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../../src/esl/frame-decoder.ts';
import { readXmlstatus, type RunningGateway } from '../../src/xml/read-xmlstatus.ts';
import { recording } from '../esl/recordings.ts';

/** The answers to `sofia xmlstatus gateway` in a recording. */
const recorded = (number: string): readonly string[] =>
  new FrameDecoder()
    .push(recording(number))
    .map(({ body }) => body.toString('utf8'))
    .filter((body) => body.includes('<gateways>'));

/** The fields that mod_sofia writes, in its order (contract 5.2). */
const USUAL = {
  name: 'gw1',
  profile: 'external',
  scheme: 'Digest',
  realm: '192.0.2.1',
  username: 'x',
  password: 'yes',
  from: '&lt;sip:x@192.0.2.1&gt;',
  contact: '&lt;sip:gw+gw1@192.0.2.9:5080;transport=udp;gw=gw1&gt;',
  exten: 'x',
  to: 'sip:x@192.0.2.1',
  proxy: 'sip:192.0.2.1',
  context: 'public',
  expires: '3600',
  freq: '3600',
  ping: '0',
  pingfreq: '0',
  pingmin: '1',
  pingcount: '0',
  pingmax: '1',
  pingtime: '0.00',
  pinging: '0',
  state: 'NOREG',
  status: 'UP',
  'uptime-usec': '492557',
  'calls-in': '0',
  'calls-out': '5',
  'failed-calls-in': '0',
  'failed-calls-out': '4',
};

type Fields = Partial<Record<keyof typeof USUAL, string>>;

const gatewayText = (fields: Fields): string =>
  [
    '<gateway>',
    ...Object.entries({ ...USUAL, ...fields }).map(([name, value]) => `  <${name}>${value}</${name}>`),
    '</gateway>',
  ]
    .map((line) => `  ${line}\n`)
    .join('');

const statusOf = (...gateways: readonly Fields[]): string =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<gateways>\n${gateways.map(gatewayText).join('')}</gateways>\n`;

const read = (...gateways: readonly Fields[]): readonly RunningGateway[] => [
  ...readXmlstatus(statusOf(...gateways))!.values(),
];

describe('the gateways of a switch', () => {
  it.each([
    ['06', { gw1: 5, gw2: 3 }],
    ['07', { gw1: 5, gw2: 0 }],
  ])('are read from recording %s', (number, calls) => {
    const [text] = recorded(number);
    const gateways = readXmlstatus(text!)!;
    expect([...gateways.keys()]).toEqual(['gw2', 'gw1']);
    expect(Object.fromEntries([...gateways].map(([name, { callsOut }]) => [name, callsOut]))).toEqual(calls);
    expect(gateways.get('gw1')).toEqual({
      name: 'gw1',
      profile: 'external',
      proxy: 'sip:127.0.0.2:5060',
      username: 'x',
      expireSeconds: '3600',
      pingSeconds: 5,
      state: 'NOREG',
      isUp: true,
      callsOut: 5,
    });
  });

  it('are up by their status alone', () => {
    const isUp = (status: string, state: string) => read({ status, state })[0]!.isUp;
    expect([isUp('UP', 'NOREG'), isUp('UP', 'FAIL_WAIT')]).toEqual([true, true]);
    expect([isUp('DOWN', 'REGED'), isUp('UP (ping)', 'NOREG'), isUp('', 'NOREG')]).toEqual([false, false, false]);
  });

  it('are the newest of each name: the older one is marked for deletion', () => {
    const [newest, ...others] = read({ proxy: 'sip:new' }, { name: 'gw2' }, { proxy: 'sip:old', status: 'DOWN' });
    expect([newest?.proxy, newest?.isUp, others.map(({ name }) => name)]).toEqual(['sip:new', true, ['gw2']]);
  });

  it('are none where there are none, and one where only one was asked for', () => {
    expect(readXmlstatus('<?xml version="1.0" encoding="ISO-8859-1"?>\n<gateways>\n</gateways>\n')).toEqual(new Map());
    const single = `<?xml version="1.0" encoding="ISO-8859-1"?>\n${gatewayText({ name: 'only' })}`;
    expect([...readXmlstatus(single)!.keys()]).toEqual(['only']);
  });

  it.each([
    'Invalid Gateway!',
    '-ERR no reply\n',
    '-ERR sofia Command not found!\n',
    '',
    '<profiles>\n</profiles>',
    'x <gateways>',
  ])('are not to be read from %j', (text) => {
    expect(readXmlstatus(text)).toBeUndefined();
  });

  it('are left out where they have no name, or are cut off', () => {
    expect(read({ name: '' }, { name: 'gw2' }).map(({ name }) => name)).toEqual(['gw2']);
    const whole = statusOf({ name: 'gw1' }, { name: 'gw2' });
    expect([...readXmlstatus(whole.slice(0, whole.lastIndexOf('<status>')))!.keys()]).toEqual(['gw1']);
  });
});

describe('values that FreeSWITCH does not escape', () => {
  it.each([
    'a & b',
    '<',
    '</proxy>',
    '</proxy><status>DOWN</status><proxy>',
    '<status>DOWN</status>',
    '</gateway>',
    '<gateway>',
    '<!-- ',
    '<![CDATA[',
    ' ',
    '',
    '"\'',
    '<name>other</name>',
  ])('are read as they are: %j', (value) => {
    expect(read({ proxy: value, username: value, realm: value, context: value, to: value })).toEqual([
      { ...read({})[0]!, proxy: value, username: value },
    ]);
  });

  it('never change other fields or other gateways, whatever they are', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'gateway',
      'status',
      'name',
      'proxy',
      'UP',
      'DOWN',
      '<gateway>',
      ' ',
      '&',
      '\r',
      '\u2028',
    );
    const value = fc
      .oneof(
        fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.string({ unit: 'binary' }),
      )
      .filter((text) => !text.includes('\n'));
    const fields = fc.record({ realm: value, username: value, to: value, proxy: value, context: value });
    const [usual] = read({});
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const gateways = read({ ...one, name: 'a' }, { ...other, name: 'b', status: 'DOWN' });
        expect(gateways).toEqual([
          { ...usual, name: 'a', proxy: one.proxy, username: one.username },
          { ...usual, name: 'b', proxy: other.proxy, username: other.username, isUp: false },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('are those of the first line with a field’s name, of lines that are a field', () => {
    const lines = [
      '<name>gw1</name>',
      '<proxy>x</realm>',
      '<proxy>sip:first</proxy>',
      '<proxy>sip:second</proxy>',
      'proxy',
    ];
    const text = ['<gateways>', '<gateway>', ...lines, '</gateway>', '</gateways>'].join('\n');
    expect(readXmlstatus(text)?.get('gw1')).toMatchObject({ proxy: 'sip:first', username: '', isUp: false });
  });

  it('are numbers only where they are written as such', () => {
    const [gateway] = read({ pingfreq: '<x>', 'calls-out': '' });
    expect([gateway?.pingSeconds, gateway?.callsOut]).toEqual([0, 0]);
  });
});
