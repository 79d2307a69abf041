import { describe, expect, it } from 'vitest';
import { liveSwitches, sharing } from '../support/live-switch.ts';

const CALLS = 10_000;
const AT_ONCE = 40;

describe('10,000 calls, while one of four gateways fails half of its own', () => {
  it('are all answered, few of them second, and the others keep to their shares', async () => {
    const weights = { gw1: 1, gw2: 2, gw3: 3, gw4: 4 };
    const live = await liveSwitches(sharing(weights, 'eject_seconds = 30, slow_start_seconds = 60'), { speed: 40 });
    let seen = 0;
    for (const gateway of Object.keys(weights)) {
      live.fs().setGateway(gateway, () => {
        seen += 1;
        const isFault = gateway === 'gw4' && seen % 2 === 0;
        return isFault ? { refuse: 503 } : { ringAfterMs: 20, answerAfterMs: 60 };
      });
    }
    const first = new Map<string, number>();
    let answered = 0;
    let second = 0;
    const caller = async (calls: number): Promise<void> => {
      for (let call = 0; call < calls; call += 1) {
        const number = `4930${String(call).padStart(5, '0')}`;
        const { tried, answered: isAnswered } = await live.fs().call({ number, hangupAfterMs: 20 });
        const gateway = tried[0]!.gateway;
        first.set(gateway, (first.get(gateway) ?? 0) + 1);
        if (isAnswered) answered += 1;
        if (tried.length > 1) second += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, () => caller(CALLS / AT_ONCE)));
    expect(answered).toBe(CALLS);
    // By its weight it would have had 4,000 calls first, and half of them would have failed.
    expect(first.get('gw4')).toBeLessThan(CALLS / 10);
    expect(second).toBeLessThan(CALLS / 20);
    const others = CALLS - first.get('gw4')!;
    for (const gateway of ['gw1', 'gw2', 'gw3'] as const) {
      const due = (others * weights[gateway]) / 6;
      // A change of line-up costs less than a call; each ejection and return is one of some ten.
      expect(Math.abs(first.get(gateway)! - due)).toBeLessThan(0.01 * CALLS);
    }
    await live.until(() => {
      expect(live.report().calls).toBe(0);
      expect(live.server.live.learned.ledger.openPlans).toBe(0);
    });
    const count = (event: string): Promise<number> =>
      live.metric('trunkhunt_health_events_total', { gateway: 'gw4', event });
    expect(await count('ejected')).toBeGreaterThan(0);
    for (const gateway of ['gw1', 'gw2', 'gw3']) {
      expect(await live.metric('trunkhunt_health_events_total', { gateway, event: 'ejected' })).toBeNaN();
    }
  }, 120_000);
});
