import { afterEach, describe, expect, it, vi } from 'vitest';
import { FreeswitchLab, SOON, SWITCH } from '../support/freeswitch/freeswitch-lab.ts';
import type { LabGroup } from '../support/freeswitch/lab-group.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

const CALLS = 400;
/** About 80 calls a second. */
const GAP_MS = 12;
const LIMIT = 10;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One of the ways in which calls end, each in its turn. */
async function placeCall(group: LabGroup, at: number): Promise<string> {
  const call = group.call();
  const isGivenUp = at % 4 === 0;
  if (isGivenUp) {
    await pause(60);
    call.cancel();
  }
  const { status } = await call.final;
  const end = `${status}${isGivenUp ? ' given up' : ''}`;
  if (status !== 200) return end;
  await pause(100 + (at % 7) * 40);
  // The other half is ended by the gateway, at its leisure.
  if (at % 2 === 0) await call.hangUp();
  else await call.hungUp;
  return end;
}

describe('a storm of calls that end in every way', () => {
  it('leaves no slot taken, and no limit broken', async () => {
    lab = await FreeswitchLab.start();
    const columns = { max_calls: LIMIT };
    const group = await lab.group(
      {
        a: { columns, script: { ring: true, status: 200, afterMs: 150 } },
        b: { columns, script: { status: 503 } },
        c: { columns, script: { ring: true, status: 486, afterMs: 80 } },
        d: { columns, script: { ring: true, status: 200, afterMs: 20 } },
        e: { columns, script: {} },
      },
      { max_attempts: 3, progress_timeout_seconds: 1, answer_timeout_seconds: 5, health_mode: 'observe' },
    );
    const shorts = ['a', 'b', 'c', 'd', 'e'];
    const ending = setInterval(() => {
      for (const short of shorts) group.server(short).hangUpAll();
    }, 400);
    const at = performance.now();
    const calls: Promise<string>[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      calls.push(placeCall(group, call));
      await pause(GAP_MS);
    }
    const ended = new Map<string, number>();
    for (const end of await Promise.all(calls)) ended.set(end, (ended.get(end) ?? 0) + 1);
    clearInterval(ending);
    const ends = [...ended].map(([end, count]) => `${count} x ${end}`).join(', ');
    reportFigure(`${CALLS} calls in ${secondsSince(at)}: ${ends}`);
    // Whom nothing is heard of cannot be sent a CANCEL, and so does not know when its calls are over.
    for (const short of ['a', 'b', 'c', 'd']) {
      expect({ short, fits: group.server(short).mostCalls <= LIMIT }).toEqual({ short, fits: true });
    }
    await vi.waitFor(async () => {
      for (const short of shorts) {
        const gateway = group.gatewayName(short);
        expect({ short, slots: await lab.metric('trunkhunt_gateway_calls', { gateway }) }).toEqual({ short, slots: 0 });
      }
      expect((await lab.report()).calls).toBe(0);
      expect(await lab.freeswitch.api('show channels count')).toContain('0 total');
    }, SOON);
    expect(await lab.metric('trunkhunt_switch_inbound_calls_total', { switch: SWITCH })).toBe(CALLS);
  });
});

describe('a switch that is killed again and again', () => {
  it('is found as it is wanted each time, and is told nothing', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: {}, b: { columns: { ping_seconds: 5 } }, c: {} });
    const login = { register: 1, username: 'alice', password: 'p' };
    group.server('c').passwords.set('alice', ['p']);
    const gateways = ['a', 'b', 'c'].map((short) => group.gatewayName(short));
    const columns = Object.entries(login).map(([name, value]) => `${name} = '${value}'`);
    lab.sql(`UPDATE gateways SET ${columns.join(', ')} WHERE name = '${gateways[2]}'`);
    const isRegistered = async (): Promise<void> => {
      expect(await lab.freeswitch.gatewayField(String(gateways[2]), 'state')).toBe('REGED');
    };
    await vi.waitFor(isRegistered, SOON);
    await pause(500);
    const commands = async (): Promise<number> =>
      (await lab.metrics())
        .filter(({ name }) => name === 'trunkhunt_reconcile_commands_total')
        .reduce((sum, { value }) => sum + value, 0);
    const before = await commands();
    for (let time = 0; time < 5; time += 1) {
      await lab.freeswitch.kill();
      await pause(time * 100);
      const at = performance.now();
      await lab.freeswitch.run();
      await vi.waitFor(isRegistered, SOON);
      await lab.isListenedTo();
      reportFigure(`restart ${time + 1}: listened to ${secondsSince(at)} after its start`);
      await lab.isUp(...gateways);
      expect((await lab.report()).drift).toEqual([]);
      expect((await group.callOnce()).status).toBe(200);
    }
    expect(await commands()).toBe(before);
  });
});
