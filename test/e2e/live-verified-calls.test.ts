import { describe, expect, it } from 'vitest';
import type { GatewayBehaviour } from '../support/fake-freeswitch/gateway-behaviour.ts';
import { liveSwitches, type LiveSwitches, sharing } from '../support/live-switch.ts';

/** The plans that were tried on a real switch, made by trunkhunt: gw1, then gw2 (`ordered`, heaviest first). */
const TWO = sharing(
  { gw1: 2, gw2: 1 },
  "strategy = 'ordered', progress_timeout_seconds = 3, answer_timeout_seconds = 20",
);

async function calling(live: LiveSwitches, gw1: GatewayBehaviour, gw2: GatewayBehaviour) {
  live.fs().setGateway('gw1', gw1);
  live.fs().setGateway('gw2', gw2);
  const { tried, finalStatus, startedMs, endedMs } = await live.fs().call({ number: '1004', hangupAfterMs: 1 });
  return { tried: tried.map(({ gateway }) => gateway), finalStatus, ms: endedMs - startedMs };
}

const answers: GatewayBehaviour = { ringAfterMs: 10, answerAfterMs: 20 };

describe('a plan of trunkhunt on a switch', () => {
  it.each([
    ['200', answers, 200, ['gw1']],
    ['486', { refuse: 486 }, 486, ['gw1']],
    ['404', { refuse: 404 }, 404, ['gw1']],
    ['603', { refuse: 603 }, 603, ['gw1']],
    ['503', { refuse: 503 }, 200, ['gw1', 'gw2']],
    ['500', { refuse: 500 }, 200, ['gw1', 'gw2']],
    ['502', { refuse: 502 }, 200, ['gw1', 'gw2']],
    ['408', { refuse: 408 }, 200, ['gw1', 'gw2']],
    ['480', { refuse: 480 }, 200, ['gw1', 'gw2']],
    ['nothing at all', { silent: true }, 200, ['gw1', 'gw2']],
    ['503 after ringing', { refuse: 503, ringAfterMs: 10, refuseAfterMs: 500 }, 200, ['gw1', 'gw2']],
  ] as const)('of which gw1 answers %s', async (_, gw1, finalStatus, tried) => {
    const live = await liveSwitches(TWO);
    expect(await calling(live, gw1, answers)).toMatchObject({ finalStatus, tried });
  });

  it.each([
    [503, 503, 503],
    [480, 503, 503],
    [503, 404, 404],
    [503, 486, 486],
    [500, 480, 480],
  ])('of which gw1 answers %i and gw2 %i ends for the caller in %i', async (one, two, finalStatus) => {
    const live = await liveSwitches(TWO);
    const call = await calling(live, { refuse: one }, { refuse: two });
    expect(call).toMatchObject({ finalStatus, tried: ['gw1', 'gw2'] });
  });

  it('of which nobody says anything ends after both progress timeouts', async () => {
    const live = await liveSwitches(TWO);
    const call = await calling(live, { silent: true }, { silent: true });
    expect(call).toMatchObject({ finalStatus: 480, tried: ['gw1', 'gw2'] });
    expect(call.ms).toBeGreaterThanOrEqual(6_000);
    expect(call.ms).toBeLessThan(9_000);
  });

  it.each([
    ['486', { refuse: 486 }, 'destination'],
    ['404', { refuse: 404 }, 'destination'],
    ['503', { refuse: 503 }, 'gateway'],
    ['503 with a Reason that hides it', { refuse: 503, refuseReason: 'NORMAL_CIRCUIT_CONGESTION' }, 'gateway'],
    ['403', { refuse: 403 }, 'gateway'],
    ['488', { refuse: 488 }, 'ourselves'],
    ['nothing at all', { silent: true }, 'gateway'],
    ['ringing without end', { ringAfterMs: 10, answerAfterMs: Infinity }, 'destination'],
  ] as const)('blames the right one for %s', async (_, gw1, outcome) => {
    const live = await liveSwitches(TWO);
    await calling(live, gw1, answers);
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_attempts_total', { gateway: 'gw1', outcome })).toBe(1);
    });
    const isFault = await live.metric('trunkhunt_health_events_total', { gateway: 'gw1', event: 'fault' });
    expect(isFault).toEqual(outcome === 'gateway' ? 1 : Number.NaN);
  });

  it('blames nobody but the caller who gives up', async () => {
    const live = await liveSwitches(TWO);
    live.fs().setGateway('gw1', { silent: true });
    await live.fs().call({ number: '1004', cancelAfterMs: 500 });
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_attempts_total', { gateway: 'gw1', outcome: 'caller' })).toBe(1);
    });
  });
});
