import { describe, expect, it } from 'vitest';
import { liveSwitches, type LiveSwitches, sharing } from '../support/live-switch.ts';
import { runProgram } from '../support/run-program.ts';

/** Runs the command against the server of these switches. */
function run(live: LiveSwitches, ...args: readonly string[]) {
  return runProgram([...args, '--listen', `127.0.0.1:${live.server.port}`]);
}

describe('switches', () => {
  it('shows each switch, what it runs, and the last command', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    await live.server.change("INSERT INTO gateways (name, proxy) VALUES ('gw3', '127.0.1.3:5060')");
    await live.until(() => {
      expect(live.report().gateways.running).toBe(3);
    });
    await live.settled();
    const { status, stdout } = await run(live, 'switches');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^fs1 \(127\.0\.0\.1:\d+\): connected\n/);
    expect(stdout).toContain('gateways  3 wanted, 3 running, 3 up, 0 drifted');
    expect(stdout).toMatch(
      /last {6}sofia profile external rescan \(\d+ s ago\): Reload XML \[Success\]; \+OK scan complete/,
    );
    expect(stdout).toMatch(/version {3}FreeSWITCH Version/);
  });

  it('prints data, and says with its status that something is not right', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }), { switches: { fs1: { lookup: undefined } }, settle: [] });
    await live.until(() => {
      expect(live.report().drift).toHaveLength(1);
    });
    const { status, stdout } = await run(live, 'switches', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      switches: [
        {
          switch: 'fs1',
          connected: true,
          gateways: { wanted: 1, running: 0, up: 0, down: [] },
          drift: [{ name: 'gw1', kind: 'new', reason: 'the switch does not have it' }],
        },
      ],
    });
    const words = await run(live, 'switches');
    expect(words.stdout).toContain('drift     new gw1: the switch does not have it');
    expect(stdout + words.stdout).not.toContain('ClueCon');
  });

  it('says how to name one where none is listened to', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    await live.server.change('UPDATE switches SET esl_host = NULL');
    const { status, stdout } = await run(live, 'switches');
    expect(status).toBe(0);
    expect(stdout).toMatch(/no switch is listened to.*\n +INSERT INTO switches .*\n +ON CONFLICT .* esl_host/);
  });

  it('says what to do where no server answers, or another password is wanted', async () => {
    const { status, stderr } = await runProgram(['switches', '--listen', '127.0.0.1:1']);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /server-unreachable at http:\/\/127\.0\.0\.1:1\n.*does not answer.*\n.*Fix: start `trunkhunt serve`/,
    );
  });
});

describe('switches reconcile', () => {
  it('prints with --dry-run what it would send, sends it without, and has nothing to do afterwards', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    const sent = (): number => live.fs().log.commands.filter(({ command }) => /killgw|rescan/.test(command)).length;
    // Somebody took a gateway away by hand, and nobody heard of it.
    live.fs().loseEvents(() => true);
    await live.fs().command('sofia profile external killgw gw1');
    await live.pass(2_500);
    live.fs().loseEvents(undefined);
    const dry = await run(live, 'switches', 'reconcile', '--dry-run');
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toBe(
      'fs1\n  would send  sofia profile external rescan\n  drift  new gw1: the switch does not have it\n',
    );
    expect(sent()).toBe(0);
    const done = await run(live, 'switches', 'reconcile', 'fs1');
    expect(done).toMatchObject({ status: 0, stdout: 'fs1\n  sent  sofia profile external rescan\n' });
    expect(sent()).toBe(1);
    const again = await run(live, 'switches', 'reconcile', 'fs1', '--json');
    expect(JSON.parse(again.stdout)).toEqual({
      switches: [{ switch: 'fs1', drift: [], draining: [], commands: [], refused: [] }],
    });
    expect(sent()).toBe(1);
  });

  it('knows which switches there are', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    const { status, stderr } = await run(live, 'switches', 'reconcile', 'fs9');
    expect(status).toBe(1);
    expect(stderr).toMatch(/404: no switch 'fs9' is listened to; there are: fs1/);
  });

  it('tells of a switch that is not connected', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    await live.fs().kill();
    await live.until(() => {
      expect(live.report().connected).toBe(false);
    });
    const { status, stdout } = await run(live, 'switches', 'reconcile');
    expect(status).toBe(1);
    expect(stdout).toBe('fs1: the switch is not connected\n');
    expect((await run(live, 'switches')).stdout).toMatch(/fs1 \(.*\): not connected, refused \d+ s ago: /);
  });
});

describe('explain --live', () => {
  it('shows each factor of every weight as the server has it, and takes no turn', async () => {
    const live = await liveSwitches(sharing({ gw1: 4, gw2: 2, gw3: 1 }, '', 'max_calls = 1'));
    live.fs().setPeer('gw3', { pings: 'silent' });
    await live.until(() => {
      expect(live.report().gateways.up).toBe(2);
    });
    const call = live.fs().startCall({ number: '9980' });
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_headroom_calls', { gateway: 'gw1' })).toBe(0);
      expect(await live.metric('trunkhunt_gateway_headroom_calls', { gateway: 'gw2' })).toBe(1);
    });
    const { status, stdout } = await run(live, 'explain', '9980', '--switch', 'fs1', '--live');
    expect(status).toBe(0);
    expect(stdout).toContain('try 1    gw2  9980\n');
    expect(stdout).toContain('weight   gw1  4 x health 1 x slow start 1 x headroom 0 = 0 (full: 1 of max_calls 1)\n');
    expect(stdout).toContain('weight   gw2  2 x health 1 x slow start 1 x headroom 1 = 2\n');
    expect(stdout).toContain('weight   gw3  1 x health 0 x slow start 1 x headroom 1 = 0 (the switch says DOWN)\n');
    expect(stdout).toContain('not      gateway gw3: the switch says DOWN\n');
    expect((await run(live, 'switches')).stdout).toContain('  down      gw3\n');
    const again = await run(live, 'explain', '9980', '--switch', 'fs1', '--live', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ plan: [{ gateway: 'gw2' }], weights: [{ effective: 0 }, {}, {}] });
    call.hangUp();
  });

  it('says where it speaks of a switch of which nothing is known, or nothing new', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    const noteOn = async (...options: readonly string[]): Promise<string | undefined> =>
      /note {5}(.*)\n/.exec((await run(live, 'explain', '9980', '--live', ...options)).stdout)?.[1];
    expect(await noteOn('--switch', 'fs1')).toBeUndefined();
    expect(await noteOn('--switch', 'fs7')).toBe(
      "switch 'fs7' is not listened to: all gateways count as up; there are: fs1",
    );
    expect(await noteOn()).toBe('no switch is named: all gateways count as up; there are: fs1');
    await live.fs().stop();
    await live.until(async () => {
      expect(await noteOn('--switch', 'fs1')).toBe("switch 'fs1' is not connected: its last word still counts");
    });
    await live.until(async () => {
      expect(await noteOn('--switch', 'fs1')).toBe("switch 'fs1' is not connected: all gateways count as up");
    });
    expect((await run(live, 'switches')).stdout).toContain('1 wanted, what runs is not known (all count as up), ');
  });
});
