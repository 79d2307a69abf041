import { afterAll, describe, expect, it } from 'vitest';

import { completeRow } from '../../src/inventory/row-key.ts';
import { RowTrial } from '../../src/inventory/row-trial.ts';

describe('rows on trial', () => {
  const trial = new RowTrial();
  afterAll(() => {
    trial.close();
  });
  const gateway = (name: string, proxy = '192.0.2.1'): { table: 'gateways'; row: { name: string; proxy: string } } => ({
    table: 'gateways',
    row: { name, proxy },
  });

  it('are taken where the schema takes them, with the defaults of what they do not say', () => {
    expect(trial.tryRows([gateway('a')])).toBeUndefined();
  });

  it('are refused all together, with the name of the constraint', () => {
    const bad = gateway('c', 'sip:192.0.2.1');
    expect(trial.tryRows([gateway('b'), bad])).toEqual({
      tried: bad,
      wanted: 'gateways.proxy: host or host:port, without sip:',
    });
    expect(trial.tryRows([gateway('b')])).toBeUndefined();
  });

  it('are refused where one of the name was taken before', () => {
    expect(trial.tryRows([gateway('A')])?.wanted).toBe('gateways.name: unique without regard to case');
  });

  it('may refer to what is elsewhere', () => {
    const row = { group_name: 'nowhere', gateway: 'nobody' };
    expect(trial.tryRows([{ table: 'gateway_group_members', row }])).toBeUndefined();
  });

  it('know which causes are shipped, and do not mind them', () => {
    expect(trial.shippedCauses.get('USER_BUSY')).toBe('stop');
    expect(trial.tryRow({ table: 'failover_causes', row: { cause: 'USER_BUSY', action: 'stop' } })).toBeUndefined();
  });

  it('are refused one by one with the name of the constraint', () => {
    const whole = (row: object): string | undefined =>
      trial.tryRow({ table: 'gateways', row: completeRow('gateways', { name: 'x', proxy: 'h', ...row }) });
    expect(whole({ max_calls: 0 })).toBe('gateways.max_calls: NULL or 1 to 1000000');
    expect(whole({ register: 1 })).toBe('gateways: register = 1 needs username and password');
    expect(whole({ proxy: null })).toBe('gateways.proxy');
    expect(whole({})).toBeUndefined();
    expect(whole({ name: 'X' })).toBe('gateways.name: unique without regard to case');
  });
});
