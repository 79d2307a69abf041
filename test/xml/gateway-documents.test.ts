import { describe, expect, it } from 'vitest';

import type { Gateway } from '../../src/routing/gateway.ts';
import { directoryDocument } from '../../src/xml/directory-document.ts';
import { parseDomainName } from '../../src/xml/domain-name.ts';
import { sofiaDocument } from '../../src/xml/sofia-document.ts';
import { locateSection } from '../support/locate-section.ts';
import { outlineOf, readDocument } from '../support/read-document.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const SQL = `
  INSERT INTO gateways (name, proxy) VALUES ('b', 'h'), ('a', '192.0.2.1');
  INSERT INTO gateways (name, proxy, username, password, register, ping_seconds) VALUES ('c', 'h', 'u', 'p-hushcanary', 1, 25);
  INSERT INTO gateway_params VALUES ('a', 'from-user', 'f'), ('a', 'from-domain', 'd');
  INSERT INTO gateway_variables VALUES ('a', 'v', '1', 'inbound'), ('a', 'v', '2', NULL), ('a', 'p:w', '3', 'outbound');
  INSERT INTO profiles VALUES ('internal');
  INSERT INTO profile_settings VALUES ('internal', 'sip-port', '5060'), ('internal', 'context', 'c');`;

const compiled = () => temporaryInventory(SQL).compile().snapshot!;
const pick = (...names: string[]): readonly Gateway[] => compiled().gateways.filter(({ name }) => names.includes(name));

/** Gateway `a` as sofia reads it (contract 5.1). */
const A = `gateway name=a
 param name=proxy value=192.0.2.1
 param name=register value=false
 param name=register-transport value=udp
 param name=caller-id-in-from value=true
 param name=from-domain value=d
 param name=from-user value=f
 variables
  variable name=p:w value=3 direction=outbound
  variable name=v value=2
  variable name=v value=1 direction=inbound`.split('\n');

const B = `gateway name=b
 param name=proxy value=h
 param name=register value=false
 param name=register-transport value=udp
 param name=caller-id-in-from value=true`.split('\n');

const indented = (depth: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${' '.repeat(depth)}${line}`);

describe('the gateways of a profile in the directory', () => {
  it('stand where alone sofia looks for them: directly below a user of a domain', () => {
    expect(outlineOf(readDocument(directoryDocument(pick('a', 'b'))))).toEqual([
      'document type=freeswitch/xml',
      ' section name=directory',
      '  domain name=trunkhunt',
      '   user',
      '    params',
      '     param name=allow-empty-password value=false',
      '    gateways',
      ...indented(5, A),
      ...indented(5, B),
    ]);
  });

  it('stand below the domain that was asked for', () => {
    const domain = parseDomainName('pbx.example.org');
    const root = readDocument(directoryDocument(pick('a'), domain));
    expect(locateSection(root, 'directory', 'domain', 'name', 'PBX.example.org')?.children[0]?.name).toBe('user');
  });

  it('are the same bytes every time', () => {
    expect(directoryDocument(pick('c', 'a', 'b'))).toBe(directoryDocument(pick('b', 'c', 'a')));
  });
});

describe('a name from a request', () => {
  it.each(['example.org', '192.0.2.1', '[2001:db8::1]', 'pbx_1', 'localhost', 'a:5060', 'x'.repeat(255)])(
    '%s is a domain',
    (text) => {
      expect(parseDomainName(text)).toBe(text);
    },
  );

  it.each(['', 'a b', 'é', '$${domain}', 'a"b', "a'b", 'a<b', 'a&b', 'a\n', 'a\u0000', 'a/b', 'x'.repeat(256)])(
    '%j is none',
    (text) => {
      expect(parseDomainName(text)).toBeUndefined();
    },
  );
});

describe('sofia.conf', () => {
  it('holds every profile with its gateways and settings', () => {
    const [internal] = compiled().profiles;
    const root = readDocument(sofiaDocument([{ profile: internal!, gateways: pick('a', 'b') }]));
    expect(outlineOf(root)).toEqual([
      'document type=freeswitch/xml',
      ' section name=configuration',
      '  configuration name=sofia.conf description=sofia endpoint',
      '   profiles',
      '    profile name=internal',
      '     gateways',
      ...indented(6, A),
      ...indented(6, B),
      '     settings',
      '      param name=context value=c',
      '      param name=sip-port value=5060',
    ]);
  });

  it('has the elements without which FreeSWITCH ignores a profile, though nothing be in them (contract 3.3)', () => {
    const [internal] = compiled().profiles;
    const document = sofiaDocument([{ profile: { ...internal!, settings: [] }, gateways: [] }]);
    const configuration = locateSection(readDocument(document), 'configuration', 'configuration', 'name', 'sofia.conf');
    const profile = configuration?.children[0]?.children[0];
    expect(profile?.children.map(({ name }) => name)).toEqual(['gateways', 'settings']);
  });
});
