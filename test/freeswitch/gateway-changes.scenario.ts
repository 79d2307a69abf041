import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bystander } from '../support/freeswitch/bystander.ts';
import { FreeswitchLab, insert, SOON, SWITCH } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

const commandsSince = async (before: number): Promise<readonly string[]> => {
  const { commands } = await lab.report();
  return commands
    .filter(({ secondsAgo }) => secondsAgo * 1000 <= performance.now() - before + 500)
    .map(({ command, ok }) => `${command}${ok ? '' : ' refused'}`)
    .reverse();
};

describe('gateways changed by SQL', () => {
  it('a changed proxy is followed, and nobody else is touched', async () => {
    const isUntouched = await bystander(lab);
    const group = await lab.group({ a: {} });
    const other = await lab.openGateway();
    await group.callOnce();
    const gateway = group.gatewayName('a');
    const at = performance.now();
    lab.sql(`UPDATE gateways SET proxy = '${other.address}' WHERE name = '${gateway}'`);
    await lab.isSettled(() => lab.isProxy(gateway, other.address));
    reportFigure(`changed proxy followed after ${secondsSince(at)}`);
    expect((await commandsSince(at)).slice(-2)).toEqual([
      `sofia profile external killgw ${gateway}`,
      'sofia profile external rescan',
    ]);
    await lab.isUp(gateway);
    expect((await group.callOnce()).status).toBe(200);
    expect(other.invites).toHaveLength(1);
    await isUntouched();
  });

  it('a new gateway comes, one that is deleted or disabled goes', async () => {
    const isUntouched = await bystander(lab);
    const group = await lab.group({ a: {}, b: {}, c: {} });
    const [a, b] = ['a', 'b'].map((short) => group.gatewayName(short));
    const at = performance.now();
    lab.sql(`DELETE FROM gateway_group_members WHERE gateway = '${a}'; DELETE FROM gateways WHERE name = '${a}';
      UPDATE gateways SET state = 'disabled' WHERE name = '${b}'`);
    await lab.isSettled(async () => {
      for (const name of [a, b]) expect(await lab.freeswitch.api(`sofia xmlstatus gateway ${name}`)).toMatch(/Invalid/);
    });
    reportFigure(`removed and disabled gone after ${secondsSince(at)}`);
    for (let call = 0; call < 3; call += 1) expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('c c c');
    lab.sql(`UPDATE gateways SET state = 'active' WHERE name = '${b}'`);
    await lab.isUp(String(b));
    await isUntouched();
  });

  it('one that is removed during a call waits for its end, without a new call', async () => {
    const group = await lab.group({ a: {}, b: {} }, { strategy: 'ordered' });
    const gateway = group.gatewayName('a');
    const call = group.call();
    expect((await call.final).status).toBe(200);
    lab.sql(`UPDATE gateways SET state = 'disabled' WHERE name = '${gateway}'`);
    await vi.waitFor(async () => {
      expect((await lab.report()).draining).toEqual([gateway]);
    }, SOON);
    await group.callOnce();
    expect(group.seen()).toBe('a b');
    expect(await lab.freeswitch.gatewayField(gateway, 'status')).toBe('UP');
    await call.hangUp();
    await lab.isSettled(async () => {
      expect(await lab.freeswitch.gatewayField(gateway, 'status')).toBe('');
    });
  });

  it('one without time to drain goes at once, and its call goes on', async () => {
    const group = await lab.group({ a: { columns: { drain_seconds: 0 } }, b: {} }, { strategy: 'ordered' });
    const gateway = group.gatewayName('a');
    const call = group.call();
    expect((await call.final).status).toBe(200);
    lab.sql(`UPDATE gateways SET state = 'disabled' WHERE name = '${gateway}'`);
    await lab.isSettled(async () => {
      expect(await lab.freeswitch.gatewayField(gateway, 'status')).toBe('');
    });
    expect(group.server('a').upCalls.size).toBe(1);
    expect((await lab.report()).calls).toBe(1);
    await call.hangUp();
    await vi.waitFor(async () => {
      expect((await lab.report()).calls).toBe(0);
    }, SOON);
  });

  it('weights, groups and routes need no command', async () => {
    const group = await lab.group({ a: {}, b: {} });
    const before = (await lab.report()).commands.map(({ command }) => command);
    lab.sql(`UPDATE gateway_group_members SET weight = 0 WHERE gateway = '${group.gatewayName('a')}'`);
    await vi.waitFor(async () => {
      await group.callOnce();
      await group.callOnce();
      expect(group.seen()).toBe('b b');
    }, SOON);
    expect((await lab.report()).commands.map(({ command }) => command)).toEqual(before);
  });
});

const rescans = (): Promise<number | undefined> =>
  lab.metric('trunkhunt_reconcile_commands_total', { switch: SWITCH, command: 'rescan', result: 'ok' });

describe('trunkhunt switches', () => {
  it('shows what differs, prints what it would send, and sends it when it is told to', async () => {
    const group = await lab.group({ a: {} });
    const gateway = group.gatewayName('a');
    const before = await rescans();
    const shown = await lab.cli('switches');
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toMatch(/: connected\n.* wanted, .* 0 drifted\n/);
    // What somebody else takes away is put back at once; a profile that does not run stays a difference.
    await lab.freeswitch.api(`sofia profile external killgw ${gateway}`);
    await vi.waitFor(async () => {
      expect(await rescans()).toBe((before ?? 0) + 1);
      expect(await lab.freeswitch.gatewayField(gateway, 'status')).toBe('UP');
    }, SOON);
    lab.sql(insert('gateways', { name: 'far', proxy: '127.0.0.1:9', profile: 'absent' }));
    await vi.waitFor(async () => {
      expect((await lab.report()).drift).toMatchObject([{ name: 'far', kind: 'new' }]);
    }, SOON);
    const dry = await lab.cli('switches', 'reconcile', '--dry-run');
    expect(dry).toMatchObject({ status: 0, stderr: '' });
    expect(dry.stdout).toContain('would send  sofia profile absent rescan\n');
    expect(dry.stdout).toContain('drift  new far: the switch does not have it\n');
    const run = await lab.cli('switches', 'reconcile');
    expect(run).toMatchObject({ status: 1, stderr: '' });
    expect(run.stdout).toContain('sent  sofia profile absent rescan\n');
    expect(run.stdout).toContain('refused  sofia profile absent rescan: Invalid Profile [absent]\n');
    expect(run.stdout).toContain('still differs  new far: the switch does not have it');
  });
});
