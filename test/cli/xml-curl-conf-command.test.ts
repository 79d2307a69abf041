import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { runProgram } from '../support/run-program.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { childrenNamed, type XmlNode } from '../support/xml-node.ts';

interface Binding {
  readonly url: URL;
  readonly bindings: string | undefined;
  readonly fields: readonly string[];
  readonly params: ReadonlyMap<string, string>;
}

/** What mod_xml_curl reads of the file. */
function bindingIn(conf: string): Binding {
  const root: XmlNode = readAnswer(conf);
  expect([root.name, root.attributes.get('name')]).toEqual(['configuration', 'xml_curl.conf']);
  const [binding, ...others] = childrenNamed(root, 'bindings').flatMap((it) => childrenNamed(it, 'binding'));
  expect(others).toEqual([]);
  const params = binding!.children.map(
    ({ attributes }) => [attributes.get('name')!, attributes.get('value')!] as const,
  );
  const url = binding!.children.find(({ attributes }) => attributes.get('name') === 'gateway-url');
  return {
    url: new URL(url!.attributes.get('value')!),
    bindings: url!.attributes.get('bindings'),
    fields: params.filter(([name]) => name === 'enable-post-var').map(([, value]) => value),
    params: new Map(params),
  };
}

const conf = async (args: readonly string[] = [], environment: Record<string, string> = {}) => {
  const { status, stdout, stderr } = await runProgram(['xml-curl-conf', ...args], environment);
  expect([status, stderr]).toEqual([0, '']);
  return bindingIn(stdout);
};

const FIRST_FIVE = ['hostname', 'section', 'tag_name', 'key_name', 'key_value'];

/** A recorded request as this binding would send it. */
function asSentBy({ url, fields }: Binding, name: string): Buffer {
  const request = recordedRequest(name).toString('latin1');
  const pairs = request.slice(request.indexOf('\r\n\r\n') + 4).split('&');
  const isSent = (pair: string) => [...FIRST_FIVE, ...fields].includes(pair.slice(0, pair.indexOf('=')));
  return lookupRequest({ path: url.pathname + url.search, body: pairs.filter(isSent).join('&') });
}

describe('xml-curl-conf', () => {
  it('asks the address that the settings say, with two seconds of patience', async () => {
    const binding = await conf();
    expect(binding.url.href).toBe('http://127.0.0.1:8080/fsapi');
    expect(binding.bindings?.split('|').sort()).toEqual(['configuration', 'dialplan', 'directory']);
    expect(binding.params.get('timeout')).toBe('2');
    expect(binding.params.has('gateway-credentials')).toBe(false);
    const { url } = await conf([], { TRUNKHUNT_LISTEN: '[::1]:9090' });
    expect(url.href).toBe('http://[::1]:9090/fsapi');
    expect((await conf(['--url', 'https://sbc.example.org/fsapi'])).url.href).toBe('https://sbc.example.org/fsapi');
  });

  it('asks further servers in the order of their addresses', async () => {
    const urls = ['http://192.0.2.9:8080/fsapi', 'http://192.0.2.8:8080/fsapi'];
    const given = urls.flatMap((url) => ['--url', url]);
    const { stdout } = await runProgram(['xml-curl-conf', ...given]);
    const [bindings] = childrenNamed(readAnswer(stdout), 'bindings');
    const asked = bindings!.children.map(({ children }) => children[0]!.attributes.get('value'));
    expect(asked).toEqual(urls);
    const twice = await runProgram(['xml-curl-conf', ...given, '--url', urls[0]!]);
    expect([twice.status, twice.stdout]).toEqual([2, '']);
    expect(twice.stderr).toContain('twice');
  });

  it('holds the credentials, whatever is in them', async () => {
    const credentials = `fs:a<b>&"c'$\${x} x-pre-process <!--#exec -->`;
    const fromVariable = await conf([], { TRUNKHUNT_CREDENTIALS: credentials });
    expect(fromVariable.params.get('gateway-credentials')).toBe(credentials);
    const file = join(temporaryFolder(), 'credentials');
    writeFileSync(file, `${credentials}\n`);
    const fromFile = await conf(['--credentials-file', file]);
    expect(fromFile.params.get('gateway-credentials')).toBe(credentials);
  });

  it('has the switch show them by Digest where that is wanted', async () => {
    expect((await conf(['--auth-scheme', 'digest'])).params.get('auth-scheme')).toBe('=digest');
    expect((await conf([])).params.has('auth-scheme')).toBe(false);
    const { status, stderr } = await runProgram(['xml-curl-conf', '--auth-scheme', 'ntlm']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('basic, digest')]);
  });

  it('does not guess by which address a switch reaches a server that listens on all of them', async () => {
    for (const listen of ['0.0.0.0:8080', '[::]:8080']) {
      const { status, stdout, stderr } = await runProgram(['xml-curl-conf', '--listen', listen]);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('--url');
    }
    const settings = { TRUNKHUNT_LISTEN: '0.0.0.0:8080' };
    expect((await conf(['--url', 'http://192.0.2.9:8080/fsapi'], settings)).url.host).toBe('192.0.2.9:8080');
  });

  it('verifies the server where the URL is https, and shows a certificate where it is told of one', async () => {
    const sslParams = ({ params }: Binding) =>
      Object.fromEntries([...params].filter(([name]) => /^(?:ssl|enable-(?:ssl|cacert))/.test(name)));
    const verifying = { 'enable-cacert-check': 'true', 'enable-ssl-verifyhost': 'true' };
    const url = ['--url', 'https://sbc.example.org/fsapi'];
    expect(sslParams(await conf(url))).toEqual(verifying);
    expect(sslParams(await conf([...url, '--insecure-no-verify']))).toEqual({});
    const paths = [
      '--ssl-cacert-file',
      '/tls/ca.pem',
      '--ssl-cert-path',
      '/tls/fs1.pem',
      '--ssl-key-path',
      '/tls/fs1.key',
    ];
    expect(sslParams(await conf([...url, ...paths]))).toEqual({
      ...verifying,
      'ssl-cacert-file': '/tls/ca.pem',
      'ssl-cert-path': '/tls/fs1.pem',
      'ssl-key-path': '/tls/fs1.key',
    });
    // A server that has a certificate speaks https.
    const served = await conf(['--ssl-cacert-file', '/tls/ca.pem'], { TRUNKHUNT_TLS_CERT: '/etc/trunkhunt/cert.pem' });
    expect([served.url.href, sslParams(served)]).toEqual([
      'https://127.0.0.1:8080/fsapi',
      { ...verifying, 'ssl-cacert-file': '/tls/ca.pem' },
    ]);
    expect(sslParams(await conf())).toEqual({});
  });

  it.each([
    ['there is no https to verify', ['--ssl-cacert-file', '/tls/ca.pem']],
    ['there is no https to show a certificate to', ['--url', 'http://x/fsapi', '--ssl-cert-path', '/tls/fs1.pem']],
    ['a key has no certificate', ['--url', 'https://x/fsapi', '--ssl-key-path', '/tls/fs1.key']],
    [
      'nothing is to be verified, by this authority',
      ['--url', 'https://x/fsapi', '--ssl-cacert-file', '/a', '--insecure-no-verify'],
    ],
    ['a path begins nowhere', ['--url', 'https://x/fsapi', '--ssl-cacert-file', 'ca.pem']],
  ])('says so where %s', async (_, args) => {
    const { status, stdout, stderr } = await runProgram(['xml-curl-conf', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
  });

  it('the gateways request keeps what it needs', async () => {
    expect((await conf()).fields).toEqual(expect.arrayContaining(['purpose', 'profile']));
  });

  it('as a filter of fields, it changes no answer', async () => {
    const binding = await conf(['--header', 'X-Account']);
    const server = await startServer(`
      INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('back', '127.0.0.1');
      INSERT INTO gateway_groups (name, strategy) VALUES ('g', 'ordered');
      INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'gw1', 1), ('g', 'back', 2);
      INSERT INTO routes (context, position, header_name, header_pattern, add_prefix, group_name)
        VALUES ('public', 1, 'x-account', '^acme$', '', 'g');
      INSERT INTO routes (context, position, source_network, caller_pattern, destination_pattern, dial_number, group_name)
        VALUES ('public', 2, '127.0.0.0/8', '^2001$', '^99', '1004', 'g');`);
    try {
      const answer = async (request: Buffer) => {
        const { body } = await sendRaw(server.port, request);
        return body.toString().replaceAll(/trunkhunt_decision=[^,]*/g, 'trunkhunt_decision=x');
      };
      for (const name of recordedNames) {
        expect(await answer(asSentBy(binding, name))).toBe(await answer(recordedRequest(name)));
      }
      const { body } = await sendRaw(server.port, asSentBy(binding, 'dialplan-e164-with-custom-headers'));
      expect(readPlan(readAnswer(body), 'public').legs).toHaveLength(1);
      expect(server.log.filter(({ message }) => message.includes('routes need'))).toEqual([]);
      expect(asSentBy(binding, 'dialplan-9980').length).toBeLessThan(recordedRequest('dialplan-9980').length / 5);
    } finally {
      await server.stop();
    }
  });
});
