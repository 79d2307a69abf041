import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/routing/explain-call.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryInventory, type TemporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, state, strip_digits, add_prefix) VALUES
    ('gw1', '192.0.2.1', 'active', 0, ''), ('gw2', '192.0.2.2:5060', 'active', 1, '00'),
    ('drained', '192.0.2.3', 'drain', 0, ''), ('off', '192.0.2.4', 'disabled', 0, ''),
    ('unweighted', '192.0.2.5', 'active', 0, ''), ('elsewhere', '192.0.2.6', 'active', 0, ''),
    ('stripped', '192.0.2.7', 'active', 10, ''), ('late', '192.0.2.8', 'active', 0, '');
  INSERT INTO switches (hostname) VALUES ('fs1'), ('fs2');
  INSERT INTO gateway_switches VALUES ('elsewhere', 'fs2');
  INSERT INTO gateway_groups (name, strategy, max_attempts) VALUES ('g', 'ordered', 2), ('down', 'weighted', 3);
  INSERT INTO gateway_groups (name, chooser) VALUES ('list', 'mod_distributor');
  INSERT INTO gateway_group_members (group_name, gateway, tier, weight) VALUES
    ('g', 'gw1', 1, 9), ('g', 'gw2', 1, 8), ('g', 'drained', 1, 7), ('g', 'off', 1, 6), ('g', 'unweighted', 1, 0),
    ('g', 'elsewhere', 1, 5), ('g', 'stripped', 1, 4), ('g', 'late', 2, 1), ('down', 'off', 1, 1),
    ('list', 'gw1', 1, 1);
  INSERT INTO routes (name, context, position, header_name, header_pattern, group_name)
    VALUES ('vip', 'default', 1, 'X-Account', '^acme$', 'down');
  INSERT INTO routes (name, context, position, destination_prefix, strip_digits, add_prefix, group_name)
    VALUES ('world', 'default', 2, '+', 1, '', 'g');
  INSERT INTO routes (name, context, position, caller_pattern, source_network, destination_prefix, group_name)
    VALUES ('local', 'default', 3, '^2', '10.0.0.0/8', '7', 'list');`;

describe('explain', () => {
  let inventory: TemporaryInventory;

  beforeAll(() => {
    inventory = temporaryInventory(INVENTORY);
  });
  afterAll(() => {
    inventory.remove();
  });

  const explain = (...args: string[]) => runProgram(['explain', '--database', inventory.path, ...args]);
  const data = async (...args: string[]) => {
    const { status, stdout, stderr } = await explain('--json', ...args);
    expect(stderr).toBe('');
    return { status, ...(JSON.parse(stdout) as Explanation) };
  };

  it('says the route, the number after each rule, and the plan', async () => {
    const explained = await data('+4930', '--switch', 'fs1');
    expect(explained).toMatchObject({
      status: 0,
      outcome: 'planned',
      route: { name: 'world', group: 'g' },
      numberAfterRoute: '4930',
      plan: [
        { attempt: 1, gateway: 'gw1', number: '4930' },
        { attempt: 2, gateway: 'gw2', number: '00930' },
      ],
    });
    const { status, stdout } = await explain('+4930', '--switch', 'fs1');
    expect(status).toBe(0);
    for (const part of ['world', '4930', 'gw1', '00930']) expect(stdout).toContain(part);
  });

  it('says why every other gateway of the group was passed over', async () => {
    const { gatewaysPassedOver } = await data('+4930', '--switch', 'fs1');
    const reasons = Object.fromEntries(gatewaysPassedOver.map(({ gateway, reason }) => [gateway, reason]));
    expect(Object.keys(reasons).sort()).toEqual(['drained', 'elsewhere', 'late', 'off', 'stripped', 'unweighted']);
    expect(reasons['drained']).toContain('drain');
    expect(reasons['off']).toContain('disabled');
    expect(reasons['unweighted']).toContain('weight');
    expect(reasons['elsewhere']).toContain('gateway_switches');
    expect(reasons['stripped']).toContain('strip_digits');
    expect(reasons['late']).toContain('max_attempts of 2');
  });

  it('passes over the gateway that the call came from', async () => {
    const { plan, gatewaysPassedOver } = await data('+4930', '--switch', 'fs2', '--source', '192.0.2.1');
    expect(plan.map(({ gateway }) => gateway)).toEqual(['gw2', 'elsewhere']);
    expect(gatewaysPassedOver).toContainEqual(
      expect.objectContaining({ gateway: 'gw1', reason: expect.stringContaining('192.0.2.1') as string }),
    );
  });

  it('says which routes were passed over, and for which condition', async () => {
    const { routesPassedOver } = await data('71', '--caller', '30', '--source', '10.1.1.1', '--header', 'X-Account=x');
    expect(routesPassedOver).toEqual([
      { route: 'vip', unmet: 'header_pattern' },
      { route: 'local', unmet: 'caller_pattern' },
    ]);
  });

  it('takes headers in any case, and only the values that match', async () => {
    expect(await data('5', '--header', 'x-ACCOUNT=acme')).toMatchObject({ status: 1, route: { name: 'vip' } });
    expect(await data('5', '--header', 'X-Account=acme=')).toMatchObject({
      status: 1,
      outcome: 'no_route',
      route: null,
    });
  });

  it.each([
    ['no route', ['5'], 'no_route', 'local dialplan'],
    ['no route of this context', ['+4930', '--context', 'public'], 'no_route', 'local dialplan'],
    ['a number that is refused', ['+49|30'], 'rejected_number', '484'],
    ['a number of which the rules leave nothing', ['+'], 'rejected_number', '484'],
    ['no usable member', ['5', '--header', 'X-Account=acme'], 'no_gateway', '503'],
  ])('exits 1 and says so: %s', async (_what, args, outcome, verdict) => {
    const explained = await data(...args);
    expect(explained).toMatchObject({ status: 1, outcome, plan: [] });
    expect(explained.verdict).toContain(verdict);
    const { status, stdout } = await explain(...args);
    expect(status).toBe(1);
    expect(stdout).toContain(explained.verdict);
  });

  it('says where mod_distributor chooses first', async () => {
    const explained = await data('71', '--caller', '20', '--source', '10.1.1.1');
    expect(explained).toMatchObject({
      status: 0,
      distributor: { list: 'list' },
      plan: [{ attempt: 2, gateway: 'gw1' }],
    });
  });

  it('moves no counter: asked again, it says the same', async () => {
    expect((await explain('+4930')).stdout).toBe((await explain('+4930')).stdout);
  });

  it('of an inventory with problems says them and exits 1', async () => {
    const broken = temporaryInventory("INSERT INTO routes (context, group_name) VALUES ('default', 'nobody')");
    const { status, stdout, stderr } = await runProgram(['explain', '1', '--database', broken.path]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('reference-broken');
    const json = await runProgram(['explain', '1', '--database', broken.path, '--json']);
    expect([json.status, json.stderr]).toEqual([1, '']);
    expect(JSON.parse(json.stdout)).toMatchObject({ findings: [{ code: 'reference-broken' }] });
  });
});
