import { describe, expect, it } from 'vitest';

import { STANDARD_FIELDS, xmlCurlConf } from '../../src/xml/xml-curl-conf.ts';
import { outlineOf, readDocument } from '../support/read-document.ts';

const URL = 'http://127.0.0.1:8080/fsapi';
const conf = (parts: Partial<Parameters<typeof xmlCurlConf>[0]> = {}): readonly string[] =>
  outlineOf(
    readDocument(xmlCurlConf({ url: URL, credentials: undefined, authScheme: 'basic', headers: [], ...parts })),
  );

describe('xml_curl.conf.xml', () => {
  it('asks for three sections, does not wait for ever and sends the fields that any inventory can need', () => {
    expect(conf()).toEqual([
      'configuration name=xml_curl.conf description=ask trunkhunt',
      ' bindings',
      '  binding name=trunkhunt',
      `   param name=gateway-url value=${URL} bindings=configuration|directory|dialplan`,
      '   param name=timeout value=2',
      ...STANDARD_FIELDS.map((field) => `   param name=enable-post-var value=${field}`),
    ]);
  });

  it('has a binding for each server, in their order, and waits for the last one the longest', () => {
    const lines = conf({
      otherUrls: ['http://192.0.2.2/fsapi', 'http://192.0.2.3/fsapi'],
      credentials: 'a:b',
      headers: ['X-A'],
    });
    const own = (name: string, url: string, seconds: number) => [
      `  binding name=${name}`,
      `   param name=gateway-url value=${url}?headers=X-A bindings=configuration|directory|dialplan`,
      '   param name=gateway-credentials value=a:b',
      `   param name=timeout value=${seconds}`,
      ...[...STANDARD_FIELDS, 'variable_sip_h_X-A'].map((field) => `   param name=enable-post-var value=${field}`),
    ];
    expect(lines.slice(2)).toEqual([
      ...own('trunkhunt', URL, 1),
      ...own('trunkhunt-2', 'http://192.0.2.2/fsapi', 1),
      ...own('trunkhunt-3', 'http://192.0.2.3/fsapi', 2),
    ]);
  });

  it.each([
    ['a dialplan look-up needs', ['Unique-ID', 'Hunt-Context', 'Hunt-Destination-Number']],
    ['conditions of routes need', ['Hunt-Caller-ID-Number', 'Hunt-Network-Addr']],
    ['the gateways of a profile need, or they cannot be told apart', ['purpose', 'profile']],
  ])('sends what %s', (_what, fields) => {
    expect(STANDARD_FIELDS).toEqual(expect.arrayContaining(fields));
  });

  it('sends the headers that it is told, in their spelling, and tells the server which', () => {
    const lines = conf({ headers: ['X-Tenant', 'x-other'] });
    expect(lines[3]).toContain(`value=${URL}?headers=X-Tenant,x-other `);
    expect(lines.slice(-2)).toEqual([
      '   param name=enable-post-var value=variable_sip_h_X-Tenant',
      '   param name=enable-post-var value=variable_sip_h_x-other',
    ]);
  });

  it('carries credentials as they are, whatever is in them', () => {
    const credentials = `fs:p"a'<&>$\${x}#<!--#exec id-->`;
    expect(conf({ credentials })).toContain(`   param name=gateway-credentials value=${credentials}`);
    expect(conf().join('\n')).not.toContain('credentials');
  });

  it('has mod_xml_curl use Digest in place of Basic, not beside it', () => {
    expect(conf({ authScheme: 'digest' })).toContain('   param name=auth-scheme value==digest');
    expect(conf().join('\n')).not.toContain('auth-scheme');
  });
});
