import { describe, expect, it } from 'vitest';
import type { BehaviourScript } from '../support/fake-freeswitch/gateway-behaviour.ts';
import { liveSwitches, sharing } from '../support/live-switch.ts';
import { printFigure } from './print-figure.ts';

const CALLS_PER_SECOND = 20;

/** How one of four gateways dies, and what its switch sees of it. */
const DEATHS: readonly (readonly [what: string, behaviour: BehaviourScript, pings: 'answer' | 'silent'])[] = [
  ['answers 503 to every call, and its pings', { refuse: 503 }, 'answer'],
  ['is silent to calls (progress timeout 3 s), and to pings every 5 s', { silent: true }, 'silent'],
  ['is silent to calls (progress timeout 3 s), and answers pings', { silent: true }, 'answer'],
];

describe('from the death of a gateway to the last call that is sent to it first', () => {
  it.each(DEATHS)('where it %s', async (what, behaviour, pings) => {
    const live = await liveSwitches(
      sharing({ gw1: 1, gw2: 1, gw3: 1, gw4: 1 }, 'progress_timeout_seconds = 3, eject_seconds = 86400'),
      { speed: 10 },
    );
    let diedAtMs = Infinity;
    let calls = 0;
    let lastFirstMs = 0;
    for (const gateway of ['gw1', 'gw2', 'gw3', 'gw4']) {
      live.fs().setGateway(gateway, (call) => {
        const isDead = gateway === 'gw1' && live.timers.nowMs() >= diedAtMs;
        if (isDead && call.attempt === 1) {
          calls += 1;
          lastFirstMs = live.timers.nowMs();
        }
        const behave = isDead ? behaviour : { ringAfterMs: 500, answerAfterMs: 2_000 };
        return typeof behave === 'function' ? behave(call) : behave;
      });
    }
    const running: Promise<unknown>[] = [];
    const callFor = async (seconds: number): Promise<void> => {
      for (let call = 0; call < seconds * CALLS_PER_SECOND; call += 1) {
        running.push(
          live.fs().call({ number: `4930${String(running.length).padStart(6, '0')}`, hangupAfterMs: 5_000 }),
        );
        await live.pass(1_000 / CALLS_PER_SECOND);
      }
    };
    await callFor(20);
    live.fs().setPeer('gw1', { pings });
    diedAtMs = live.timers.nowMs();
    await callFor(60);
    await Promise.all(running);
    expect(calls).toBeGreaterThan(0);
    const seconds = ((lastFirstMs - diedAtMs) / 1000).toFixed(1);
    printFigure(
      `gateway that ${what}: seconds, calls first (${CALLS_PER_SECOND} calls/s)`,
      `${seconds} s, ${calls} calls`,
    );
    // Half a minute after its death nobody goes there first.
    expect(lastFirstMs - diedAtMs).toBeLessThan(30_000);
  });
});
