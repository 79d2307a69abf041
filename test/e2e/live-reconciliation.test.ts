import { describe, expect, it } from 'vitest';
import { liveSwitches, type LiveSwitches, sharing } from '../support/live-switch.ts';

/** The commands that change something, in their order. */
function changes(live: LiveSwitches, hostname?: string): readonly string[] {
  return live
    .fs(hostname)
    .log.commands.map(({ command }) => command)
    .filter((command) => /killgw|rescan|reload|modify/.test(command));
}

describe('a change of gateways in SQL', () => {
  it('is brought to the switch by itself: new, changed, removed, and nothing else is touched', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1, gw3: 1 }));
    expect(changes(live)).toEqual([]);
    await live.server.change(
      "INSERT INTO gateways (name, proxy) VALUES ('gw4', '127.0.1.4:5060'), ('gw5', '127.0.1.5:5060')",
    );
    await live.until(() => {
      expect(live.report().gateways).toMatchObject({ wanted: 5, running: 5 });
    });
    expect(changes(live)).toEqual(['sofia profile external rescan']);
    await live.server.change("UPDATE gateways SET proxy = '127.0.2.1:5060' WHERE name = 'gw1'");
    await live.until(() => {
      expect(changes(live).slice(1)).toEqual(['sofia profile external killgw gw1', 'sofia profile external rescan']);
      expect(live.report()).toMatchObject({ drift: [], gateways: { running: 5 } });
    });
    expect(await live.fs().command('sofia xmlstatus gateway gw1')).toContain('<proxy>sip:127.0.2.1:5060</proxy>');
    await live.server.change(
      "UPDATE gateways SET state = 'disabled' WHERE name = 'gw2'; DELETE FROM gateways WHERE name = 'gw5'",
    );
    await live.until(async () => {
      expect(await live.fs().command('sofia profile external gwlist up')).toBe('gw1 gw4 gw3 ');
    });
    expect([...changes(live).slice(3)].sort()).toEqual([
      'sofia profile external killgw gw2',
      'sofia profile external killgw gw5',
    ]);
    await live.until(async () => {
      expect(await live.metric('trunkhunt_switch_drift', { switch: 'fs1' })).toBe(0);
    });
    expect(
      await live.metric('trunkhunt_reconcile_commands_total', { switch: 'fs1', command: 'killgw', result: 'ok' }),
    ).toBe(3);
  });

  it('needs no command at all where weights, routes, groups or numbers change', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    await live.server.change(`
      UPDATE gateway_group_members SET weight = 7 WHERE gateway = 'gw1';
      UPDATE gateways SET strip_digits = 1, add_prefix = '9', state = 'drain', max_calls = 9 WHERE name = 'gw2';
      UPDATE routes SET destination_prefix = '9';
      UPDATE gateway_groups SET max_attempts = 2;
    `);
    await live.pass(65_000);
    expect(changes(live)).toEqual([]);
    expect(live.report()).toMatchObject({ drift: [], synced: true });
  });

  it('takes a changed password over, with the un-REGISTER before the new REGISTER', async () => {
    const live = await liveSwitches(`
      INSERT INTO gateways (name, proxy, register, username, password)
        VALUES ('gw1', '127.0.1.1:5060', 1, 'u', 'old-hushcanary'), ('gw2', '127.0.1.2:5060', 1, 'u', 'same-hushcanary');
    `);
    await live.until(() => {
      expect(live.report().gateways.up).toBe(2);
    });
    live.fs().setPeer('gw1', { unregisterMs: 4_000 });
    await live.server.change("UPDATE gateways SET password = 'new-hushcanary' WHERE name = 'gw1'");
    await live.until(() => {
      expect(changes(live)).toEqual(['sofia profile external killgw gw1', 'sofia profile external rescan']);
    });
    const [kill, rescan] = live.fs().log.commands.filter(({ command }) => /killgw|rescan/.test(command));
    expect(rescan!.atMs - kill!.atMs).toBeGreaterThanOrEqual(4_000);
    await live.until(() => {
      expect(live.report()).toMatchObject({ drift: [], gateways: { running: 2, up: 2 } });
    });
    // Told once more, nothing more is to be done.
    await live.server.fleet.reconcile('fs1');
    expect(changes(live)).toHaveLength(2);
  });

  it('waits for the calls of a gateway that goes, as long as drain_seconds', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }, '', 'drain_seconds = 30'));
    const call = live.fs().startCall({ number: '9980' });
    await live.until(() => {
      expect(live.report().calls).toBe(1);
    });
    await live.server.change("UPDATE gateways SET state = 'disabled' WHERE name = 'gw1'");
    await live.until(() => {
      expect(live.report().draining).toEqual(['gw1']);
    });
    expect(live.report().drift).toEqual([]);
    const other = await live.fs().call({ number: '9980', hangupAfterMs: 10 });
    expect(other.tried.map(({ gateway }) => gateway)).toEqual(['gw2']);
    expect(changes(live)).toEqual([]);
    call.hangUp();
    await live.until(() => {
      expect(changes(live)).toEqual(['sofia profile external killgw gw1']);
    });
    const second = live.fs().startCall({ number: '9980' });
    await live.until(() => {
      expect(live.report().calls).toBe(1);
    });
    const startedMs = live.timers.nowMs();
    await live.server.change("UPDATE gateways SET state = 'disabled' WHERE name = 'gw2'");
    await live.until(() => {
      expect(changes(live).at(-1)).toBe('sofia profile external killgw gw2');
    });
    expect(live.timers.nowMs() - startedMs).toBeGreaterThanOrEqual(30_000);
    second.hangUp();
  });

  it('is restored at once where somebody else takes a gateway away', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    const startedMs = live.timers.nowMs();
    await live.fs().command('sofia profile external killgw gw1');
    await live.until(() => {
      expect(changes(live)).toEqual(['sofia profile external rescan']);
      expect(live.report()).toMatchObject({ drift: [], gateways: { running: 2, up: 2 } });
    });
    // Long before the next look at the clock.
    expect(live.timers.nowMs() - startedMs).toBeLessThan(30_000);
  });

  it('is seen to be right again as soon as a profile is back that was away during a pass', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }), { speed: 10 });
    // A profile that has just come up refuses (contract 3.3).
    await live.pass(11_000);
    const startedMs = live.timers.nowMs();
    expect(await live.fs().command('sofia profile external restart')).toContain('restarting: external');
    await live.server.change("UPDATE gateway_group_members SET weight = 2 WHERE gateway = 'gw1'");
    await live.until(() => {
      expect(live.report().commands[0]).toMatchObject({ ok: false, reply: 'Invalid Profile [external]' });
    });
    await live.until(() => {
      expect(live.report()).toMatchObject({ drift: [], gateways: { running: 2, up: 2 } });
    });
    expect(live.timers.nowMs() - startedMs).toBeLessThan(25_000);
  });

  it('leaves gateways of local files alone, and tells of one that stands in the way', async () => {
    const localGateways = [
      { profile: 'external', name: 'local', proxy: '127.0.9.1:5060' },
      { profile: 'external', name: 'gw9', proxy: '127.0.9.9:5060' },
    ];
    const live = await liveSwitches(sharing({ gw1: 1 }), { switches: { fs1: { localGateways } } });
    await live.server.change("INSERT INTO gateways (name, proxy) VALUES ('gw9', '127.0.1.9:5060')");
    await live.until(() => {
      expect(live.report().drift).toMatchObject([{ name: 'gw9', kind: 'changed' }]);
    });
    expect(live.server.log.map(({ message }) => message).join()).toMatch(
      /gw9 is not taken over.*local gateway of the same name/,
    );
    expect(await live.metric('trunkhunt_switch_drift', { switch: 'fs1' })).toBe(1);
    // It is tried again some times, and not for ever.
    await live.pass(200_000);
    const tried = changes(live).length;
    expect(tried).toBeGreaterThanOrEqual(4);
    await live.pass(120_000);
    expect(changes(live)).toHaveLength(tried);
    expect(changes(live).join()).not.toContain('local');
  });

  it('is brought to every switch that is to have it, and to no other', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }), { switches: { fs1: {}, fs2: {} } });
    await live.server.change(`
      INSERT INTO gateways (name, proxy) VALUES ('gw2', '127.0.1.2:5060'), ('gw3', '127.0.1.3:5060');
      INSERT INTO gateway_switches (gateway, hostname) VALUES ('gw2', 'fs2');
    `);
    await live.settled('fs1');
    await live.settled('fs2');
    await live.until(() => {
      expect(live.report('fs1').gateways).toMatchObject({ wanted: 2, running: 2 });
      expect(live.report('fs2').gateways).toMatchObject({ wanted: 3, running: 3 });
    });
  });
});

describe('a switch that starts again', () => {
  it('has lost its calls, has its gateways, and is told nothing', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    const call = live.fs().startCall({ number: '9980' });
    await live.until(() => {
      expect(live.report().calls).toBe(1);
    });
    await live.fs().restart();
    await call.result;
    await live.until(() => {
      expect(live.report()).toMatchObject({ connected: true, synced: true, calls: 0, drift: [] });
    });
    expect(live.report().gateways).toMatchObject({ wanted: 2, running: 2 });
    expect(changes(live)).toEqual([]);
    expect(live.server.log.map(({ message }) => message).join()).toMatch(/fs1 was restarted: its calls are gone/);
    const next = await live.fs().call({ number: '9980', hangupAfterMs: 10 });
    expect(next.answered).toBe(true);
  });

  it('is told apart by why it cannot be listened to', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    await live.server.change("UPDATE switches SET esl_password = 'wrong-hushcanary'");
    await live.until(() => {
      expect(live.report()).toMatchObject({ connected: false, lastLoss: { reason: 'wrong_password' } });
    });
    live.fs().rejectEsl();
    await live.until(() => {
      expect(live.report()).toMatchObject({ connected: false, lastLoss: { reason: 'forbidden' } });
    });
    expect(await live.metric('trunkhunt_switch_connected', { switch: 'fs1' })).toBe(0);
    expect(
      await live.metric('trunkhunt_esl_reconnects_total', { switch: 'fs1', reason: 'wrong_password' }),
    ).toBeGreaterThan(0);
    live.fs().rejectEsl(false);
    await live.server.change("UPDATE switches SET esl_password = 'ClueCon'");
    await live.settled();
    const log = live.server.log.map(({ data, message }) => message + JSON.stringify(data)).join('\n');
    expect(log).toMatch(/not listened to: .*password/i);
    expect(log).not.toMatch(/wrong"|ClueCon/);
  });
});

describe('lists of mod_distributor', () => {
  const byDistributor = `${sharing({ gw1: 1, gw2: 1 }, "chooser = 'mod_distributor'")}
    INSERT INTO gateway_groups (name) VALUES ('other');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('other', 'gw1'), ('other', 'gw2');`;

  it('are reloaded when one that is used changed, and only then', async () => {
    const live = await liveSwitches(byDistributor);
    expect(changes(live)).toEqual([]);
    await live.server.change(
      "UPDATE gateway_group_members SET weight = 2 WHERE group_name = 'other' AND gateway = 'gw1'",
    );
    await live.pass(65_000);
    expect(changes(live)).toEqual([]);
    await live.server.change("UPDATE gateway_group_members SET weight = 2 WHERE group_name = 'g' AND gateway = 'gw1'");
    await live.until(() => {
      expect(changes(live)).toEqual(['distributor_ctl reload']);
      expect(live.report().drift).toEqual([]);
    });
    expect(await live.fs().command('distributor_ctl dump g')).toMatch(
      /gw1 weight=1\nnode: name=gw2 weight=1\nnode: name=gw1/,
    );
    const tried = [];
    for (let call = 0; call < 6; call += 1) {
      tried.push((await live.fs().call({ number: '9980', hangupAfterMs: 10 })).tried[0]!.gateway);
    }
    expect(tried).toEqual(['gw1', 'gw2', 'gw1', 'gw1', 'gw2', 'gw1']);
  });

  it('that the switch took from a local file are found, and told of', async () => {
    const localDistributor =
      '<configuration name="distributor.conf"><lists><list name="g"><node name="gw2" weight="1"/></list></lists></configuration>';
    // A switch that asks in vain says of a reload that all is well, and has its local file's list.
    const switches = { fs1: {}, fs2: { localDistributor, lookup: undefined } };
    const live = await liveSwitches(byDistributor, { switches, settle: ['fs1'] });
    await live.until(() => {
      expect(live.report('fs2').drift).toContainEqual({
        name: 'g',
        kind: 'list',
        reason: "it is 'gw2', wanted is 'gw1 gw2'",
      });
    });
    expect(changes(live, 'fs2')).toContain('distributor_ctl reload');
    expect(live.report('fs2').commands.find(({ command }) => command === 'distributor_ctl reload')?.reply).toBe(
      '+OK reloaded.',
    );
    expect(live.server.log.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      expect.stringMatching(/fs2 did not take its lists from here: a local distributor.conf.xml/),
    ]);
  });
});
