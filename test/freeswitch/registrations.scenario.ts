import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bystander } from '../support/freeswitch/bystander.ts';
import { FreeswitchLab, SOON } from '../support/freeswitch/freeswitch-lab.ts';
import type { LabGroup } from '../support/freeswitch/lab-group.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';
import type { SeenRegister } from '../support/sip/sip-gateway.ts';

let lab: FreeswitchLab;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

describe('a gateway that registers', () => {
  const LOGIN = { register: 1, username: 'alice', password: 'old', retry_seconds: 5, expire_seconds: 600 };

  async function registered(passwords: readonly string[], grantedSeconds?: number): Promise<LabGroup> {
    const group = await lab.group({ a: {} });
    group.server('a').passwords.set('alice', passwords);
    group.server('a').grantedSeconds = grantedSeconds;
    const gateway = group.gatewayName('a');
    const columns = Object.entries(LOGIN).map(([name, value]) => `${name} = '${value}'`);
    lab.sql(`UPDATE gateways SET ${columns.join(', ')} WHERE name = '${gateway}'`);
    await isRegistered(gateway);
    return group;
  }

  const told = (registers: readonly SeenRegister[]): string =>
    registers.map(({ status, expires }) => `${status} (expires ${expires})`).join(', ');

  /** A REGISTER that got lost in the switch is given up after its `timeout-seconds` of 60, and sent again. */
  const REGISTRATION_PATIENCE = { timeout: 90_000, interval: 100 };

  async function isRegistered(gateway: string): Promise<void> {
    await vi.waitFor(async () => {
      expect(await lab.freeswitch.gatewayField(gateway, 'state')).toBe('REGED');
      await lab.isUp(gateway);
    }, REGISTRATION_PATIENCE);
  }

  it('un-registers before it registers with its new password', async () => {
    const isUntouched = await bystander(lab);
    const group = await registered(['old', 'new']);
    const gateway = group.gatewayName('a');
    const { registers } = group.server('a');
    registers.length = 0;
    const at = performance.now();
    lab.sql(`UPDATE gateways SET password = 'new' WHERE name = '${gateway}'`);
    await vi.waitFor(() => {
      expect(registers.at(-1)).toMatchObject({ expires: 600, status: 200 });
    }, SOON);
    await lab.isSettled(() => isRegistered(gateway));
    reportFigure(`password changed: ${told(registers)} after ${secondsSince(at)}`);
    // Where the un-REGISTER is challenged, FreeSWITCH has forgotten the gateway, and mostly does not send it again.
    expect(registers.map(({ expires }) => expires).join(' ')).toMatch(/^0( 0)*( 600)+$/);
    // Nothing un-registers the new binding afterwards.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(registers.at(-1)).toMatchObject({ expires: 600, status: 200 });
    expect((await group.callOnce()).status).toBe(200);
    await isUntouched();
  });

  it('comes back also where the carrier knows the old password no more', async () => {
    const group = await registered(['old']);
    const gateway = group.gatewayName('a');
    const server = group.server('a');
    server.registers.length = 0;
    server.passwords.set('alice', ['new']);
    const at = performance.now();
    lab.sql(`UPDATE gateways SET password = 'new' WHERE name = '${gateway}'`);
    await vi.waitFor(
      () => {
        expect(server.registers.some(({ status, expires }) => status === 200 && expires > 0)).toBe(true);
      },
      { timeout: 60_000, interval: 100 },
    );
    reportFigure(`carrier changed it first: REGED after ${secondsSince(at)}, ` + told(server.registers));
    await isRegistered(gateway);
    expect((await group.callOnce()).status).toBe(200);
  });

  it('is left alone where the registrar grants less time than it was asked for', async () => {
    const group = await registered(['old'], 120);
    const gateway = group.gatewayName('a');
    const registers = group.server('a').registers.length;
    const run = await lab.cli('switches', 'reconcile');
    reportFigure(`asked for 600 s, granted 120 s: expires ${await lab.freeswitch.gatewayField(gateway, 'expires')}`);
    expect(run.stdout).toContain('all is as SQL wants it');
    expect(group.server('a').registers).toHaveLength(registers);
  });

  it('that is refused is not called, and not taken away again and again', async () => {
    const group = await registered(['old']);
    const gateway = group.gatewayName('a');
    const server = group.server('a');
    lab.sql(`UPDATE gateways SET password = 'mistyped' WHERE name = '${gateway}'`);
    await vi.waitFor(async () => {
      expect(server.registers.some(({ status, expires }) => status === 403 && expires > 0)).toBe(true);
      expect(await lab.freeswitch.gatewayField(gateway, 'status')).toBe('DOWN');
    }, SOON);
    const uptime = Number(await lab.freeswitch.gatewayField(gateway, 'uptime-usec'));
    for (const wait of [1_000, 4_000]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const { stdout } = await lab.cli('switches', 'reconcile');
      reportFigure(`state ${await lab.freeswitch.gatewayField(gateway, 'state')}: ${stdout.split('\n')[1]?.trim()}`);
      expect(stdout).toContain('all is as SQL wants it');
    }
    expect(Number(await lab.freeswitch.gatewayField(gateway, 'uptime-usec'))).toBeGreaterThanOrEqual(uptime);
    lab.sql(`UPDATE gateways SET password = 'old' WHERE name = '${gateway}'`);
    await isRegistered(gateway);
  });

  it('whose registrar is silent is changed all the same', async () => {
    const group = await registered(['old']);
    const gateway = group.gatewayName('a');
    await group.server('a').close();
    const other = await lab.openGateway();
    other.passwords.set('alice', ['old']);
    const at = performance.now();
    lab.sql(`UPDATE gateways SET proxy = '${other.address}' WHERE name = '${gateway}'`);
    await vi.waitFor(() => lab.isProxy(gateway, other.address), { timeout: 60_000, interval: 100 });
    await isRegistered(gateway);
    expect(other.registers.at(-1)).toMatchObject({ status: 200 });
    reportFigure(`old registrar away: REGED at the new one after ${secondsSince(at)}`);
  });
});
