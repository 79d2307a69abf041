import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FreeswitchLab, SWITCH } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';
import type { CallScript } from '../support/sip/sip-gateway.ts';

let lab: FreeswitchLab;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

const ORDERED = { strategy: 'ordered' };
const SILENT: CallScript = {};
const status = (it: number): CallScript => ({ status: it });

describe('what the product was made for', () => {
  it('calls take turns', async () => {
    const group = await lab.group({ a: {}, b: {}, c: {} });
    for (let call = 0; call < 9; call += 1) expect((await group.callOnce()).status).toBe(200);
    const turns = group.seen().split(' ');
    expect(new Set(turns.slice(0, 3)).size).toBe(3);
    expect(turns.slice(3)).toEqual([...turns.slice(0, 3), ...turns.slice(0, 3)]);
  });

  it('the first gateway fails, the second answers', async () => {
    const group = await lab.group({ a: { script: status(503) }, b: {} }, ORDERED);
    expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a b');
  });

  it('a gateway that is down by its ping gets no call, and gets calls again when it is back', async () => {
    const ping = { ping_seconds: 5 };
    const group = await lab.group({ a: { columns: ping }, b: { columns: ping } });
    const gateway = group.gatewayName('a');
    const reach = (): Promise<number | undefined> => lab.metric('trunkhunt_gateway_up', { switch: SWITCH, gateway });
    // FreeSWITCH's first ping has to be answered, or a gateway is down after its first failure (contract 5.6).
    await vi.waitFor(() => {
      expect(group.server('a').pings).toBeGreaterThan(0);
    }, 15_000);
    const diedAt = performance.now();
    await group.server('a').close();
    await vi.waitFor(async () => {
      expect(await reach()).toBe(0);
    }, 45_000);
    reportFigure(`down by ping ${secondsSince(diedAt)} after its port was closed`);
    group.seen();
    for (let call = 0; call < 4; call += 1) {
      const { status: final, seconds } = await group.callOnce();
      expect(final).toBe(200);
      expect(seconds).toBeLessThan(1);
    }
    expect(group.seen()).toBe('b b b b');
    await group.server('a').reopen();
    await vi.waitFor(async () => {
      expect(await reach()).toBe(1);
    }, 45_000);
    for (let call = 0; call < 4; call += 1) await group.callOnce();
    expect(group.seen().split(' ')).toContain('a');
  });
});

describe('a plan of two gateways, of which the first answers', () => {
  it.each([
    { first: 200, caller: 200, tried: 'a' },
    { first: 486, caller: 486, tried: 'a' },
    { first: 404, caller: 404, tried: 'a' },
    { first: 603, caller: 603, tried: 'a' },
    { first: 503, caller: 200, tried: 'a b' },
    { first: 500, caller: 200, tried: 'a b' },
    { first: 502, caller: 200, tried: 'a b' },
    { first: 408, caller: 200, tried: 'a b' },
    { first: 480, caller: 200, tried: 'a b' },
    { first: 302, caller: 200, tried: 'a b' },
  ])('$first: the caller gets $caller, tried are $tried', async ({ first, caller, tried }) => {
    const group = await lab.group({ a: { script: status(first) }, b: {} }, ORDERED);
    const call = await group.callOnce();
    expect(call.status).toBe(caller);
    expect(group.seen()).toBe(tried);
    expect(call.seconds).toBeLessThan(2);
  });

  it('nothing at all: the second answers after the progress timeout', async () => {
    const group = await lab.group({ a: { script: SILENT }, b: {} }, ORDERED);
    const call = await group.callOnce();
    expect(call.status).toBe(200);
    expect(call.seconds).toBeGreaterThan(2.5);
    expect(call.seconds).toBeLessThan(5.5);
    reportFigure(`second answered ${call.seconds.toFixed(1)} s after a silent first, progress timeout 3 s`);
  });

  it('rings and nobody answers: the plan ends there, since the callee was found', async () => {
    const group = await lab.group({ a: { script: { ring: true } }, b: {} }, { ...ORDERED, answer_timeout_seconds: 3 });
    const call = await group.callOnce();
    expect(group.seen()).toBe('a');
    expect(call.status).toBe(480);
    reportFigure(`rang 3 s unanswered: the caller hears ${call.status} after ${call.seconds.toFixed(1)} s`);
  });
});

describe('what the caller hears when nobody answers', () => {
  it.each([
    { first: 503, second: 503, caller: 503 },
    { first: 480, second: 503, caller: 503 },
    { first: 503, second: 404, caller: 404 },
    { first: 503, second: 486, caller: 486 },
    { first: 503, second: 480, caller: 480 },
    { first: 500, second: 480, caller: 480 },
  ])('$first, then $second: $caller', async ({ first, second, caller }) => {
    const group = await lab.group({ a: { script: status(first) }, b: { script: status(second) } }, ORDERED);
    expect((await group.callOnce()).status).toBe(caller);
    expect(group.seen()).toBe('a b');
  });

  it('404, and the second is not tried: 404', async () => {
    const group = await lab.group({ a: { script: status(404) }, b: {} }, ORDERED);
    expect((await group.callOnce()).status).toBe(404);
    expect(group.seen()).toBe('a');
  });

  it('both silent', async () => {
    const group = await lab.group({ a: { script: SILENT }, b: { script: SILENT } }, ORDERED);
    const call = await group.callOnce();
    reportFigure(`both silent: the caller hears ${call.status} after ${call.seconds.toFixed(1)} s`);
    expect(call.status).toBe(480);
    expect(call.seconds).toBeLessThan(10);
  });
});
