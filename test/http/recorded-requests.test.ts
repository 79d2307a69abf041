import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNotFound, locateSection } from '../support/locate-section.ts';
import { listsFrom, ModDistributor } from '../support/mod-distributor.ts';
import { sendRaw, withBody } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { recordedCredentials, recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { childrenNamed, type XmlNode } from '../support/xml-node.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, register) VALUES
    ('gw1', '192.0.2.1:5060', 'user1', 'a<b&"c''$\${x}hushcanary', 1), ('gw2', '192.0.2.2:5060', NULL, NULL, 0);
  INSERT INTO gateways (name, proxy, state) VALUES ('off', '192.0.2.3', 'disabled'), ('old', '192.0.2.4', 'drain');
  INSERT INTO gateways (name, proxy, profile) VALUES ('elsewhere', '192.0.2.5', 'internal');
  INSERT INTO gateway_groups (name) VALUES ('2gw');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('2gw', 'gw1', 2), ('2gw', 'gw2', 1);
  INSERT INTO routes (name, context, position, destination_pattern, dial_number, group_name)
    VALUES ('extension', 'public', 1, '^9980$', '1004', '2gw');
  INSERT INTO routes (name, context, position, header_name, header_pattern, add_prefix, strip_digits, group_name)
    VALUES ('acme', 'public', 2, 'X-Account', '^acme$', '00', 1, '2gw');
  INSERT INTO routes (name, context, position, destination_prefix, source_network, group_name)
    VALUES ('germany', 'public', 3, '49', '127.0.0.0/8', '2gw');`;

/** What each recording gets from this inventory; a recording that is not named here has no test. */
const EXPECTED: Readonly<Record<string, string>> = {
  'configuration-acl-1': 'not found',
  'configuration-distributor': 'lists',
  'configuration-post_load_modules-1': 'not found',
  'configuration-sofia-load': 'not found',
  'configuration-sofia-profile-start': 'not found',
  'dialplan-9980': '1004',
  'dialplan-e164-with-custom-headers': '008613912345678',
  'dialplan-hostile-api-call': 'not found',
  'dialplan-hostile-channel-variables': 'not found',
  'dialplan-hostile-preprocessor': 'not found',
  'dialplan-hostile-second-leg': 'not found',
  'dialplan-long-number': 'not found',
  'dialplan-many-headers': '4930123456',
  'dialplan-markup-characters': 'not found',
  'dialplan-non-ascii': 'not found',
  'directory-gateways': 'gateways',
  'directory-sip-auth': 'not found',
};

describe('the recorded requests of a FreeSWITCH', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(INVENTORY, { credentials: recordedCredentials });
  });
  afterAll(() => server.stop());

  async function ask(request: Buffer): Promise<XmlNode> {
    const { status, headers, body } = await sendRaw(server.port, request);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/xml/);
    return readAnswer(body);
  }

  const summary = (root: XmlNode): string => {
    if (isNotFound(root)) return 'not found';
    if (locateSection(root, 'configuration') !== undefined) return 'lists';
    if (locateSection(root, 'directory') !== undefined) return 'gateways';
    const numbers = readPlan(root, 'public').legs.map(({ number }) => number);
    return [...new Set(numbers)].join();
  };

  it.each(recordedNames)('%s gets what the inventory has for it', async (name) => {
    expect(EXPECTED).toHaveProperty([name]);
    expect(summary(await ask(recordedRequest(name)))).toBe(EXPECTED[name]);
  });

  it('distributor.conf gives mod_distributor the shares of the weights', async () => {
    const lists = listsFrom(await ask(recordedRequest('configuration-distributor')));
    const distributor = new ModDistributor(lists);
    const given = Array.from({ length: 6 }, () => distributor.next('2gw')).sort();
    expect(given).toEqual(['gw1', 'gw1', 'gw1', 'gw1', 'gw2', 'gw2']);
    expect(lists.flatMap(({ nodes }) => nodes.map(({ weight }) => weight))).toEqual([1, 1, 1]);
  });

  const gatewaysIn = (root: XmlNode): ReadonlyMap<string, ReadonlyMap<string, string>> => {
    const [domain] = locateSection(root, 'directory')?.children ?? [];
    const [user] = domain === undefined ? [] : childrenNamed(domain, 'user');
    const [gateways] = user === undefined ? [] : childrenNamed(user, 'gateways');
    const named = (gateways?.children ?? []).map(
      (gateway) =>
        [
          gateway.attributes.get('name')!,
          new Map(gateway.children.map(({ attributes }) => [attributes.get('name')!, attributes.get('value')!])),
        ] as const,
    );
    return new Map(named);
  };

  it('the directory has the gateways of the profile that are not disabled, and what SQL says of them', async () => {
    const gateways = gatewaysIn(await ask(recordedRequest('directory-gateways')));
    expect([...gateways.keys()]).toEqual(['gw1', 'gw2', 'old']);
    expect(gateways.get('gw1')?.get('password')).toBe('a<b&"c\'$${x}hushcanary');
    expect(gateways.get('gw1')?.get('register')).toBe('true');
    expect(gateways.get('gw2')?.get('register')).toBe('false');
  });

  it('the directory is asked for one domain too, and repeats only names of domains', async () => {
    const recorded = recordedRequest('directory-gateways');
    const domain = { tag_name: 'domain', key_name: 'name' };
    const one = await ask(withBody(recorded, { ...domain, key_value: '10.0.0.5' }));
    expect(locateSection(one, 'directory', 'domain', 'name', '10.0.0.5')).toBeDefined();
    expect([...gatewaysIn(one).keys()]).toEqual(['gw1', 'gw2', 'old']);
    for (const key_value of ['$${domain}', 'a"b', '<x>', 'x'.repeat(256), '']) {
      expect(isNotFound(await ask(withBody(recorded, { ...domain, key_value })))).toBe(true);
    }
  });

  it.each([
    ['a profile without gateways', { profile: 'empty' }],
    ['no profile', { profile: undefined }],
    ['another purpose', { purpose: 'network-list' }],
    ['another tag', { tag_name: 'user', key_name: 'id', key_value: '1' }],
    ['another section', { section: 'phrases' }],
    ['no section', { section: undefined }],
  ])('the directory is not found for %s', async (_what, changes) => {
    expect(isNotFound(await ask(withBody(recordedRequest('directory-gateways'), changes)))).toBe(true);
  });
});

describe('profiles that the inventory holds', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(`${INVENTORY}
      INSERT INTO profiles VALUES ('external'), ('bare');
      INSERT INTO profile_settings VALUES ('external', 'sip-port', '5080');`);
  });
  afterAll(() => server.stop());

  const ask = async (name: string, changes = {}) =>
    readAnswer((await sendRaw(server.port, withBody(recordedRequest(name), changes))).body);
  const profilesIn = (root: XmlNode) => {
    const configuration = locateSection(root, 'configuration', 'configuration', 'name', 'sofia.conf');
    return childrenNamed(configuration!, 'profiles')[0]!.children;
  };

  it('sofia.conf has all of them at load, each with settings and gateways', async () => {
    const profiles = profilesIn(await ask('configuration-sofia-load'));
    expect(profiles.map(({ attributes }) => attributes.get('name'))).toEqual(['bare', 'external']);
    for (const profile of profiles) expect(childrenNamed(profile, 'settings')).toHaveLength(1);
    const gateways = profiles.map((profile) => childrenNamed(profile, 'gateways')[0]!.children.length);
    expect(gateways).toEqual([0, 3]);
  });

  it('sofia.conf has the profile that starts, and is not found for one that is not here', async () => {
    const [profile, ...others] = profilesIn(await ask('configuration-sofia-profile-start'));
    expect(others).toEqual([]);
    expect(profile?.attributes.get('name')).toBe('external');
    expect(isNotFound(await ask('configuration-sofia-profile-start', { profile: 'internal' }))).toBe(true);
  });

  it('gateways are in one place only', async () => {
    expect(isNotFound(await ask('directory-gateways'))).toBe(true);
    expect(isNotFound(await ask('directory-gateways', { profile: 'internal' }))).toBe(false);
  });
});
