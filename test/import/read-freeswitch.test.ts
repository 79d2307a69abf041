import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { type FreeswitchOptions, readFreeswitch } from '../../src/import/read-freeswitch.ts';
import type { LeftOut, Reading } from '../../src/import/reading.ts';
import { plainGateways, readTree, said, wholeTree } from '../support/read-tree.ts';
import { temporaryTree } from '../support/temporary-tree.ts';

const TREES = fileURLToPath(new URL('../fixtures/import/freeswitch/', import.meta.url));

function readFixture(name: string, options: FreeswitchOptions = {}): Reading {
  return readFreeswitch([`${TREES}${name}`], options);
}

/** Rows of a table as `file:line` and columns. */
function rowsOf(reading: Reading, table: string): readonly unknown[] {
  return reading.rows.flatMap((proposed) => (proposed.table === table ? [proposed.row] : []));
}

const at = (entries: readonly LeftOut[]): readonly string[] =>
  entries.map(({ from, what }) => `${relative(TREES, from.file)}:${from.line} ${what}`);

const hasPath = (entries: readonly LeftOut[], text: string): boolean =>
  entries.some(({ what, why }) => `${what}: ${why}`.includes(text));

const NOT_SAID = { realm: null, username: null, password: null, expire_seconds: null, retry_seconds: null };
const NO_PINGS = { ping_seconds: null, ping_min: null, ping_max: null, extension: null, context: null };

describe('a carrier with a login', () => {
  it('becomes a gateway, and the extensions that call it become routes of one group', () => {
    const reading = readFixture('one-carrier');
    expect(rowsOf(reading, 'gateways')).toEqual([
      {
        ...{ ...NOT_SAID, ...NO_PINGS },
        ...{
          name: 'carrier',
          profile: 'external',
          proxy: 'sip.example.net:5060',
          username: 'u1001',
          password: 'hushcanary',
        },
        ...{ register: 1, register_transport: 'udp', expire_seconds: 600, caller_id_in_from: 0, ping_seconds: 25 },
      },
    ]);
    expect(rowsOf(reading, 'gateway_params')).toEqual([
      { gateway: 'carrier', name: 'from-domain', value: 'example.net' },
    ]);
    expect(rowsOf(reading, 'gateway_variables')).toEqual([
      { gateway: 'carrier', name: 'carrier', value: 'one', direction: 'outbound' },
    ]);
    expect(rowsOf(reading, 'gateway_groups')).toEqual([{ name: 'abroad', strategy: 'ordered', max_attempts: 1 }]);
    expect(rowsOf(reading, 'routes')).toEqual([
      {
        ...{ name: 'abroad', context: 'default', position: 20, destination_prefix: '00', strip_digits: 2 },
        ...{ add_prefix: '+', group_name: 'abroad', destination_charset: 'digits' },
      },
      {
        ...{ name: 'seven digits', context: 'default', position: 30, destination_pattern: '^9(\\d{7})$' },
        ...{ strip_digits: 1, add_prefix: '1555', group_name: 'abroad', destination_charset: 'digits' },
      },
    ]);
    expect(at(reading.leftOut)).toEqual(["one-carrier/dialplan/default.xml:3 extension 'echo' in context 'default'"]);
    expect(reading.rows[0]?.from).toEqual({ file: `${TREES}one-carrier/sip_profiles/external/carrier.xml`, line: 2 });
  });

  it('is told to be moved away, since the local file wins', () => {
    const { remarks } = readFixture('one-carrier');
    expect(hasPath(remarks, 'one-carrier/sip_profiles/external/carrier.xml, then killgw and rescan')).toBe(true);
  });
});

describe('lists of mod_distributor', () => {
  const reading = readFixture('distributor');

  it('become groups with the weights that it reads', () => {
    expect(rowsOf(reading, 'gateway_groups')).toEqual([
      { name: 'carriers', strategy: 'weighted', max_attempts: 3 },
      { name: 'carriers-2', strategy: 'weighted', max_attempts: 1 },
      { name: 'spare', strategy: 'weighted' },
    ]);
    expect(rowsOf(reading, 'gateway_group_members')).toContainEqual(
      expect.objectContaining({ group_name: 'carriers', gateway: 'gw2', weight: 9 }),
    );
    expect(rowsOf(reading, 'gateway_group_members')).toContainEqual(
      expect.objectContaining({ group_name: 'spare', gateway: 'gw3', weight: 2 }),
    );
  });

  it('go on after the causes that the dialplan says, and after no others', () => {
    const causes = rowsOf(reading, 'group_failover_causes');
    expect(causes).toContainEqual({ group_name: 'carriers', cause: 'USER_BUSY', action: 'next' });
    expect(causes).toContainEqual({ group_name: 'carriers', cause: 'PROGRESS_TIMEOUT', action: 'stop' });
    expect(causes).not.toContainEqual(expect.objectContaining({ cause: 'NORMAL_TEMPORARY_FAILURE' }));
  });

  it('tell of every node and list that is left out', () => {
    expect(at(reading.leftOut)).toEqual(
      [
        "6 list 'carriers', node 'gw3'",
        "7 list 'carriers', node 'elsewhere'",
        "12 list 'Carriers'",
        "16 list 'nobody', node 'elsewhere'",
        "15 list 'nobody'",
      ].map((text) => `distributor/autoload_configs/distributor.conf.xml:${text}`),
    );
  });

  it('may name gateways that the inventory has', () => {
    const known = readFixture('distributor', { knownGateways: ['Elsewhere'] });
    expect(rowsOf(known, 'gateway_group_members')).toContainEqual(
      expect.objectContaining({ group_name: 'nobody', gateway: 'Elsewhere' }),
    );
  });
});

describe('failover in the dialplan', () => {
  const reading = readFixture('failover');

  it('becomes ordered groups, with timeouts, caller ids and conditions', () => {
    expect(reading.leftOut).toEqual([]);
    expect(rowsOf(reading, 'gateway_groups')).toEqual([
      {
        ...{ name: 'one-after-the-other', strategy: 'ordered', max_attempts: 2 },
        ...{ progress_timeout_seconds: 6, answer_timeout_seconds: 40 },
      },
      { name: 'a-list', strategy: 'ordered', max_attempts: 2, answer_timeout_seconds: 20 },
      { name: 'as-FreeSWITCH-goes-on-by-itself', strategy: 'ordered', max_attempts: 2 },
      { name: 'from-a-header', strategy: 'ordered', max_attempts: 1 },
    ]);
    expect(rowsOf(reading, 'routes')[0]).toEqual({
      ...{ name: 'one after the other', context: 'default', position: 10, source_network: '192.0.2.0/24' },
      ...{ caller_pattern: '^\\+49', destination_prefix: '+44', destination_pattern: '^\\+(\\d{5,})$' },
      ...{ strip_digits: 1, add_prefix: '00', group_name: 'one-after-the-other', destination_charset: 'digits' },
      ...{ caller_id_number: '+4930123', caller_id_name: 'Front desk' },
    });
    expect(rowsOf(reading, 'routes')[3]).toMatchObject({
      header_name: 'X-Tenant',
      header_pattern: '^acme$',
      dial_number: '5000',
    });
  });

  it('goes on after a busy callee where FreeSWITCH did, and without a word from it only after no answer', () => {
    const causes = rowsOf(reading, 'group_failover_causes');
    expect(causes).toContainEqual({ group_name: 'a-list', cause: 'USER_BUSY', action: 'next' });
    const own = 'as-FreeSWITCH-goes-on-by-itself';
    expect(causes).toContainEqual({ group_name: own, cause: 'NO_ANSWER', action: 'next' });
    expect(causes).toContainEqual({ group_name: own, cause: 'NORMAL_TEMPORARY_FAILURE', action: 'stop' });
    expect(causes).not.toContainEqual(expect.objectContaining({ group_name: own, cause: 'NO_USER_RESPONSE' }));
  });
});

describe('gateways of many profiles', () => {
  const reading = readFixture('many-profiles');

  it('are taken over in the order in which FreeSWITCH loads them, as far as it does', () => {
    expect(reading.rows.flatMap(({ table, row }) => (table === 'gateways' ? [row['name']] : []))).toEqual([
      ...['shared', 'by-name', 'by-realm', 'secure', 'of-a-user', 'of-a-grouped-user'],
    ]);
    expect(rowsOf(reading, 'gateways')[0]).toEqual({
      ...{ ...NOT_SAID, ...NO_PINGS, name: 'shared', profile: 'external', proxy: '192.0.2.10' },
      ...{ register: 0, register_transport: 'udp', caller_id_in_from: 0 },
    });
    expect(rowsOf(reading, 'gateways')[1]).toMatchObject({ proxy: 'by-name', realm: null });
    expect(rowsOf(reading, 'gateways')[2]).toMatchObject({ proxy: 'realm.example.net', realm: 'realm.example.net' });
  });

  it('never tell a password, nor what a command would have been told', () => {
    const told = JSON.stringify([reading.leftOut, reading.remarks]);
    expect(told).not.toMatch(/user:pass|token abc|"p"/);
    expect(told).toContain("exec of '/usr/local/bin/make-gateways'");
  });

  it('are taken over with a value that only the switch knows once it is given', () => {
    const given = readFixture('many-profiles', { variables: new Map([['public_ip', '198.51.100.1']]) });
    expect(rowsOf(given, 'gateways')).toContainEqual(expect.objectContaining({ name: 'here', proxy: '198.51.100.1' }));
    expect(hasPath(reading.leftOut, "--var 'public_ip=VALUE'")).toBe(true);
  });
});

describe('extensions that do more than pick gateways', () => {
  const reading = readFixture('mixed');

  it('are left out whole, each with its reason', () => {
    expect(said(reading.leftOut).slice(1)).toMatchSnapshot();
    expect(rowsOf(reading, 'routes')).toHaveLength(1);
  });

  it('are not overtaken without a word', () => {
    const tree = {
      profiles: plainGateways('g'),
      dialplan: `<context name="c">
<extension name="emergency"><condition field="destination_number" expression="^112$"><action application="lua" data="x"/></condition></extension>
<extension name="far"><condition field="destination_number" expression="^00(.*)$"><action application="bridge" data="sofia/gateway/g/$1"/></condition></extension>
<extension name="near"><condition field="destination_number" expression="^1(.*)$"><action application="bridge" data="sofia/gateway/g/$1"/></condition></extension>
</context>`,
    };
    const overtaken = readTree(tree).remarks.filter(({ why }) => why.includes('came before it'));
    expect(overtaken.map(({ what }) => what)).toEqual(["extension 'near' in context 'c'"]);
  });

  it('are not overtaken without a word, however many there are', () => {
    const count = 1500;
    const pairs = Array.from(
      { length: count },
      (_, at) => `<extension name="l${at}"><condition field="destination_number" expression="^${at}$">
<action application="lua" data="x"/></condition></extension>
<extension name="t${at}"><condition field="destination_number" expression="^${at}(\\d*)$">
<action application="bridge" data="sofia/gateway/g/$1"/></condition></extension>`,
    );
    const dialplan = `<context name="c">${pairs.join('\n')}</context>`;
    const { remarks } = readTree({ profiles: plainGateways('g'), dialplan });
    const overtaken = remarks.filter(({ why }) => why.includes('came before it'));
    expect(overtaken).toHaveLength(count);
    expect(overtaken.at(-1)?.why).toContain(`'l${count - 1}' came before it`);
  });

  it('leave files outside of the folder alone', () => {
    expect(said(reading.leftOut)[0]).toContain("include of '/etc/passwd': it lies outside of the folder");
    expect(JSON.stringify(reading)).not.toContain('root:');
  });
});

describe("what trunkhunt's own export wrote", () => {
  it('is read back as it was', () => {
    const reading = readFixture('exported');
    expect(reading.leftOut).toEqual([]);
    expect(reading.remarks).toEqual([]);
    expect(reading.rows.map(({ table, row }) => [table, row])).toMatchSnapshot();
  });
});

describe('an exported plan in a fixed order', () => {
  const list = (name: string): string => `<list name="${name}"><node name="a" weight="1"/></list>`;
  const plan = (more: string): string => `<context name="c"><extension name="trunkhunt r">
<condition field="destination_number" expression="^(\\+?[0-9*#]{1,64})\\z">
<action application="set" data="hangup_after_bridge=true"/>${more}
<action application="bridge" data="[leg_progress_timeout=10,leg_timeout=60,outbound_redirect_fatal=true]sofia/gateway/a/$1"/>
<action application="respond" data="503"/>
</condition></extension></context>`;
  const groupOf = (more: string): unknown => {
    const tree = { profiles: plainGateways('a'), distributor: list('one') + list('two'), dialplan: plan(more) };
    return rowsOf(readTree(tree), 'routes')[0];
  };

  it('is of the group that it names, or else of the first whose list has that order', () => {
    expect(groupOf('<action application="set" data="trunkhunt_group=two"/>')).toMatchObject({ group_name: 'two' });
    expect(groupOf('')).toMatchObject({ name: 'r', group_name: 'one', strip_digits: 0, destination_charset: 'digits' });
  });
});

describe('parts of a configuration', () => {
  it('are read by themselves, with what their places tell', () => {
    const folder = temporaryTree({
      'sip_profiles/internal/gw.xml':
        '<include>\n<gateway name="a"><param name="register" value="no"/></gateway>\n</include>',
      'dialplan/default/01.xml':
        '<include>\n<extension name="x"><condition><action application="bridge" data="sofia/gateway/a/5"/></condition></extension>\n</include>',
    });
    const reading = readFreeswitch([`${folder}/sip_profiles/internal/gw.xml`, `${folder}/dialplan/default/01.xml`]);
    expect(rowsOf(reading, 'gateways')).toMatchObject([{ name: 'a', profile: 'internal' }]);
    expect(rowsOf(reading, 'routes')).toMatchObject([{ name: 'x', context: 'default', dial_number: '5' }]);
    expect(reading.leftOut).toEqual([]);
  });

  it('do not guess at a context, and say where a profile is guessed', () => {
    const folder = temporaryTree({
      'gw.xml':
        '<gateway name="a"><param name="register" value="no"/></gateway><gateway name="b"><param name="register" value="$${r}"/></gateway>',
      'x.xml':
        '<extension name="x"><condition><action application="bridge" data="sofia/gateway/a/5"/></condition></extension>',
    });
    const reading = readFreeswitch([folder]);
    expect(rowsOf(reading, 'gateways')).toMatchObject([{ name: 'a', profile: 'external' }]);
    expect(said(reading.leftOut).join('\n')).toMatch(/\$\$\{r\}.*\n.*no file names its context/);
    expect(said(reading.remarks).join('\n')).toContain("no file names its profile; it is put into 'external'");
  });

  it('that hold nothing of use are told of', () => {
    const folder = temporaryTree({
      'acl.xml': '<configuration name="acl.conf"><network-lists><list name="a"/></network-lists></configuration>',
    });
    expect(said(readFreeswitch([folder]).remarks)).toEqual([
      'the files: they have no gateway, no list of mod_distributor and no extension',
    ]);
  });
});

describe('what cannot be read', () => {
  const findingsOf = (read: () => unknown): readonly string[] => {
    try {
      read();
    } catch (error) {
      if (error instanceof OperatorError)
        return error.findings.map(({ code, where, what }) => `${code} ${where} ${what}`);
      throw error;
    }
    return [];
  };

  it('is told all at once, with file and line, and nothing is imported', () => {
    const folder = temporaryTree({
      ...wholeTree({ vars: '<X-PRE-PROCESS cmd="include" data="*.inc"/>' }),
      'a.inc': '\n\0',
      'b.inc': '<gateway>\n</gatway>\n',
      'empty/readme': '',
    });
    const found = findingsOf(() => readFreeswitch([folder, `${folder}/empty`, `${folder}/nowhere`]));
    expect(found.map((text) => text.replaceAll(folder, 'F'))).toEqual([
      'import-invalid F/a.inc:2 a NUL byte: this is no text that FreeSWITCH reads',
      'import-invalid F/b.inc:2 </gatway> where </gateway> is due, for the element of F/b.inc:1',
      'import-unreadable F/empty there is no freeswitch.xml and no other .xml file in it',
      expect.stringMatching(/^import-unreadable F\/nowhere ENOENT/),
    ]);
  });

  it('leaves out what holds bytes that are not UTF-8', () => {
    const xml =
      '<gateway name="a"><param name="register" value="no"/><param name="from-user" value="J\xfcrgen"/></gateway>\n';
    const folder = temporaryTree({ 'gw.xml': Buffer.from(`<!-- \xfc -->\n${xml}`, 'latin1') });
    const reading = readFreeswitch([folder]);
    expect(reading.rows).toEqual([]);
    expect(said(reading.leftOut).join()).toContain('not in UTF-8');
  });
});
