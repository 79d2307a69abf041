import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FreeswitchLab } from '../support/freeswitch/freeswitch-lab.ts';
import type { LabGroup } from '../support/freeswitch/lab-group.ts';
import { reportFigure } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

const GAP_MS = 100;
const WATCHED_MS = 15_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How a gateway dies, and what of it. */
const DEATHS: readonly { readonly how: string; readonly die: (group: LabGroup) => unknown }[] = [
  {
    how: 'its machine hangs',
    die: (group) => {
      const server = group.server('a');
      server.script = {};
      server.pingStatus = undefined;
    },
  },
  { how: 'its port is closed', die: (group) => group.server('a').close() },
  {
    how: 'it refuses every call, and still answers pings',
    die: (group) => {
      group.server('a').script = { status: 503 };
    },
  },
];

describe('a gateway with ping 5 s dies under 10 calls a second, a fourth of which are its own', () => {
  it.each(DEATHS)('$how: no more than a handful of callers notice', async ({ how, die }) => {
    const columns = { ping_seconds: 5 };
    const group = await lab.group({ a: { columns }, b: { columns }, c: { columns }, d: { columns } });
    const chosenFirst = async (): Promise<number> =>
      (await lab.metric('trunkhunt_gateway_selected_total', {
        group: group.name,
        gateway: group.gatewayName('a'),
        attempt: '1',
      })) ?? 0;
    for (let call = 0; call < 16; call += 1) await group.callOnce();
    const before = await chosenFirst();
    await die(group);
    const diedAt = performance.now();
    let [chosen, lastMs] = [before, 0];
    const calls: Promise<{ readonly status: number }>[] = [];
    while (performance.now() - diedAt < WATCHED_MS) {
      calls.push(group.callOnce());
      await pause(GAP_MS);
      const now = await chosenFirst();
      if (now > chosen) [chosen, lastMs] = [now, performance.now() - diedAt];
    }
    const ends = await Promise.all(calls);
    reportFigure(
      `${how}: ${chosen - before} of ${calls.length} calls sent to it first, the last ${(lastMs / 1000).toFixed(1)} s after its death`,
    );
    expect(ends.filter(({ status }) => status !== 200)).toEqual([]);
    expect(chosen).toBeGreaterThan(before);
    expect(lastMs).toBeLessThan(6_000);
  });
});
