import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HangupFacts } from '../../src/esl/switch-event.ts';
import { FreeswitchLab, SOON } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';
import { writeChallenge } from '../support/sip/sip-digest.ts';
import type { CallScript } from '../support/sip/sip-gateway.ts';

let lab: FreeswitchLab;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

const ORDERED = { strategy: 'ordered' };

/** As the inventory's table has it from the start. */
const BLAMED: readonly (readonly [status: number, blamed: string])[] = [
  ...[402, 403, 408, 500, 502, 503, 504, 580].map((status) => [status, 'gateway'] as const),
  ...[404, 410, 480, 484, 485, 486, 600, 603, 604].map((status) => [status, 'destination'] as const),
  ...[400, 405, 415, 482, 483, 488, 491, 501, 505, 513, 606].map((status) => [status, 'ourselves'] as const),
  [487, 'caller'],
];

const outcomes = (gateway: string, outcome: string): Promise<number | undefined> =>
  lab.metric('trunkhunt_gateway_attempts_total', { gateway, outcome });

async function hangup(gateway: string): Promise<HangupFacts | undefined> {
  return vi.waitFor(() => {
    const [leg] = lab.freeswitch.hangups(gateway);
    if (leg === undefined) throw new Error(`no leg through ${gateway} has ended`);
    return leg.hangup;
  }, SOON);
}

const slots = (gateway: string): Promise<number | undefined> => lab.metric('trunkhunt_gateway_calls', { gateway });

describe('whom an outcome blames', () => {
  it('a port with nobody behind it is the gateway fault', async () => {
    const group = await lab.group({ a: {}, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    await group.server('a').close();
    const { status, seconds } = await group.callOnce();
    expect(status).toBe(200);
    expect(group.seen()).toBe('b');
    const facts = await hangup(gateway);
    reportFigure(`refused by ICMP, second answered after ${seconds.toFixed(1)} s: ${JSON.stringify(facts)}`);
    await vi.waitFor(async () => {
      expect(await outcomes(gateway, 'gateway')).toBe(1);
    }, SOON);
  });

  it('a silent one is the gateway fault', async () => {
    const group = await lab.group({ a: { script: {} }, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    expect((await group.callOnce()).status).toBe(200);
    const facts = await hangup(gateway);
    reportFigure(`silent: ${JSON.stringify(facts)}`);
    await vi.waitFor(async () => {
      expect(await outcomes(gateway, 'gateway')).toBe(1);
    }, SOON);
  });

  it('a callee who is busy after it rang, or who answers, blames no gateway', async () => {
    const group = await lab.group({ a: { script: { ring: true, status: 486, afterMs: 200 } } });
    const gateway = group.gatewayName('a');
    expect((await group.callOnce()).status).toBe(486);
    group.server('a').script = { status: 200 };
    expect((await group.callOnce()).status).toBe(200);
    await vi.waitFor(async () => {
      expect([await outcomes(gateway, 'destination'), await outcomes(gateway, 'answered')]).toEqual([1, 1]);
    }, SOON);
  });

  it('every final status arrives as it is, and blames whom the table says', async () => {
    const seen: string[] = [];
    for (const [status, blamed] of BLAMED) {
      const group = await lab.group({ a: { script: { status } } });
      const gateway = group.gatewayName('a');
      const call = await group.callOnce();
      const facts = await hangup(gateway);
      seen.push(`${status} ${facts?.cause} -> ${call.status}`);
      expect(facts).toMatchObject({ sipStatus: status, disposition: 'recv_refuse' });
      await vi.waitFor(async () => {
        expect({ status, blamed: await outcomes(gateway, blamed) }).toEqual({ status, blamed: 1 });
      }, SOON);
    }
    reportFigure(`status, cause -> the caller hears: ${seen.join(', ')}`);
  });

  it.each([
    [401, 'WWW-Authenticate'],
    [407, 'Proxy-Authenticate'],
  ] as const)('%i, whatever login is shown, is the gateway fault', async (status, header) => {
    const challenge = writeChallenge({ realm: 'carrier.test', nonce: 'n' });
    const group = await lab.group(
      { a: { script: { status, headers: [[header, challenge]] }, columns: { username: 'u', password: 'p' } }, b: {} },
      ORDERED,
    );
    const call = await group.callOnce();
    const facts = await hangup(group.gatewayName('a'));
    // Not what the carrier said: the SIP stack of FreeSWITCH speaks of "no matching challenge".
    expect(facts).toMatchObject({ sipStatus: 904, cause: 'NORMAL_UNSPECIFIED' });
    reportFigure(`challenged twice with ${status}: the caller hears ${call.status}, tried are ${group.seen()}`);
    await vi.waitFor(async () => {
      expect(await outcomes(group.gatewayName('a'), 'gateway')).toBe(1);
    }, SOON);
  });

  it('a gateway that rings and then fails has failed, and the next one is tried', async () => {
    const group = await lab.group({ a: { script: { ring: true, status: 503, afterMs: 300 } }, b: {} }, ORDERED);
    expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a b');
    await vi.waitFor(async () => {
      expect(await outcomes(group.gatewayName('a'), 'gateway')).toBe(1);
    }, SOON);
  });

  it.each<{ what: string; script: CallScript }>([
    { what: 'it rings', script: { ring: true } },
    { what: 'nothing has come from the gateway', script: {} },
  ])('the caller, who gives up while $what', async ({ script }) => {
    const group = await lab.group({ a: { script } });
    const gateway = group.gatewayName('a');
    const call = group.call();
    await vi.waitFor(() => {
      expect(group.server('a').invites).toHaveLength(1);
    }, SOON);
    call.cancel();
    expect((await call.final).status).toBe(487);
    reportFigure(`caller gave up: ${JSON.stringify(await hangup(gateway))}`);
    await vi.waitFor(async () => {
      expect(await outcomes(gateway, 'caller')).toBe(1);
      expect(await slots(gateway)).toBe(0);
    }, SOON);
  });
});

it('a gateway that always fails is out after a handful of first calls, and comes back when it is mended', async () => {
  const group = await lab.group(
    { a: { script: { status: 503 } }, b: {}, c: {}, d: {} },
    { eject_seconds: 2, slow_start_seconds: 2 },
  );
  const gateway = group.gatewayName('a');
  const event = (name: string): Promise<number | undefined> =>
    lab.metric('trunkhunt_health_events_total', { gateway, event: name });
  let calls = 0;
  while ((await event('ejected')) !== 1 && calls < 60) {
    expect((await group.callOnce()).status).toBe(200);
    calls += 1;
  }
  const firstCalls = group
    .seen()
    .split(' ')
    .filter((short) => short === 'a').length;
  reportFigure(`ejected after ${firstCalls} calls to it, ${calls} calls in all`);
  expect(firstCalls).toBeLessThanOrEqual(5);
  for (let call = 0; call < 8; call += 1) await group.callOnce();
  expect(group.seen()).not.toContain('a');
  group.server('a').script = { status: 200 };
  const mendedAt = performance.now();
  await vi.waitFor(
    async () => {
      expect((await group.callOnce()).status).toBe(200);
      expect(await event('returned')).toBe(1);
    },
    { timeout: 60_000, interval: 50 },
  );
  reportFigure(`mended: whole weight again after ${secondsSince(mendedAt)}`);
  expect(await event('trial')).toBeGreaterThanOrEqual(1);
  expect(await event('slow_start')).toBe(1);
  group.seen();
  for (let call = 0; call < 8; call += 1) await group.callOnce();
  expect(group.seen().match(/a/g)).toHaveLength(2);
});

describe('limits', () => {
  it('max_calls holds while calls overlap, and whoever hangs up frees a slot', async () => {
    const group = await lab.group({ a: { columns: { max_calls: 2 } }, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    const calls = Array.from({ length: 6 }, () => group.call());
    for (const call of calls) expect((await call.final).status).toBe(200);
    expect(group.server('a').mostCalls).toBe(2);
    expect(group.server('b').upCalls.size).toBe(4);
    await vi.waitFor(async () => {
      expect(await slots(gateway)).toBe(2);
    }, SOON);
    group.server('a').hangUpAll();
    await vi.waitFor(async () => {
      expect(await slots(gateway)).toBe(0);
    }, SOON);
    group.seen();
    const more = [group.call(), group.call(), group.call()];
    for (const call of more) expect((await call.final).status).toBe(200);
    expect(group.server('a').mostCalls).toBe(2);
    expect(group.seen().match(/a/g)).toHaveLength(2);
    group.server('a').hangUpAll();
    group.server('b').hangUpAll();
  });

  it('nobody left with a slot is a 503, and the next call after a hang-up gets through', async () => {
    const group = await lab.group({ a: { columns: { max_calls: 1 } } });
    const first = group.call();
    expect((await first.final).status).toBe(200);
    expect((await group.callOnce()).status).toBe(503);
    expect(await lab.metric('trunkhunt_decisions_total', { group: group.name, outcome: 'all_full' })).toBe(1);
    await first.hangUp();
    await vi.waitFor(async () => {
      expect((await group.callOnce()).status).toBe(200);
    }, SOON);
  });

  it('max_cps holds against a burst', async () => {
    const group = await lab.group({ a: { columns: { max_cps: 2 } }, b: {} }, ORDERED);
    for (let burst = 0; burst < 2; burst += 1) {
      const calls = Array.from({ length: 12 }, () => group.call());
      for (const call of calls) expect((await call.final).status).toBe(200);
      expect(group.seen().match(/a/g)).toHaveLength(2);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    }
    for (const short of ['a', 'b']) group.server(short).hangUpAll();
  });
});
