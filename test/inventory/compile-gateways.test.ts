import { describe, expect, it } from 'vitest';

import { FURTHER_PARAMETERS } from '../../src/inventory/sofia-parameters.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const onlyGateway = (sql: string) => {
  const { snapshot, findings } = temporaryInventory(sql).compile();
  expect(findings).toEqual([]);
  expect(snapshot?.gateways).toHaveLength(1);
  return snapshot!.gateways[0]!;
};

const PARAMETERS_OF_CONTRACT = `register scheme realm username auth-username password caller-id-in-from extension
  extension-in-contact context proxy outbound-proxy register-proxy register-transport expire-seconds retry-seconds
  908-retry-seconds timeout-seconds from-user from-domain contact-host contact-params contact-in-ping distinct-to
  destination-prefix rfc-5626 reg-id ping ping-max ping-min ping-monitoring gw-auth-acl`.split(/\s+/);

const EVERYTHING = `INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');
  INSERT INTO gateways (name, profile, proxy, realm, username, password, register, register_transport,
    expire_seconds, retry_seconds, caller_id_in_from, ping_seconds, ping_min, ping_max, extension, context, strip_digits,
    add_prefix, state, max_calls, max_cps, drain_seconds) VALUES ('gw', 'internal', '192.0.2.1:5061', 'r', 'u', 'p-hushcanary', 1, 'tls', 600, 20, 0, 25, 2, 3, 'e', 'c', 2,
    '+49', 'drain', 30, 4, 7);
  INSERT INTO gateway_params VALUES ('gw', 'from-user', 'f'), ('gw', 'from-domain', 'd');
  INSERT INTO gateway_variables VALUES ('gw', 'z', '1', NULL), ('gw', 'a', '2', 'outbound'), ('gw', 'a', '3', 'inbound');`;

describe('a compiled gateway', () => {
  it('with few values tells sofia what its own defaults would get wrong, and nothing more', () => {
    const gateway = onlyGateway("INSERT INTO gateways (name, proxy) VALUES ('gw', 'sip.example.org')");
    expect(gateway).toEqual({
      name: 'gw',
      profile: 'external',
      state: 'active',
      numberRules: { stripDigits: 0, addPrefix: '' },
      proxyAddress: undefined,
      switches: undefined,
      maxCalls: undefined,
      maxCps: undefined,
      drainSeconds: 300,
      parameters: [
        { name: 'proxy', value: 'sip.example.org' },
        { name: 'register', value: 'false' },
        { name: 'register-transport', value: 'udp' },
        { name: 'caller-id-in-from', value: 'true' },
      ],
      variables: [],
    });
  });

  it('with every value says each under the name that sofia knows', () => {
    const gateway = onlyGateway(EVERYTHING);
    expect(gateway).toMatchObject({
      profile: 'internal',
      state: 'drain',
      numberRules: { stripDigits: 2, addPrefix: '+49' },
      proxyAddress: '192.0.2.1',
      maxCalls: 30,
      maxCps: 4,
      drainSeconds: 7,
    });
    expect(gateway.parameters.map(({ name, value }) => `${name}=${value}`)).toEqual([
      ...[
        'proxy=192.0.2.1:5061',
        'realm=r',
        'username=u',
        'password=p-hushcanary',
        'register=true',
        'register-transport=tls',
      ],
      ...['expire-seconds=600', 'retry-seconds=20', 'caller-id-in-from=false', 'ping=25', 'ping-min=2', 'ping-max=3'],
      ...['extension=e', 'context=c', 'from-domain=d', 'from-user=f'],
    ]);
    for (const { name } of gateway.parameters) expect(PARAMETERS_OF_CONTRACT).toContain(name);
    expect(gateway.variables).toEqual([
      { name: 'a', value: '3', direction: 'inbound' },
      { name: 'a', value: '2', direction: 'outbound' },
      { name: 'z', value: '1' },
    ]);
  });

  it('knows its switches', () => {
    const sql = `INSERT INTO gateways (name, proxy) VALUES ('gw', 'h'); INSERT INTO switches (hostname) VALUES ('fs1'), ('fs2');
      INSERT INTO gateway_switches VALUES ('gw', 'fs2');`;
    expect([...(onlyGateway(sql).switches ?? [])]).toEqual(['fs2']);
  });
});

describe('the parameters that sofia knows', () => {
  it('are those of the contract that are no columns, without the one that crashes it', () => {
    const columns = onlyGateway(EVERYTHING).parameters.map(({ name }) => name);
    expect([...new Set([...FURTHER_PARAMETERS, ...columns])].sort()).toEqual([...PARAMETERS_OF_CONTRACT].sort());
    expect(FURTHER_PARAMETERS).not.toContain('ping-user-agent');
  });
});

describe('profiles', () => {
  it('have their settings by name', () => {
    const { snapshot } = temporaryInventory(`INSERT INTO profiles VALUES ('internal'), ('external');
      INSERT INTO profile_settings VALUES ('internal', 'sip-port', '5060'), ('internal', 'context', 'c');`).compile();
    expect(snapshot?.profiles).toEqual([
      { name: 'external', settings: [] },
      {
        name: 'internal',
        settings: [
          { name: 'context', value: 'c' },
          { name: 'sip-port', value: '5060' },
        ],
      },
    ]);
  });
});
