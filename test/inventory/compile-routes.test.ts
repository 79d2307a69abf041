import { describe, expect, it } from 'vitest';

import { callerText } from '../../src/routing/call.ts';
import { route, SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const compiled = (sql: string) => temporaryInventory(SOUND_INVENTORY + sql).compile();

const call = (fields: Readonly<Record<string, string>> = {}) => ({
  decisionId: 'd',
  channelUuid: '',
  atMs: 0,
  hostname: 'fs1',
  context: 'default',
  destinationNumber: callerText(fields['number'] ?? '4930'),
  callerNumber: callerText(fields['caller'] ?? ''),
  networkAddress: fields['address'] ?? '',
  headers: new Map(fields['tenant'] === undefined ? [] : [['x-tenant', callerText(fields['tenant'])]]),
});

describe('a number that can never be dialled', () => {
  const dialled = '1'.repeat(64);
  it.each([
    ['the prefix alone is of full length', `add_prefix = '${dialled}'`, ''],
    [
      'the two prefixes are too long',
      `add_prefix = '${dialled.slice(0, 40)}'`,
      `add_prefix = '${dialled.slice(0, 24)}'`,
    ],
    ['route and gateway strip more than any number has', 'strip_digits = 64', 'strip_digits = 2'],
  ])('is found where %s', (_what, ofRoute, ofGateways) => {
    const { findings } = compiled(route(ofRoute) + (ofGateways === '' ? '' : `UPDATE gateways SET ${ofGateways};`));
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(['number-never-dialable']);
  });

  it.each([
    ['one digit more has room', `add_prefix = '${dialled.slice(1)}'`, ''],
    ['a + is not counted', `add_prefix = '+${dialled.slice(1)}'`, ''],
    ['the only digit can be stripped', `add_prefix = '${dialled}', strip_digits = 1`, ''],
    ['the longest number has one left', 'strip_digits = 63', 'strip_digits = 1'],
    ['what is stripped comes back', 'strip_digits = 64', "strip_digits = 64, add_prefix = '1'"],
  ])('is not found where %s', (_what, ofRoute, ofGateways) => {
    const { findings } = compiled(route(ofRoute) + (ofGateways === '' ? '' : `UPDATE gateways SET ${ofGateways};`));
    expect(findings).toEqual([]);
  });

  it('is told of each gateway that cannot take it', () => {
    const { findings } = compiled("UPDATE gateways SET add_prefix = 'x';");
    expect(findings.map(({ where }) => where)).toEqual(["gateways['a'].add_prefix", "gateways['b'].add_prefix"]);
  });
});

describe('a compiled route', () => {
  it('has what its row says', () => {
    const { snapshot } = compiled(
      route(`position = 7, destination_prefix = '49', destination_pattern = '(.)$', strip_digits = 2, add_prefix = '0',
        destination_charset = 'user', caller_id_number = '+491', caller_id_name = 'Zoë'`),
    );
    expect(snapshot?.routes.match(call())).toMatchObject({
      label: 'r',
      context: 'default',
      position: 7,
      destinationPrefix: '49',
      destinationPattern: { source: '(.)$', groupCount: 1 },
      charset: 'user',
      numberRules: { stripDigits: 2, addPrefix: '0' },
      callerIdNumber: '+491',
      callerIdName: 'Zoë',
      group: { name: 'g' },
    });
    expect(snapshot?.routes.match(call())?.dialNumber).toBeUndefined();
  });

  it('without a name is called by its id', () => {
    const { snapshot } = compiled(route('name = NULL, id = 42'));
    expect(snapshot?.routes.match(call())?.label).toBe('#42');
  });

  it('takes a call that meets every condition, and no other', () => {
    const { snapshot } = compiled(
      route(`destination_pattern = '^49', caller_pattern = '^12$', source_network = '192.0.2.0/24',
        header_name = 'X-Tenant', header_pattern = '^acme$'`),
    );
    const good = { number: '4930', caller: '12', address: '192.0.2.9', tenant: 'acme' };
    expect(snapshot?.routes.match(call(good))?.label).toBe('r');
    for (const other of [{ number: '1' }, { caller: '123' }, { address: '192.0.3.9' }, { tenant: 'acme2' }]) {
      expect(snapshot?.routes.match(call({ ...good, ...other }))).toBeUndefined();
    }
    const { number, caller, address } = good;
    expect(snapshot?.routes.match(call({ number, caller, address }))).toBeUndefined();
  });

  it('says which fields of a request it needs', () => {
    expect(compiled('').snapshot?.neededFields).toEqual({
      callerNumber: false,
      callerName: true,
      networkAddress: false,
      headers: [],
    });
    const { snapshot } = compiled(
      `${route("caller_pattern = '1', source_network = '192.0.2.0/24', header_name = 'X-B', header_pattern = 'x'")}
      INSERT INTO routes (context, group_name, header_name, header_pattern) VALUES
        ('default', 'g', 'X-A', 'x'), ('default', 'g', 'X-B', 'y');`,
    );
    expect(snapshot?.neededFields).toEqual({
      callerNumber: true,
      callerName: true,
      networkAddress: true,
      headers: ['X-A', 'X-B'],
    });
  });
});
