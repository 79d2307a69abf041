import { describe, expect, it } from 'vitest';
import type { RunningCall } from '../support/fake-freeswitch/call-result.ts';
import { liveSwitches, type LiveSwitches, type LiveSwitchesOptions, sharing } from '../support/live-switch.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** Looks come every second of the command's time. */
const SPEED = 100;

const never = (): Promise<void> => new Promise(() => undefined);

/** Plans that ring for a second: what was planned before the server's start is over soon. */
const QUICK = 'answer_timeout_seconds = 1, progress_timeout_seconds = 1';

const quick = async (options: LiveSwitchesOptions = {}, group = QUICK): Promise<LiveSwitches> =>
  liveSwitches(sharing({ gw1: 1, gw2: 1 }, group), options);

function drain(live: Pick<LiveSwitches, 'server'>, args: readonly string[], stopped = never) {
  const { database, port } = live.server;
  return runProgram(
    ['gateway', 'drain', ...args, '--database', database, '--listen', `127.0.0.1:${port}`],
    {},
    stopped,
    '',
    SPEED,
  );
}

interface DrainData {
  readonly sql: string;
  readonly drain: {
    readonly safe: boolean;
    readonly why: string;
    readonly calls: number;
    readonly mayCome: number;
    readonly obstacles: readonly { readonly what: string }[];
  };
}

async function drainData(live: Pick<LiveSwitches, 'server'>, ...args: readonly string[]) {
  const { stdout, status } = await drain(live, ['gw1', '--wait', '--json', ...args]);
  return { status, ...(JSON.parse(stdout) as DrainData) };
}

/** A call that is up through gw1. */
async function callThroughGw1(live: LiveSwitches): Promise<RunningCall> {
  live.fs().setGateway('gw2', { refuse: 503 });
  const call = live.fs().startCall({ number: '9980' });
  await live.until(() => {
    const legs = live.server.live.learned.ledger.legsOn('fs1');
    expect(legs.map(({ gateway, hasRung }) => [gateway, hasRung])).toEqual([['gw1', true]]);
    expect(live.server.live.learned.ledger.openPlans).toBe(0);
  });
  return call;
}

describe('gateway drain --wait', () => {
  it('counts the calls down, and ends when none is left', async () => {
    const live = await quick();
    const call = await callThroughGw1(live);
    const draining = drain(live, ['gw1', '--wait']);
    await live.until(() => {
      expect(live.server.live.serving?.snapshot.gateways[0]?.state).toBe('drain');
    });
    await live.pass(5_000);
    call.hangUp();
    const { status, stdout, stderr } = await draining;
    expect(status).toBe(0);
    expect(stdout).toMatch(/UPDATE gateways SET state = 'drain' WHERE name = 'gw1';/);
    expect(stdout).toMatch(/\ngw1: safe to unplug: no call is left on fs1\n$/);
    expect(stderr).toMatch(/^gw1: (?:.*; )?1 call on fs1/m);
  });

  it('ends at --timeout with status 1, says how many calls are left, and how to take it back', async () => {
    const live = await quick();
    const call = await callThroughGw1(live);
    const { status, stderr } = await drain(live, ['gw1', '--wait', '--timeout', '30']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/gw1: the time is over; it is not known to be safe to unplug:\n {2}1 call on fs1\n/);
    expect(stderr).toMatch(/it still drains; take that back with: trunkhunt gateway enable gw1\n$/);
    expect(live.server.live.serving?.snapshot.gateways[0]?.state).toBe('drain');
    call.hangUp();
  });

  it('stops watching when it is asked to, and goes on draining', async () => {
    const live = await quick();
    const call = await callThroughGw1(live);
    const stopped = async (): Promise<void> => {
      await live.pass(5_000);
    };
    const { status, stderr } = await drain(live, ['gw1', '--wait'], stopped);
    expect(status).toBe(1);
    expect(stderr).toMatch(/gw1: no longer watched; .*\n(?: {2}.*\n)* {2}1 call on fs1\n.*gateway enable gw1/);
    call.hangUp();
  });

  it('counts the call of a plan that was given out before, and may still come to it', async () => {
    const live = await quick({}, 'max_attempts = 2, progress_timeout_seconds = 3600, answer_timeout_seconds = 3600');
    // Whoever is first does not answer: the other one of the plan may be called any time.
    for (const gateway of ['gw1', 'gw2']) live.fs().setGateway(gateway, { silent: true });
    const calls = [1, 2].map(() => live.fs().startCall({ number: '9980' }));
    await live.until(() => {
      expect(live.server.live.learned.ledger.legsOn('fs1')).toHaveLength(2);
    });
    const { status, drain: end } = await drainData(live, '--timeout', '10');
    expect(status).toBe(1);
    expect(end).toMatchObject({ safe: false, why: 'timeout', calls: 1, mayCome: 1 });
    expect(end.obstacles.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['1 call on fs1', '1 call on fs1 that may still be sent there']),
    );
    for (const call of calls) call.hangUp();
  });

  it('does not believe itself right after the start: plans from before are not known', async () => {
    const live = await quick({}, 'answer_timeout_seconds = 3600');
    const { drain: end } = await drainData(live, '--timeout', '40');
    expect(end.obstacles).toHaveLength(1);
    expect(end.obstacles[0]?.what).toMatch(/^calls planned before the server was started may still .* for \d+ s$/);
  });

  it('waits for a switch that is not connected', async () => {
    const live = await quick({ switches: { fs1: {}, fs2: {} } });
    live.fs('fs2').rejectEsl();
    live.fs('fs2').cutEsl();
    await live.until(() => {
      expect(live.report('fs2').connected).toBe(false);
    });
    await live.pass(15_000);
    const before = await drainData(live, '--timeout', '20');
    expect(before).toMatchObject({ status: 1, drain: { safe: false, calls: 0 } });
    expect(before.drain.obstacles.map(({ what }) => what)).toEqual([
      'switch fs2 is not connected, so its calls are not known',
    ]);
    live.fs('fs2').rejectEsl(false);
    expect(await drainData(live)).toMatchObject({ status: 0, drain: { safe: true } });
  });

  it('claims nothing of switches that nobody listens to, and does not wait for that', async () => {
    const live = await quick();
    await live.server.change("INSERT INTO switches (hostname) VALUES ('fs9')");
    await live.pass(15_000);
    const named = await drainData(live);
    expect(named).toMatchObject({ status: 1, drain: { safe: false, why: 'unseen', calls: 0 } });
    expect(named.drain.obstacles.map(({ what }) => what)).toEqual(['switch fs9 is not listened to']);
  });

  it('waits until the switch has taken over the list that mod_distributor chooses from', async () => {
    const live = await quick({}, `chooser = 'mod_distributor', ${QUICK}`);
    await live.pass(30_000);
    const reloads = (): number =>
      live.fs().log.commands.filter(({ command }) => command === 'distributor_ctl reload').length;
    const before = reloads();
    expect(await drainData(live)).toMatchObject({ status: 0, drain: { safe: true } });
    expect(reloads()).toBeGreaterThan(before);
    expect(await live.fs().command('distributor_ctl dump g')).not.toContain('gw1');
  });

  it('says that a server refuses the inventory, instead of waiting in silence', async () => {
    const live = await quick();
    await live.server.change(
      "INSERT INTO gateway_groups (name) VALUES ('empty'); UPDATE routes SET group_name = 'empty'",
    );
    const { status, drain: end } = await drainData(live, '--timeout', '5', '--force');
    expect(status).toBe(1);
    expect(end.obstacles.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'the server still gives it calls',
        'it refuses the inventory for 1 problem, see `trunkhunt check`',
      ]),
    );
  });

  it('drains without a server as well, and says that nobody can be asked', async () => {
    const inventory = temporaryInventory(sharing({ gw1: 1, gw2: 1 }));
    const args = ['gateway', 'drain', 'gw1', '--wait', '--database', inventory.path, '--listen', '127.0.0.1:1'];
    const { status, stderr, stdout } = await runProgram(args, {}, never);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /server-unreachable at http:\/\/127\.0\.0\.1:1\n.*does not answer.*\n.*Fix: start `trunkhunt serve`/,
    );
    expect(stdout).toContain("state = 'drain'");
    expect(inventory.rows().gateways[0]?.state).toBe('drain');
    const again = await runProgram([...args, '--json'], {}, never);
    expect(JSON.parse(again.stdout)).toMatchObject({
      changed: false,
      drain: null,
      findings: [{ code: 'server-unreachable' }],
    });
  });

  it('does not wait for its timeout where there is no server to ask', async () => {
    const { path } = temporaryInventory(sharing({ gw1: 1, gw2: 1 }));
    const args = ['gateway', 'drain', 'gw1', '--wait', '--timeout', '3600', '--listen', '127.0.0.1:1'];
    expect(await runCli([...args, '--database', path])).toMatchObject({ status: 1, signal: null });
  });

  it('without --wait asks nobody; --timeout alone is wrong usage', async () => {
    const { path } = temporaryInventory(sharing({ gw1: 1, gw2: 1 }));
    expect((await runProgram(['gateway', 'drain', 'gw1', '--database', path])).status).toBe(0);
    const wrong = await runProgram(['gateway', 'drain', 'gw1', '--timeout', '3', '--database', path]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('--timeout goes with --wait');
  });
});

describe('gateway list --live', () => {
  it('shows calls, and how each gateway is on each switch', async () => {
    const live = await quick();
    const call = await callThroughGw1(live);
    const { database, port } = live.server;
    const list = (...args: readonly string[]) =>
      runProgram(['gateway', 'list', '--live', '--database', database, '--listen', `127.0.0.1:${port}`, ...args]);
    expect((await list()).stdout).toMatch(/^gw1 .* 1 {2}fs1 up$/m);
    expect(JSON.parse((await list('--json')).stdout)).toMatchObject({
      gateways: [{ name: 'gw1', password: null, live: { calls: 1, switches: [{ switch: 'fs1', reach: 'up' }] } }, {}],
    });
    call.hangUp();
  });

  it('is an error of the server where that serves nothing', async () => {
    const server = await startServer(
      "INSERT INTO gateway_groups (name) VALUES ('g'); INSERT INTO routes (context, group_name) VALUES ('x', 'g')",
    );
    try {
      const args = ['gateway', 'list', '--live', '--database', server.database, '--listen', `127.0.0.1:${server.port}`];
      expect((await runProgram(args)).stderr).toMatch(/server-refused .*\n.*503: no inventory is being served/);
    } finally {
      await server.stop();
    }
  });
});
