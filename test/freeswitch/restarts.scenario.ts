import { afterEach, describe, expect, it, vi } from 'vitest';
import { FreeswitchLab, insert, SOON, SWITCH } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

const LIMITED = { columns: { max_calls: 1 } };
const ORDERED = { strategy: 'ordered' };

const slots = (gateway: string): Promise<number | undefined> => lab.metric('trunkhunt_gateway_calls', { gateway });

const rescans = (): Promise<number | undefined> =>
  lab.metric('trunkhunt_reconcile_commands_total', { switch: SWITCH, command: 'rescan', result: 'ok' });

async function isSlots(gateway: string, calls: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await slots(gateway)).toBe(calls);
  }, SOON);
}

describe('the switch is killed in the middle of calls', () => {
  it('its calls are forgotten, its gateways are back, nothing drifts', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: LIMITED, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    for (let call = 0; call < 3; call += 1) expect((await group.call().final).status).toBe(200);
    await isSlots(gateway, 1);
    await lab.freeswitch.kill();
    await vi.waitFor(async () => {
      expect(await lab.metric('trunkhunt_switch_connected', { switch: SWITCH })).toBe(0);
    }, SOON);
    const commands = await rescans();
    const at = performance.now();
    await lab.freeswitch.run();
    reportFigure(`FreeSWITCH was up again after ${secondsSince(at)}`);
    await lab.isListenedTo();
    reportFigure(`and listened to after ${secondsSince(at)}`);
    await lab.isUp(gateway, group.gatewayName('b'));
    await isSlots(gateway, 0);
    expect(await lab.report()).toMatchObject({ calls: 0, drift: [] });
    // It asked for its gateways as it started.
    expect(await rescans()).toBe(commands);
    expect(lab.serve.stderr()).toContain('was restarted: its calls are gone');
    group.seen();
    expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a');
  });
});

describe('trunkhunt is killed in the middle of a call', () => {
  it('the call is found again, holds its slot, and frees it at its end', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: LIMITED, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    const call = group.call();
    expect((await call.final).status).toBe(200);
    await isSlots(gateway, 1);
    await lab.killServe();
    await lab.startServe();
    await lab.isListenedTo();
    expect(await slots(gateway)).toBe(1);
    expect(await lab.report()).toMatchObject({ calls: 1, drift: [], commands: [] });
    group.seen();
    await group.callOnce();
    expect(group.seen()).toBe('b');
    await call.hangUp();
    await isSlots(gateway, 0);
    await group.callOnce();
    expect(group.seen()).toBe('a');
  });

  it('what changed in the meantime is applied, though the switch does not show it', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: {}, b: {} });
    const gateway = group.gatewayName('a');
    // What was applied is written down a moment later.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await lab.killServe();
    lab.sql(insert('gateway_variables', { gateway, name: 'x_late', value: 'yes', direction: 'outbound' }));
    await lab.startServe();
    await vi.waitFor(async () => {
      expect(await lab.freeswitch.api(`sofia_gateway_data ${gateway} ovar x_late`)).toBe('yes');
      const { commands, drift } = await lab.report();
      expect(drift).toEqual([]);
      expect(commands.map(({ command }) => command)).toEqual([
        'sofia profile external rescan',
        `sofia profile external killgw ${gateway}`,
        // It was not known yet that the switch asks here for its gateways.
        'sofia profile external rescan',
      ]);
    }, SOON);
  });
});

describe('somebody restarts the profile by hand', () => {
  it('its gateways are found again', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: {}, b: {} });
    // A profile that has just come up refuses (contract 3.3).
    await vi.waitFor(
      async () => {
        expect(await lab.freeswitch.api('sofia profile external restart')).not.toMatch(/-ERR|must be up/);
      },
      { timeout: 20_000, interval: 500 },
    );
    const at = performance.now();
    await vi.waitFor(
      async () => {
        expect((await group.callOnce()).status).toBe(200);
      },
      { timeout: 60_000, interval: 500 },
    );
    reportFigure(`profile restarted by hand: calls go through after ${secondsSince(at)}`);
    await vi.waitFor(
      async () => {
        const { drift, gateways } = await lab.report();
        expect(drift).toEqual([]);
        expect(gateways).toEqual({ wanted: 2, running: 2, up: 2, down: [] });
      },
      { timeout: 45_000, interval: 200 },
    );
  });
});

describe('trunkhunt is away', () => {
  it('a call falls back to the files of the switch: at once when it is dead, after the timeout when it hangs', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: {} });
    lab.serve.child.kill('SIGSTOP');
    const hanging = await group.callOnce();
    lab.serve.child.kill('SIGCONT');
    await lab.killServe();
    const dead = await group.callOnce();
    reportFigure(
      `without a local dialplan: ${hanging.status} after ${hanging.seconds.toFixed(1)} s of silence, ` +
        `${dead.status} after ${dead.seconds.toFixed(2)} s where the connection is refused`,
    );
    expect(hanging.seconds).toBeGreaterThan(1.5);
    expect(hanging.seconds).toBeLessThan(4);
    expect(dead.seconds).toBeLessThan(1);
    expect([hanging.status, dead.status]).toEqual([404, 404]);
    await lab.startServe();
  });
});

describe('a switch that lets nobody in', () => {
  const lost = (reason: string): Promise<number | undefined> =>
    lab.metric('trunkhunt_esl_reconnects_total', { switch: SWITCH, reason });

  it('says so where the password is wrong, and lets in when SQL has the right one', async () => {
    lab = await FreeswitchLab.start({ eslPassword: 'wrong' });
    await vi.waitFor(async () => {
      expect(await lost('wrong_password')).toBeGreaterThan(0);
    }, SOON);
    expect(await lost('forbidden')).toBeUndefined();
    expect((await lab.report()).lastLoss).toMatchObject({ reason: 'wrong_password' });
    expect(lab.serve.stderr()).toContain('the switch refused the password');
    expect((await lab.cli('switches')).status).toBe(1);
    lab.sql("UPDATE switches SET esl_password = 'scenario-password'");
    await lab.isListenedTo();
    expect(lab.serve.stderr()).not.toContain('scenario-password');
  });

  it('says so where its access list forbids us', async () => {
    lab = await FreeswitchLab.start({ eslNetwork: '192.0.2.0/24' });
    await vi.waitFor(async () => {
      expect(await lost('forbidden')).toBeGreaterThan(0);
    }, SOON);
    expect(await lost('wrong_password')).toBeUndefined();
    expect((await lab.report()).lastLoss).toMatchObject({ reason: 'forbidden' });
    expect(lab.serve.stderr()).toContain('access list forbids');
  });
});

describe('a switch that keeps no tables (-nosql)', () => {
  it('works, and a call that ended unseen is found by asking for it', async () => {
    lab = await FreeswitchLab.start({ flags: ['-nosql'] });
    expect(await lab.freeswitch.api('show channels as json')).toMatch(/^-ERR/);
    const group = await lab.group({ a: LIMITED, b: {} }, ORDERED);
    const gateway = group.gatewayName('a');
    const call = group.call();
    expect((await call.final).status).toBe(200);
    await isSlots(gateway, 1);
    await group.callOnce();
    expect(group.seen()).toBe('a b');
    // Neither the end of the call nor that of the connection is noticed as it happens.
    lab.serve.child.kill('SIGSTOP');
    await call.hangUp();
    await lab.freeswitch.api('bgapi reload mod_event_socket').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    lab.serve.child.kill('SIGCONT');
    await lab.isListenedTo();
    await isSlots(gateway, 0);
    await group.callOnce();
    expect(group.seen()).toBe('a');
  });
});
