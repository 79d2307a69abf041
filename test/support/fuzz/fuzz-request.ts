import fc from 'fast-check';
import { recordedNames, recordedRequest } from '../recorded-request.ts';
import { hostilePiece, hostileText } from './hostile-text.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const hex = (byte: number, upper: boolean): string => {
  const digits = byte.toString(16).padStart(2, '0');
  return `%${upper ? digits.toUpperCase() : digits}`;
};

/** Ways in which a value can come: as FreeSWITCH writes it, with every byte escaped, or raw and torn. */
const written = (text: string, way: number): string => {
  const bytes = latin1(text);
  if (way < 6) {
    // An escape that is there already is copied (contract 1.3).
    return bytes.replace(/%[0-9A-F]{2}|[^ -~]|[ #%&+:;<=>?@[\\\]^`{|}"]/g, (it) =>
      it.length === 3 ? it : hex(it.charCodeAt(0), true),
    );
  }
  if (way === 6) return [...Buffer.from(bytes, 'latin1')].map((byte) => hex(byte, false)).join('');
  if (way === 7) return bytes;
  if (way === 8) return `${bytes}\xff\xc3%C3%2`;
  return bytes
    .replace(/./g, (it, at: number) => (at % 2 === 0 ? hex(it.charCodeAt(0), true) : it))
    .replace(/\n/g, '%250A');
};

const benignNumber = fc.oneof(
  fc.stringMatching(/^\+?[0-9]{1,12}$/),
  fc.constantFrom('1004', '+4930123456', '0049301', '*31#', 'bob', 'Bob.O-Neill_7', '10', '0'),
);
const number = fc.oneof(
  { weight: 5, arbitrary: benignNumber },
  { weight: 3, arbitrary: fc.tuple(benignNumber, hostilePiece).map(([a, b]) => a + b) },
  { weight: 1, arbitrary: fc.tuple(hostilePiece, benignNumber).map(([a, b]) => a + b) },
  { weight: 1, arbitrary: hostileText },
);
const orHostile = (weight: number, arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: hostileText });
const callerNumber = orHostile(2, fc.constantFrom('2001', '+4940', 'anonymous', ''));
const callerName = orHostile(2, fc.constantFrom('Zoe', "O'Neil, Ltd.", '张伟', '100% Zoë', ''));
const address = orHostile(4, fc.constantFrom('192.0.2.7', '10.1.2.3', '203.0.113.9', '198.51.100.1', ''));
const context = orHostile(8, fc.constantFrom('public', 'public', 'public', 'PUBLIC', 'default', 'Default', 'a b'));
const hostname = orHostile(6, fc.constantFrom('fs1', 'fs-2', 'vm'));
const way = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 9 }) });

const fieldName = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'Hunt-Context',
      'Caller-Destination-Number',
      'section',
      'hostname',
      'key_value',
      'tag_name',
      'purpose',
      'user',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'variable_sip_h_X-A',
      'variable_sip_h_x-account',
      'variable_sip_h_',
      'variable_x',
      'Event-Name',
    ),
  },
  { weight: 1, arbitrary: hostileText.map(latin1) },
);
const more = fc.array(
  fc.tuple(fieldName, orHostile(1, benignNumber), way).map(([name, value, how]) => `${name}=${written(value, how)}`),
  { maxLength: 3 },
);

const first = (host: string, section: string, tag: string, key: string, value: string): string =>
  latin1(`hostname=${host}&section=${section}&tag_name=${tag}&key_name=${key}&key_value=${value}`);

const dialplan = fc
  .record({
    hostname,
    context,
    number,
    callerNumber,
    callerName,
    address,
    way,
    more,
    early: fc.boolean(),
    prefix: fc.constantFrom('Hunt-', 'Hunt-', 'Caller-'),
    header: callerNumber,
  })
  .map((it) => {
    const fields = [
      ['Context', it.context],
      ['Destination-Number', it.number],
      ['Caller-ID-Number', it.callerNumber],
      ['Caller-ID-Name', it.callerName],
      ['Network-Addr', it.address],
    ].map(([name = '', value = '']) => `${it.prefix}${name}=${written(value, it.way)}`);
    const own = [...fields, `variable_sip_h_X-A=${written(it.header, it.way)}`];
    return [
      first(it.hostname, 'dialplan', '', '', ''),
      ...(it.early ? [...it.more, ...own] : [...own, ...it.more]),
    ].join('&');
  });

const configuration = fc
  .record({
    hostname,
    file: orHostile(6, fc.constantFrom('sofia.conf', 'distributor.conf', 'Sofia.Conf', 'acl.conf')),
    tag: orHostile(9, fc.constant('configuration')),
    profile: orHostile(3, fc.constantFrom('', 'internal', 'external')),
    way,
    more,
  })
  .map((it) =>
    [
      first(it.hostname, 'configuration', it.tag, 'name', it.file),
      `profile=${written(it.profile, it.way)}`,
      ...it.more,
    ].join('&'),
  );

const directory = fc
  .record({
    hostname,
    domain: orHostile(3, fc.constantFrom('pbx.example.org', '192.0.2.1', '[::1]', '')),
    all: fc.boolean(),
    profile: orHostile(5, fc.constantFrom('external', 'internal')),
    purpose: orHostile(9, fc.constant('gateways')),
    way,
    more,
  })
  .map((it) => {
    const beginning = it.all
      ? first(it.hostname, 'directory', '', '', '')
      : first(it.hostname, 'directory', 'domain', 'name', it.domain);
    return [
      beginning,
      `purpose=${written(it.purpose, it.way)}`,
      `profile=${written(it.profile, it.way)}`,
      ...it.more,
    ].join('&');
  });

const anything = fc
  .record({
    hostname,
    section: orHostile(1, fc.constantFrom('dialplan', 'languages', 'DIALPLAN', '../../etc/passwd')),
    tag: hostileText,
    value: hostileText,
    more,
  })
  .map((it) => [first(it.hostname, it.section, it.tag, 'name', it.value).slice(0, 511), ...it.more].join('&'));

const recorded = recordedNames.map((name) => {
  const request = recordedRequest(name).toString('latin1');
  return request.slice(request.indexOf('\r\n\r\n') + 4);
});
const edit = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat({ max: 20 }), hostilePiece, fc.boolean());
const mutated = fc.tuple(fc.constantFrom(...recorded), fc.array(edit, { maxLength: 5 })).map(([body, edits]) => {
  let out = body;
  for (const [place, length, put, inNumber] of edits) {
    const number = out.indexOf('Hunt-Destination-Number=');
    const at = inNumber && number !== -1 ? number + 24 + (length % 6) : Math.floor(place * out.length);
    out = out.slice(0, at) + latin1(put) + out.slice(at + length);
  }
  return out;
});

/** Forms as mod_xml_curl sends them and as nobody should; one character for each byte. */
export const fuzzRequest: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: dialplan },
  { weight: 2, arbitrary: configuration },
  { weight: 2, arbitrary: directory },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: mutated },
);
