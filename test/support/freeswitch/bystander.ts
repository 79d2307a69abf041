import { expect } from 'vitest';
import type { FreeswitchLab } from './freeswitch-lab.ts';

/**
 * Makes gateways that are not to be touched, however much happens to others.
 * @returns a check that they were not: by FreeSWITCH's own figures and by its log
 */
export async function bystander(lab: FreeswitchLab): Promise<() => Promise<void>> {
  const group = await lab.group({ a: {}, b: { columns: { ping_seconds: 5 } } });
  const uptime = async (): Promise<number> =>
    Number(await lab.freeswitch.gatewayField(group.gatewayName('b'), 'uptime-usec'));
  const addedCount = (): number => lab.freeswitch.log.split(`Added gateway '${group.gatewayName('b')}'`).length - 1;
  const [atStart, startedAt] = [await uptime(), performance.now()];
  await group.callOnce();
  return async () => {
    expect((await uptime()) - atStart).toBeGreaterThan((performance.now() - startedAt) * 900);
    expect(addedCount()).toBe(1);
    const calls = ['a', 'b'].map((short) => lab.freeswitch.gatewayField(group.gatewayName(short), 'calls-out'));
    expect((await Promise.all(calls)).sort()).toEqual(['0', '1']);
  };
}
