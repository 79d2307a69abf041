import { describe, expect, it } from 'vitest';
import { liveSwitches, type LiveSwitches, sharing, sumOf } from '../support/live-switch.ts';

describe('max_calls', () => {
  it('lets calls overflow to the next gateway, then refuses them, and takes them again when some have ended', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', 'max_calls = 2'));
    // A plan reserves its second leg too, until the first has answered.
    const calls = [];
    for (let call = 0; call < 4; call += 1) {
      const started = live.fs().startCall({ number: '9980' });
      calls.push(started);
      await live.until(async () => {
        expect(
          await live
            .metric('trunkhunt_gateway_calls', { gateway: 'gw1' })
            .then(async (one) => one + (await live.metric('trunkhunt_gateway_calls', { gateway: 'gw2' }))),
        ).toBe(call + 1);
        expect(live.server.live.learned.ledger.openPlans).toBe(0);
      });
    }
    expect(await live.metric('trunkhunt_gateway_headroom_calls', { gateway: 'gw1' })).toBe(0);
    const refused = await live.fs().call({ number: '9980' });
    expect(refused).toMatchObject({ answered: false, finalStatus: 503, tried: [], notSent: [] });
    expect(await live.metric('trunkhunt_decisions_total', { group: 'g', outcome: 'all_full' })).toBe(1);
    expect(await live.metric('trunkhunt_decisions_total', { group: 'g', outcome: 'all_down' })).toBe(0);
    calls[0]!.hangUp();
    const { tried } = await calls[0]!.result;
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_headroom_calls', { gateway: tried[0]!.gateway })).toBe(1);
    });
    const next = await live.fs().call({ number: '9980', hangupAfterMs: 10 });
    expect(next.tried.map(({ gateway }) => gateway)).toEqual([tried[0]!.gateway]);
    for (const call of calls.slice(1)) call.hangUp();
  });

  it('holds over two switches, and in a storm that outruns the events', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', 'max_calls = 7'), {
      switches: { fs1: {}, fs2: {} },
    });
    for (const hostname of ['fs1', 'fs2']) live.fs(hostname).pauseEvents();
    const calls = Array.from({ length: 200 }, (_, at) =>
      live.fs(at % 2 === 0 ? 'fs1' : 'fs2').startCall({ number: '9980', hangupAfterMs: 5_000 }),
    );
    const results = await Promise.all(calls.map(({ result }) => result));
    const answered = results.filter((it) => it.answered);
    // Of every plan both legs are reserved, so seven plans fill both gateways.
    expect(answered).toHaveLength(7);
    for (const hostname of ['fs1', 'fs2']) live.fs(hostname).resumeEvents();
    await live.until(async () => {
      expect(sumOf(await live.server.metrics(), 'trunkhunt_gateway_headroom_calls')).toBe(14);
    });
  });

  it.each([
    [
      'their end is told in events that are lost',
      async (live: LiveSwitches, end: () => Promise<unknown>) => {
        live.fs().loseEvents(() => true);
        await end();
        live.fs().loseEvents(undefined);
      },
    ],
    [
      'they end while the connection is broken',
      async (live: LiveSwitches, end: () => Promise<unknown>) => {
        live.fs().rejectEsl();
        live.fs().cutEsl();
        await end();
        live.fs().rejectEsl(false);
      },
    ],
    [
      'the switch is killed and starts again',
      async (live: LiveSwitches, end: () => Promise<unknown>) => {
        await live.fs().restart();
        await end();
      },
    ],
  ])('leaks no slot of calls where %s', async (_, happen) => {
    for (const sql of [true, false]) {
      const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', 'max_calls = 50'), {
        switches: { fs1: { sql } },
      });
      const calls = Array.from({ length: 20 }, () => live.fs().startCall({ number: '9980' }));
      await live.until(() => {
        expect(live.report().calls).toBe(20);
      });
      await happen(live, () => {
        for (const call of calls) call.hangUp();
        return Promise.all(calls.map(({ result }) => result));
      });
      await live.until(async () => {
        expect(sumOf(await live.server.metrics(), 'trunkhunt_gateway_headroom_calls')).toBe(100);
        expect(live.report()).toMatchObject({ calls: 0, synced: true });
      });
    }
  });

  it('leaks no slot where the switch is killed for good, while another one shares its gateways', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', 'max_calls = 50'), {
      switches: { fs1: {}, fs2: {} },
    });
    const calls = Array.from({ length: 10 }, () => live.fs('fs1').startCall({ number: '9980' }));
    const other = live.fs('fs2').startCall({ number: '9980' });
    await live.until(() => {
      expect([live.report('fs1').calls, live.report('fs2').calls]).toEqual([10, 1]);
    });
    await live.fs('fs1').kill();
    await Promise.all(calls.map(({ result }) => result));
    // It may only be the connection that is gone: its calls are counted on for a while.
    await live.pass(20_000);
    expect(live.report('fs1').calls).toBe(10);
    await live.until(async () => {
      expect([live.report('fs1').calls, live.report('fs2').calls]).toEqual([0, 1]);
      expect(sumOf(await live.server.metrics(), 'trunkhunt_gateway_headroom_calls')).toBe(99);
    });
    other.hangUp();
  });

  it('counts calls that began while nobody listened', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }, '', 'max_calls = 3'));
    live.fs().loseEvents(() => true);
    const calls = [0, 1].map(() => live.fs().startCall({ number: '9980' }));
    await live.pass(3_000);
    live.fs().loseEvents(undefined);
    live.fs().cutEsl();
    await live.until(() => {
      expect(live.report()).toMatchObject({ synced: true, calls: 2 });
    });
    for (const call of calls) call.hangUp();
    await live.until(() => {
      expect(live.report().calls).toBe(0);
    });
  });
});

describe('max_cps', () => {
  it('is never exceeded by first attempts, in a storm of ten times as many callers', async () => {
    const limit = 20;
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', `max_cps = ${limit}`), { speed: 1 });
    for (const gateway of ['gw1', 'gw2']) live.fs().setGateway(gateway, { answerAfterMs: 100 });
    const startedMs = performance.now();
    const calls = [];
    for (let tick = 0; tick < 40; tick += 1) {
      for (let call = 0; call < 20; call += 1) calls.push(live.fs().startCall({ number: '9980', hangupAfterMs: 100 }));
      await live.pass(50);
    }
    const results = await Promise.all(calls.map(({ result }) => result));
    const accepted = results.filter(({ answered }) => answered).length;
    // Two gateways with twenty calls a second each, and no more, however long the storm took to be told here (two seconds
    // where nothing else runs); nearly all of that is used.
    const seconds = Math.floor((performance.now() - startedMs) / 1000) + 1;
    expect(accepted).toBeLessThanOrEqual(2 * limit * seconds);
    expect(accepted).toBeGreaterThanOrEqual(2 * limit * 2 - 4);
    expect(results.filter(({ answered, finalStatus }) => !answered && finalStatus === 503)).toHaveLength(
      800 - accepted,
    );
    expect(await live.metric('trunkhunt_decisions_total', { group: 'g', outcome: 'all_full' })).toBe(800 - accepted);
  });
});
