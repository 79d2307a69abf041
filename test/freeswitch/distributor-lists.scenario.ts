import { afterEach, describe, expect, it, vi } from 'vitest';
import { FreeswitchLab, insert, SOON } from '../support/freeswitch/freeswitch-lab.ts';
import { freePort } from '../support/freeswitch/free-port.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

const BY_DISTRIBUTOR = { chooser: 'mod_distributor' };

/** The nodes of a list as the switch has it. */
async function nodes(list: string): Promise<string> {
  const dump = await lab.freeswitch.api(`distributor_ctl dump ${list}`);
  return [...dump.matchAll(/^node: name=\S*-(\w+) weight=(\d+)$/gm)]
    .map(([, name, weight]) => `${name}${weight}`)
    .join(' ');
}

const reloads = async (): Promise<number> =>
  (await lab.metrics())
    .filter(
      ({ name, labels }) => name === 'trunkhunt_reconcile_commands_total' && labels['command'] === 'distributor_reload',
    )
    .reduce((sum, { value }) => sum + value, 0);

const LOCAL_LISTS = `<configuration name="distributor.conf"><lists>
<list name="g1"><node name="local-x" weight="1"/></list>
</lists></configuration>
`;

describe('a group that mod_distributor chooses for', () => {
  it('has its list reloaded when it changes, and only then', async () => {
    lab = await FreeswitchLab.start();
    const other = await lab.group({ a: {}, b: {} });
    expect(await reloads()).toBe(0);
    const group = await lab.group({ a: {}, b: {} }, BY_DISTRIBUTOR);
    await vi.waitFor(async () => {
      expect(await nodes(group.name)).toBe('a1 b1');
      // It is counted when the switch has said how it went.
      expect(await reloads()).toBe(1);
    }, SOON);
    for (let call = 0; call < 3; call += 1) expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a b a');
    // Elsewhere nothing makes it begin anew.
    lab.sql(`UPDATE gateway_group_members SET weight = 9 WHERE gateway = '${other.gatewayName('a')}'`);
    await vi.waitFor(async () => {
      expect(
        await lab.metric('trunkhunt_gateway_effective_weight', { group: other.name, gateway: other.gatewayName('a') }),
      ).toBe(9);
    }, SOON);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reloads()).toBe(1);
    await group.callOnce();
    expect(group.seen()).toBe('b');
    await group.callOnce();
    group.seen();
    // A changed list is fetched, and begins at its start (contract 4.5).
    const at = performance.now();
    lab.sql(`UPDATE gateway_group_members SET weight = 2 WHERE gateway = '${group.gatewayName('a')}'`);
    await vi.waitFor(async () => {
      expect(await nodes(group.name)).toBe('a1 b1 a1');
      expect(await reloads()).toBe(2);
    }, SOON);
    reportFigure(`changed list taken over after ${secondsSince(at)}`);
    for (let call = 0; call < 6; call += 1) await group.callOnce();
    expect(group.seen()).toBe('a b a a b a');
    expect((await lab.report()).drift).toEqual([]);
  });

  it('goes on after a failure of whom mod_distributor chose, and passes over who is down', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: { script: { status: 503 } }, b: {} }, BY_DISTRIBUTOR);
    await vi.waitFor(async () => {
      expect(await nodes(group.name)).toBe('a1 b1');
    }, SOON);
    for (let call = 0; call < 3; call += 1) expect((await group.callOnce()).status).toBe(200);
    expect(group.seen()).toBe('a b b a b');
  });

  it('gets its own list back where the switch had fallen back to a local file', async () => {
    lab = await FreeswitchLab.start({ localLists: LOCAL_LISTS });
    const group = await lab.group({ a: {}, b: {} }, BY_DISTRIBUTOR);
    await vi.waitFor(async () => {
      expect(await nodes(group.name)).toBe('a1 b1');
    }, SOON);
    await lab.killServe();
    expect(await lab.freeswitch.api('distributor_ctl reload')).toContain('+OK');
    expect(await nodes(group.name)).toBe('x1');
    await lab.startServe();
    await vi.waitFor(async () => {
      expect(await nodes(group.name)).toBe('a1 b1');
    }, SOON);
    expect((await group.callOnce()).status).toBe(200);
  });

  it('is told of where the switch asks elsewhere and takes its local file again and again', async () => {
    lab = await FreeswitchLab.start({ localLists: LOCAL_LISTS, lookupPort: await freePort() });
    lab.sql(
      [
        insert('gateways', { name: 'g1-a', proxy: '127.0.0.1:9' }),
        insert('gateway_groups', { name: 'g1', ...BY_DISTRIBUTOR }),
        insert('gateway_group_members', { group_name: 'g1', gateway: 'g1-a' }),
      ].join(' '),
    );
    await vi.waitFor(() => {
      expect(lab.serve.stderr()).toContain('did not take its lists from here');
      expect(lab.serve.stderr()).toContain('gateway g1-a is not taken over by the switch');
    }, SOON);
    const { drift } = await lab.report();
    expect(drift.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(['list g1', 'new g1-a']);
    expect((await lab.cli('switches')).stdout).toContain("drift     list g1: it is 'local-x', wanted is 'g1-a'");
  });
});
