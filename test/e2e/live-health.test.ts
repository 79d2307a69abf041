import { describe, expect, it } from 'vitest';
import { liveSwitches, sharing } from '../support/live-switch.ts';

describe('a switch that is listened to', () => {
  it('gets its calls turn by turn', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    const tried: string[] = [];
    for (let call = 0; call < 6; call += 1) {
      const { answered, tried: legs } = await live.fs().call({ number: '9980', hangupAfterMs: 1_000 });
      expect(answered).toBe(true);
      expect(legs).toHaveLength(1);
      tried.push(legs[0]!.gateway);
    }
    expect(tried).toEqual(['gw1', 'gw2', 'gw1', 'gw2', 'gw1', 'gw2']);
    await live.until(async () => {
      for (const gateway of ['gw1', 'gw2']) {
        expect(await live.metric('trunkhunt_gateway_attempts_total', { gateway, outcome: 'answered' })).toBe(3);
      }
    });
    expect(await live.metric('trunkhunt_switch_inbound_calls_total', { switch: 'fs1' })).toBe(6);
    expect(await live.metric('trunkhunt_gateway_calls', { gateway: 'gw1' })).toBe(0);
    expect(await live.metric('trunkhunt_gateway_call_seconds_count', { gateway: 'gw2' })).toBe(3);
    expect(await live.metric('trunkhunt_gateway_post_dial_delay_seconds_count', { gateway: 'gw2' })).toBe(3);
    expect(await live.metric('trunkhunt_gateway_answer_ratio', { gateway: 'gw2' })).toBe(1);
  });

  it('has a call answered by the second gateway where the first fails', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    live.fs().setGateway('gw1', { refuse: 503 });
    const call = await live.fs().call({ number: '9980', hangupAfterMs: 1_000 });
    expect(call).toMatchObject({ answered: true, finalStatus: 200 });
    expect(call.tried.map(({ gateway, attempt }) => `${gateway} ${attempt}`)).toEqual(['gw1 1', 'gw2 2']);
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_attempts_total', { gateway: 'gw1', outcome: 'gateway' })).toBe(1);
    });
  });

  it('never tries a gateway that its pings find down', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    live.fs().setPeer('gw1', { pings: 'silent' });
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_up', { switch: 'fs1', gateway: 'gw1' })).toBe(0);
    });
    for (let call = 0; call < 4; call += 1) {
      const { tried, notSent } = await live.fs().call({ number: '9980', hangupAfterMs: 100 });
      expect(tried.map(({ gateway }) => gateway)).toEqual(['gw2']);
      // It is not even in the plan: FreeSWITCH would have refused it.
      expect(notSent).toEqual([]);
    }
    live.fs().setPeer('gw1', {});
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_up', { switch: 'fs1', gateway: 'gw1' })).toBe(1);
    });
    const after = await live.fs().call({ number: '9980', hangupAfterMs: 100 });
    expect(after.tried.map(({ gateway }) => gateway)).toEqual(['gw1']);
  });

  it('doubts its pings when all gateways are down, and counts that', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    for (const gateway of ['gw1', 'gw2']) live.fs().setPeer(gateway, { pings: 'silent' });
    await live.until(() => {
      expect(live.report().gateways.up).toBe(0);
    });
    const { notSent, finalStatus } = await live.fs().call({ number: '9980' });
    expect(notSent.map(({ gateway, cause }) => `${gateway} ${cause}`).sort()).toEqual([
      'gw1 GATEWAY_DOWN',
      'gw2 GATEWAY_DOWN',
    ]);
    expect(finalStatus).toBe(503);
    expect(await live.metric('trunkhunt_panic_total', { group: 'g' })).toBe(1);
  });

  it("refuses at once where all are down and when_all_down is 'refuse'", async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, "when_all_down = 'refuse'"));
    for (const gateway of ['gw1', 'gw2']) live.fs().setPeer(gateway, { pings: 'silent' });
    await live.until(() => {
      expect(live.report().gateways.up).toBe(0);
    });
    const { notSent, finalStatus } = await live.fs().call({ number: '9980' });
    expect(notSent).toEqual([]);
    expect(finalStatus).toBe(503);
    expect(await live.metric('trunkhunt_decisions_total', { group: 'g', outcome: 'all_down' })).toBe(1);
    expect(await live.metric('trunkhunt_panic_total', { group: 'g' })).toBe(0);
  });
});

describe('a gateway that fails', () => {
  it('is out after a few calls, on trial when its time is over, and back by and by', async () => {
    const live = await liveSwitches(
      sharing({ gw1: 1, gw2: 1, gw3: 1 }, 'eject_seconds = 20, slow_start_seconds = 20'),
      { speed: 40 },
    );
    live.fs().setGateway('gw1', { refuse: 503 });
    let first = 0;
    for (let call = 0; call < 30; call += 1) {
      const { tried, answered } = await live.fs().call({ number: '9980', hangupAfterMs: 50 });
      expect(answered).toBe(true);
      if (tried[0]?.gateway === 'gw1') first += 1;
    }
    expect(first).toBeGreaterThanOrEqual(3);
    expect(first).toBeLessThanOrEqual(5);
    const ejected = { switch: 'fs1', gateway: 'gw1', reason: 'faults' };
    expect(await live.metric('trunkhunt_gateway_ejected', ejected)).toBe(1);
    expect(await live.metric('trunkhunt_gateway_effective_weight', { group: 'g', gateway: 'gw1' })).toBe(0);
    live.fs().setGateway('gw1', {});
    await live.until(async () => {
      await live.fs().call({ number: '9980', hangupAfterMs: 50 });
      expect(await live.metric('trunkhunt_health_events_total', { gateway: 'gw1', event: 'slow_start' })).toBe(1);
    });
    const weight = await live.metric('trunkhunt_gateway_effective_weight', { group: 'g', gateway: 'gw1' });
    expect(weight).toBeGreaterThan(0);
    const messagesOf = (): readonly string[] =>
      live.server.log.map(({ message }) => message).filter((it) => it.startsWith('gateway gw1'));
    await live.until(() => {
      expect(messagesOf().at(-1)).toMatch(/whole weight again/);
    });
    expect(await live.metric('trunkhunt_gateway_effective_weight', { group: 'g', gateway: 'gw1' })).toBe(1);
    const messages = messagesOf();
    expect(messages).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ejected for 20 s: its calls fail too often/),
        expect.stringMatching(/one call at a time/),
        expect.stringMatching(/weight grows back/),
        expect.stringMatching(/whole weight again/),
      ]),
    );
  });

  it("is only told of where the group's health_mode is 'observe'", async () => {
    const live = await liveSwitches(
      sharing({ gw1: 1, gw2: 1, gw3: 1 }, "health_mode = 'observe', eject_seconds = 3600"),
    );
    live.fs().setGateway('gw1', { refuse: 503 });
    let first = 0;
    for (let call = 0; call < 30; call += 1) {
      const { tried } = await live.fs().call({ number: '9980', hangupAfterMs: 50 });
      if (tried[0]?.gateway === 'gw1') first += 1;
    }
    expect(first).toBe(10);
    expect(await live.metric('trunkhunt_health_events_total', { gateway: 'gw1', event: 'would_eject' })).toBe(1);
    expect(await live.metric('trunkhunt_gateway_ejected', { switch: 'fs1', gateway: 'gw1', reason: 'faults' })).toBe(0);
    expect(await live.metric('trunkhunt_gateway_ejected', { switch: 'fs1', gateway: 'gw1', reason: 'observed' })).toBe(
      1,
    );
  });

  it('is not blamed for a destination that nobody reaches', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1, gw3: 1 }));
    for (const gateway of ['gw1', 'gw2', 'gw3']) {
      live.fs().setGateway(gateway, ({ number }) => (number.startsWith('4930') ? { refuse: 503 } : {}));
    }
    for (let call = 0; call < 30; call += 1) {
      expect(await live.fs().call({ number: '4930123' })).toMatchObject({ answered: false, finalStatus: 503 });
      expect(await live.fs().call({ number: '4989123', hangupAfterMs: 50 })).toMatchObject({ answered: true });
    }
    await live.pass(65_000);
    for (const gateway of ['gw1', 'gw2', 'gw3']) {
      const count = (event: string): Promise<number> =>
        live.metric('trunkhunt_health_events_total', { gateway, event });
      expect(await count('fault')).toBe(30);
      await live.until(async () => {
        // More than twenty at a time would say nothing more; where the calls take long, some come after their time.
        expect(await count('excused')).toBeGreaterThanOrEqual(20);
      });
    }
    expect(live.server.live.learned.book.ejections).toEqual([]);
  });
});

describe('two switches with opposite views of one gateway', () => {
  it('each share their calls among those that they reach, and share turns again when they agree', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1, gw3: 1 }), { switches: { fs1: {}, fs2: {} } });
    live.fs('fs2').setPeer('gw1', { pings: 'silent' });
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_up', { switch: 'fs2', gateway: 'gw1' })).toBe(0);
    });
    expect(await live.metric('trunkhunt_gateway_up', { switch: 'fs1', gateway: 'gw1' })).toBe(1);
    const firsts = async (hostname: string, calls: number): Promise<Readonly<Record<string, number>>> => {
      const counts: Record<string, number> = {};
      for (let call = 0; call < calls; call += 1) {
        const { tried, notSent } = await live.fs(hostname).call({ number: '9980', hangupAfterMs: 10 });
        expect(notSent).toEqual([]);
        const gateway = tried[0]!.gateway;
        counts[gateway] = (counts[gateway] ?? 0) + 1;
      }
      return counts;
    };
    const [one, two] = await Promise.all([firsts('fs1', 30), firsts('fs2', 30)]);
    expect(one).toEqual({ gw1: 10, gw2: 10, gw3: 10 });
    expect(two).toEqual({ gw2: 15, gw3: 15 });
    live.fs('fs2').setPeer('gw1', {});
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_up', { switch: 'fs2', gateway: 'gw1' })).toBe(1);
    });
    const counts: Record<string, number> = {};
    for (let call = 0; call < 30; call += 1) {
      const { tried } = await live.fs(call % 2 === 0 ? 'fs1' : 'fs2').call({ number: '9980', hangupAfterMs: 10 });
      const gateway = tried[0]!.gateway;
      counts[gateway] = (counts[gateway] ?? 0) + 1;
    }
    expect(counts).toEqual({ gw1: 10, gw2: 10, gw3: 10 });
  });
});
