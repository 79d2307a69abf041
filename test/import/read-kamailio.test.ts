import { describe, expect, it } from 'vitest';
import { isDispatcherLine, readDispatcherList } from '../../src/import/dispatcher-entry.ts';
import type { ImportOptions } from '../../src/import/import-options.ts';
import { readKamailio } from '../../src/import/read-kamailio.ts';
import { readSources } from '../../src/import/read-sources.ts';
import { findingsOf, NO_OPTIONS, rowsOf, sourceFile } from '../support/source-file.ts';

const entries = (text: string) => readDispatcherList({ file: 'd', text });
const read = (text: string, options: Partial<ImportOptions> = {}) =>
  readKamailio(entries(text), { ...NO_OPTIONS, ...options });
const said = (list: readonly { from: { line: number }; what: string; why: string }[]) =>
  list.map(({ from, what, why }) => `${from.line} ${what}: ${why}`);

describe('a line of dispatcher.list', () => {
  it.each([
    ['1 sip:10.0.0.1', [1, 'sip:10.0.0.1', 0, 0, []]],
    [
      '  2\tsip:a.example:5080;transport=tcp 0x9 7 duid=x;weight=50; # note',
      [2, 'sip:a.example:5080;transport=tcp', 9, 7, ['duid=x', 'weight=50']],
    ],
    ['3 sip:a 8 # 5 weight=1', [3, 'sip:a', 8, 0, []]],
    ['3 sip:a#8 5', [3, 'sip:a', 0, 0, []]],
    ['4 sip:a weight=1;#x', [4, 'sip:a', 0, 0, ['weight=1', '#x=']]],
    ['4 sip:a 8 weight=1', [4, 'sip:a', 8, 0, ['weight=1']]],
    ['5 sip:a 0 -1', [5, 'sip:a', 0, 0, ['-1=']]],
  ])('%s', (line, [set, uri, flags, priority, attributes]) => {
    const [entry] = entries(line);
    const found = [...(entry?.attributes ?? [])].map(([name, value]) => `${name}=${value}`);
    expect(found).toEqual(attributes);
    expect([entry?.set, entry?.uri, entry?.flags, entry?.priority]).toEqual([set, uri, flags, priority]);
  });

  it('that Kamailio refuses is told of, and all of them are', () => {
    expect(findingsOf(() => entries('# ok\n\n1 sip:a\n1\nsip:b 1\n1 # x\n'))).toEqual([
      'import-invalid d:4: there is no destination after the set id',
      'import-invalid d:5: it does not begin with a set id, which is a whole number',
      'import-invalid d:6: there is no destination after the set id',
    ]);
    expect(findingsOf(() => entries('x\n'.repeat(50))).at(-1)).toContain('30 more lines');
  });

  it('is told from other lines', () => {
    expect(['1 sip:a', ' 12\tSIPS:a:5061 0'].map(isDispatcherLine)).toEqual([true, true]);
    expect(['# 1 sip:a', 'sip:a', '1,sip:a', '1 10.0.0.1'].map(isDispatcherLine)).toEqual([false, false, false, false]);
  });
});

describe("Kamailio's dispatcher", () => {
  it('skips what is no SIP URI, and so does an import', () => {
    const reading = read('1 sip:a.example\n1 b.example\n1 SIPS:c.example\n');
    expect(rowsOf(reading, 'gateways')).toMatchObject([{ proxy: 'a.example' }, { proxy: 'c.example' }]);
    expect(said(reading.leftOut)).toEqual([
      '2 destination b.example: it does not begin with sip: or sips:, and Kamailio skips it',
    ]);
  });

  it('a set becomes a group, a destination a gateway, with names that stay', () => {
    const reading = read(
      '1 sip:10.0.0.1:5060 8 0 duid=gw-a;maxload=30\n1 sip:b.example:5080;transport=tcp\n2 sip:[2001:DB8::1]\n2 sip:10.0.0.1 32 0\n',
      { profile: 'carriers', pingSeconds: 60 },
    );
    expect(rowsOf(reading, 'gateways')).toEqual([
      {
        name: 'gw-a',
        proxy: '10.0.0.1:5060',
        register_transport: 'udp',
        profile: 'carriers',
        ping_seconds: 60,
        max_calls: 30,
      },
      { name: 'b.example-5080-tcp', proxy: 'b.example:5080', register_transport: 'tcp', profile: 'carriers' },
      { name: '2001-db8-1', proxy: '[2001:DB8::1]', register_transport: 'udp', profile: 'carriers' },
    ]);
    expect(rowsOf(reading, 'gateway_groups')).toEqual([
      { name: 'dispatcher-1', strategy: 'weighted' },
      { name: 'dispatcher-2', strategy: 'weighted' },
    ]);
    expect(rowsOf(reading, 'gateway_group_members')).toEqual([
      { group_name: 'dispatcher-1', gateway: 'b.example-5080-tcp', tier: 1, weight: 1 },
      { group_name: 'dispatcher-1', gateway: 'gw-a', tier: 1, weight: 1 },
      { group_name: 'dispatcher-2', gateway: 'gw-a', tier: 1, weight: 1 },
      { group_name: 'dispatcher-2', gateway: '2001-db8-1', tier: 1, weight: 1 },
    ]);
  });

  it('the highest priority is tried first, as algorithm 8 does', () => {
    const members = rowsOf(read('1 sip:a 0 1\n1 sip:b 0 10\n1 sip:c 0 10\n'), 'gateway_group_members');
    expect(members).toEqual([
      { group_name: 'dispatcher-1', gateway: 'c', tier: 1, weight: 3 },
      { group_name: 'dispatcher-1', gateway: 'b', tier: 1, weight: 2 },
      { group_name: 'dispatcher-1', gateway: 'a', tier: 2, weight: 1 },
    ]);
    const equal = rowsOf(
      read('1 sip:a 0 1\n1 sip:b 0 10\n', { algorithms: new Map([['1', 4]]) }),
      'gateway_group_members',
    );
    expect(equal).toContainEqual({ group_name: 'dispatcher-1', gateway: 'a', tier: 1, weight: 1 });
  });

  it('what is off gets no calls: everywhere, or in its set', () => {
    const reading = read('1 sip:a 4\n1 sip:b 1\n1 sip:c 5\n2 sip:c 4\n1 sip:d 1\n2 sip:d 0\n');
    expect(rowsOf(reading, 'gateways')).toEqual([
      expect.objectContaining({ name: 'a', state: 'disabled' }),
      expect.objectContaining({ name: 'b', state: 'drain' }),
      expect.objectContaining({ name: 'c', state: 'disabled' }),
      { name: 'd', proxy: 'd', register_transport: 'udp' },
    ]);
    expect(rowsOf(reading, 'gateway_group_members')).toContainEqual({
      group_name: 'dispatcher-1',
      gateway: 'd',
      tier: 1,
      weight: 0,
    });
    expect(rowsOf(reading, 'gateway_group_members')).toContainEqual({
      group_name: 'dispatcher-2',
      gateway: 'd',
      tier: 1,
      weight: 1,
    });
    expect(said(reading.remarks)).toContain(
      "5 destination sip:d: is off in this set alone, so its weight in 'dispatcher-1' is 0",
    );
  });

  it('names are made legal, and each is there once', () => {
    const reading = read('1 sip:a 0 0 duid=Gw\n1 sip:b 0 0 duid=gW\n1 sip:c 0 0 duid=all\n1 sip:d 0 0 duid=-ü_-\n');
    expect(rowsOf(reading, 'gateways').map((row) => (row as { name: string }).name)).toEqual([
      'Gw',
      'gW-2',
      'all-1',
      '_',
    ]);
    expect(said(reading.remarks)).toContain("2 destination sip:b: is gateway 'gW-2': duid gW is no free name for it");
  });

  it('what has no place is listed with its line', () => {
    const reading = read(
      '1 sip:u@a;lr 0 0 socket=udp:1.2.3.4;my=1;maxload=3\n1 sip:a 8\n1 sip:bad_host:99999\n1 sip:w;transport=ws\n3 sip:a 0 0 maxload=4\n',
    );
    expect(said(reading.leftOut)).toEqual([
      '1 destination sip:u@a;lr, user u: a gateway has no place for it',
      '1 destination sip:u@a;lr, parameter lr: a gateway has no place for it',
      '1 destination sip:u@a;lr, socket=udp:1.2.3.4: a gateway sends from the address of its sofia profile',
      "1 destination sip:u@a;lr, my=1: an attribute for Kamailio's script; nothing here reads it",
      '3 destination sip:bad_host:99999: port 99999 is above 65535',
      '4 destination sip:w;transport=ws: sofia has no gateways with transport ws',
      '5 destination sip:a, maxload=4: max_calls is one number for all groups, and another line has 3',
      '2 destination sip:a in set 1: the same destination stands in this set before, at line 1',
    ]);
    expect(said(reading.remarks).at(-1)).toContain(
      "INSERT INTO routes (context, group_name) VALUES ('default', 'dispatcher-1');",
    );
  });

  it('the table is read as the file is', () => {
    const csv = sourceFile(
      't.csv',
      "id,setid,destination,flags,priority,attrs,description\n1,1,sip:10.0.0.1,8,0,duid=a,'first'\n2,1,sip:10.0.0.2,0,0,,\n",
    );
    const never = () => {
      throw new Error('not FreeSWITCH');
    };
    const reading = readSources([csv], undefined, NO_OPTIONS, never);
    expect(reading.programs).toEqual(['kamailio']);
    expect(rowsOf(reading, 'gateways')).toEqual([
      { name: 'a', proxy: '10.0.0.1', register_transport: 'udp', ping_seconds: 30, note: "'first'" },
      { name: '10.0.0.2', proxy: '10.0.0.2', register_transport: 'udp' },
    ]);
    const bad = sourceFile('t.csv', 'setid,destination,flags\nx,sip:a,0\n1,sip:a,y\n');
    expect(findingsOf(() => readSources([bad], undefined, NO_OPTIONS, never))).toEqual([
      `import-invalid ${bad}:2: setid, flags or priority is no whole number`,
      `import-invalid ${bad}:3: setid, flags or priority is no whole number`,
    ]);
  });
});
