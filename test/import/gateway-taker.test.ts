import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isProblem } from '../../src/errors/finding.ts';
import type { Reading } from '../../src/import/reading.ts';
import { escapeText } from '../../src/xml/escape-text.ts';
import { compileReading } from '../support/apply-reading.ts';
import { readTree, said } from '../support/read-tree.ts';

/** Reads one gateway, `g`, with these parameters in their order; `register` is false unless it is among them. */
function readGateway(parameters: readonly (readonly [string, string])[], settings = ''): Reading {
  const all = parameters.some(([name]) => name === 'register')
    ? parameters
    : [['register', 'false'] as const, ...parameters];
  const params = all.map(([name, value]) => `<param name="${name}" value="${value}"/>`).join('\n');
  return readTree({
    profiles: `<profile name="external"><gateways><gateway name="g">${params}</gateway></gateways><settings>${settings}</settings></profile>`,
  });
}

const columns = ({ rows }: Reading): Readonly<Record<string, unknown>> | undefined =>
  rows.find(({ table }) => table === 'gateways')?.row;

describe('a gateway', () => {
  it.each([
    ['yes', 1],
    ['ON', 1],
    ['True', 1],
    ['t', 1],
    ['enabled', 1],
    ['active', 1],
    ['allow', 1],
    ['1', 1],
    ['-2', 1],
    ['1.5', 1],
    ['0', 0],
    ['0.5', 0],
    ['y', 0],
    ['no', 0],
    ['', 0],
    ['1x', 0],
  ])('that says "%s" for a switch means %i', (word, expected) => {
    const reading = readGateway([
      ['register', word],
      ['username', 'u'],
      ['password', 'p'],
      ['caller-id-in-from', word],
    ]);
    expect(columns(reading)).toMatchObject({ register: expected, caller_id_in_from: expected });
  });

  it('registers unless it says that it does not, and needs a login then', () => {
    const profiles = (more: string): string =>
      `<profile name="external"><gateways><gateway name="g">${more}</gateway></gateways><settings/></profile>`;
    const login = '<param name="username" value="u"/><param name="password" value="p"/>';
    expect(columns(readTree({ profiles: profiles(login) }))).toMatchObject({ register: 1, proxy: 'g', realm: null });
    expect(said(readTree({ profiles: profiles('<param name="password" value=""/>') }).leftOut)).toEqual([
      "gateway 'g': it registers, and lacks a username or password: FreeSWITCH drops it",
    ]);
  });

  it.each([
    ['expire-seconds', '4', { expire_seconds: null }, 'FreeSWITCH reads as 3600'],
    ['expire-seconds', '60x', { expire_seconds: 60 }, ''],
    ['expire-seconds', '999999', { expire_seconds: null }, 'it is above 604800'],
    ['retry_seconds', '10', { retry_seconds: 10 }, ''],
    ['retry-seconds', 'soon', { retry_seconds: null }, 'FreeSWITCH reads as 30'],
    ['ping', '5', { ping_seconds: 5 }, ''],
    ['ping', '0', { ping_seconds: null }, ''],
    ['ping', '4', { ping_seconds: null }, 'takes none below 5'],
    ['ping', '-1', { ping_seconds: null }, 'takes none below 5'],
    ['ping', '100000', { ping_seconds: null }, 'it is above 86400'],
    ['ping-max', '3', { ping_max: 3 }, ''],
    ['ping-max', '0', { ping_max: null }, 'both default to 1'],
    ['ping-min', '2', { ping_min: null }, 'both default to 1'],
    ['register-transport', 'TCP', { register_transport: 'tcp' }, ''],
    ['register-transport', 'udp-or-so', { register_transport: 'udp' }, ''],
    ['proxy', 'sip:192.0.2.9:5080', { proxy: '192.0.2.9:5080' }, "carried over without its 'sip:'"],
    ['proxy', '192.0.2.9;transport=tcp', { proxy: '192.0.2.9;transport=tcp' }, ''],
    ['realm', 'r.example.net', { proxy: 'r.example.net', realm: 'r.example.net' }, ''],
    ['extension', '', { extension: null }, ''],
    ['context', 'public', { context: 'public' }, ''],
  ])('with %s "%s" is %j', (name, value, expected, note) => {
    const reading = readGateway([[name, value]]);
    expect(columns(reading)).toMatchObject(expected);
    const notes = said([...reading.leftOut, ...reading.remarks]).filter((text) => text.includes('parameter'));
    if (note === '') expect(notes).toEqual([]);
    else expect(notes).toEqual([expect.stringContaining(note)]);
  });

  it.each([
    [[['register-transport', 'ws']], 'no such transport'],
    [[['register-transport', 'tls']], 'has no TLS'],
    [[['proxy', 'sips:192.0.2.1']], "begins with 'sips:'"],
    [[['proxy', 'a b']], 'gateways.proxy: host or host:port'],
    [[['from-user', '&#10;x']], 'gateway_params.value: 1 to 4096 characters, no control characters'],
    [[['from-domain', '$${local_ip_v4}']], "--var 'local_ip_v4=VALUE'"],
  ] as const)('with %j is left out', (parameters, why) => {
    const reading = readGateway(parameters);
    expect(reading.rows).toEqual([]);
    expect(said(reading.leftOut)).toEqual([expect.stringContaining(why)]);
  });

  it('may use TLS where its profile does, or may', () => {
    const tls = [['register-transport', 'tls']] as const;
    expect(columns(readGateway(tls, '<param name="tls" value="true"/>'))).toMatchObject({ register_transport: 'tls' });
    expect(columns(readGateway(tls, '<param name="TLS" value="$${hostname}"/>'))).toBeDefined();
  });

  it('has what comes last of what it says twice', () => {
    const reading = readGateway([
      ['proxy', '192.0.2.1'],
      ['proxy', '192.0.2.2'],
    ]);
    expect(columns(reading)).toMatchObject({ proxy: '192.0.2.2' });
    expect(said(reading.leftOut)).toHaveLength(1);
  });

  it('makes an inventory that is served, whatever its parameters', () => {
    const name = fc.constantFrom(
      ...[
        'proxy',
        'realm',
        'username',
        'password',
        'register',
        'register-transport',
        'expire-seconds',
        'retry_seconds',
      ],
      ...[
        'ping',
        'ping-min',
        'ping-max',
        'extension',
        'context',
        'from-user',
        'Ping',
        'PROXY',
        'x y',
        '',
        'timeout-seconds',
      ],
      ...['ping-user-agent', 'retry-seconds', 'caller-id-in-from', 'outbound-proxy', 'éa', 'contact-host'],
    );
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '1',
        '25',
        '-3',
        'tcp',
        'true',
        'no',
        'sip:x',
        'sips:x',
        'a b',
        '3x',
        '9999999999',
        '\ue0000\ue001',
        '\ufffd',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (parameters) => {
        const written = parameters.map(([key, text]) => [key, escapeText(text)] as const);
        const reading = readGateway(written);
        expect(compileReading(reading).findings.filter(isProblem)).toEqual([]);
        // Each parameter, or the gateway as a whole, is somewhere.
        const told = said([...reading.leftOut, ...reading.remarks]).join('\n');
        const isOut = said(reading.leftOut).some((text) => text.startsWith("gateway 'g': "));
        for (const [key, text] of parameters) {
          if (isOut || text === '' || columns(reading) === undefined) continue;
          const column = key === 'caller-id-in-from' ? key : key.replaceAll('-', '_');
          const isColumn = column in (columns(reading) ?? {}) || key === 'ping' || key === 'caller-id-in-from';
          const isParam = reading.rows.some(({ table, row }) => table === 'gateway_params' && row['name'] === key);
          expect(isColumn || isParam || told.includes(`parameter '${key}'`)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('gateways of profiles', () => {
  const gateway = (name: string): string => `<gateway name="${name}"><param name="register" value="0"/></gateway>`;

  it.each([
    [`<profile name="p"><gateways>${gateway('a')}</gateways></profile>`, 'has no <settings>'],
    [`<profile name="p"><gateways/><gateways>${gateway('a')}</gateways><settings/></profile>`, 'first <gateways>'],
    [`<profile name="p">${gateway('a')}<settings/></profile>`, 'first <gateways>'],
    [
      `<profile name="p"><settings/></profile><profile name="P"><gateways>${gateway('a')}</gateways><settings/></profile>`,
      'the first wins',
    ],
    [`<profile name="all"><gateways>${gateway('a')}</gateways><settings/></profile>`, 'gateways.profile'],
  ])('%s is left out', (profiles, why) => {
    const reading = readTree({ profiles });
    expect(reading.rows).toEqual([]);
    expect(said(reading.leftOut)).toEqual([expect.stringMatching(new RegExp(`^gateway 'a': .*${why}`))]);
  });

  it('are those of the directory only where a profile looks there', () => {
    const directory = `<domain name="d"><user id="1"><gateways>${gateway('a')}</gateways></user></domain>`;
    const profile = (domains: string): string => `<profile name="p"><settings/><domains>${domains}</domains></profile>`;
    const taken = (domains: string): readonly unknown[] =>
      readTree({ profiles: profile(domains), directory }).rows.map(({ row }) => row['profile']);
    expect(taken('<domain name="D" parse="true"/>')).toEqual(['p']);
    expect(taken('<domain name="all" parse="yes"/>')).toEqual(['p']);
    expect(taken('<domain name="all" parse="false"/><domain name="other" parse="true"/>')).toEqual([]);
    expect(said(readTree({ profiles: profile(''), directory }).leftOut)).toEqual([
      expect.stringContaining('no profile has a <domain name="..." parse="true">'),
    ]);
  });
});
