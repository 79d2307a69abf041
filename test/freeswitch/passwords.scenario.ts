import { afterEach, expect, it } from 'vitest';
import { FreeswitchLab } from '../support/freeswitch/freeswitch-lab.ts';
import { sampleValue } from '../support/parse-metrics.ts';

let lab: FreeswitchLab;

afterEach(async () => {
  await lab.stop();
});

it.each(['basic', 'digest'] as const)(
  'a switch shows its password by %s, and its calls get their plans',
  async (scheme) => {
    lab = await FreeswitchLab.start({ access: { credentials: 'fs:a"long\\ä=password', scheme } });
    const group = await lab.group({ a: {} });
    for (let call = 0; call < 5; call += 1) expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a a a a a');
    const samples = await lab.metrics();
    const refused = (result: string) =>
      sampleValue(samples, 'trunkhunt_access_refused_total', { role: 'switch', result });
    expect([refused('unauthorized'), refused('forbidden'), refused('throttled')]).toEqual([0, 0, 0]);
    if (scheme === 'basic') expect(refused('challenged')).toBe(0);
    else expect(refused('challenged')).toBeGreaterThan(5);
  },
);
