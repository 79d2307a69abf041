import { describe, expect, it } from 'vitest';
import type { DecisionReport } from '../../src/live/find-decisions.ts';
import { liveSwitches, type LiveSwitches, sharing } from '../support/live-switch.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';

/** Runs the command against the server of these switches. */
function run(live: LiveSwitches, ...args: readonly string[]) {
  return runProgram(['decisions', ...args, '--listen', `127.0.0.1:${live.server.port}`]);
}

async function decisionsOf(live: LiveSwitches, ...args: readonly string[]): Promise<readonly DecisionReport[]> {
  const { stdout } = await run(live, '--json', ...args);
  return (JSON.parse(stdout) as { readonly decisions: readonly DecisionReport[] }).decisions;
}

describe('decisions', () => {
  it('shows with --failed the call that the second gateway answered, with the outcome of each attempt', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    live.fs().setGateway('gw1', { refuse: 503 });
    await live.fs().call({ number: '4930123456', hangupAfterMs: 2_000 });
    live.fs().setGateway('gw1', {});
    await live.fs().call({ number: '4931', hangupAfterMs: 2_000 });
    await live.until(async () => {
      expect((await decisionsOf(live)).map(({ attempts }) => attempts.at(-1)?.answeredSeconds ?? null)).not.toContain(
        null,
      );
    });
    const [failed, ...others] = await decisionsOf(live, '--failed');
    expect(others).toEqual([]);
    expect(failed).toMatchObject({
      number: '4930123456',
      switch: 'fs1',
      route: 'all',
      group: 'g',
      plan: [
        { attempt: 1, gateway: 'gw1' },
        { attempt: 2, gateway: 'gw2' },
      ],
      attempts: [
        { attempt: 1, gateway: 'gw1', outcome: 'gateway', cause: 'NORMAL_TEMPORARY_FAILURE', sipStatus: 503 },
        { attempt: 2, gateway: 'gw2', outcome: 'answered' },
      ],
      failed: true,
      over: true,
    });
    expect(failed?.attempts[1]?.answeredSeconds).toBeGreaterThan(1);
    expect(failed?.attempts[1]?.postDialDelayMs).toBeGreaterThan(0);
    const table = await run(live);
    expect(table.status).toBe(0);
    expect(table.stdout).toMatch(/^time +id +switch +caller +number +route +what came of it\n/);
    expect(table.stdout).toMatch(/ fs1 +\S+ +4930123456 +all +gw1 503 \(gateway\), gw2 answered \d s\n/);
    expect(table.stdout).toMatch(/ fs1 +\S+ +4931 +all +gw\d answered \d s\n$/);
    expect((await decisionsOf(live, '--failed', '--gateway', 'gw1')).length).toBe(1);
    expect((await decisionsOf(live, '--failed', '--gateway', 'gw2')).length).toBe(0);
    expect((await decisionsOf(live, '--number', '4931')).map(({ number }) => number)).toEqual(['4931']);
    expect((await decisionsOf(live, '--limit', '1')).map(({ number }) => number)).toEqual(['4931']);
    const one = await run(live, failed!.id);
    expect(one.stdout).toMatch(/^4930123456 in context 'default' on switch 'fs1': planned\ndecision \S+ of \S+\n/);
    expect(one.stdout).toContain('route    all -> group g\nnumber   4930123456 after the route\n');
    expect(one.stdout).toContain('try 1    gw1  4930123456: gateway, 503, NORMAL_TEMPORARY_FAILURE\n');
    expect(one.stdout).toMatch(
      /try 2 {4}gw2 {2}4930123456: answered, NORMAL_CLEARING, post-dial delay \d+ ms, [\d.]+ s\n/,
    );
    expect(JSON.parse((await run(live, failed!.id, '--json')).stdout)).toEqual(failed);
  });

  it('says of each gateway why it is not in the plan, also when that is long past', async () => {
    const live = await liveSwitches(`${sharing({ gw1: 4, gw2: 2, gw3: 1 }, '', 'ping_seconds = 5')}
      UPDATE gateways SET max_calls = 1 WHERE name = 'gw1';`);
    live.fs().setPeer('gw3', { pings: 'silent' });
    await live.until(() => {
      expect(live.report().gateways.up).toBe(2);
    });
    const first = live.fs().startCall({ number: '1' });
    await live.until(async () => {
      expect(await live.metric('trunkhunt_gateway_calls', { gateway: 'gw1' })).toBe(1);
    });
    await live.fs().call({ number: '2', hangupAfterMs: 100 });
    first.hangUp();
    live.fs().setPeer('gw3', {});
    await live.until(async () => {
      expect(live.report().gateways.up).toBe(3);
      expect(await decisionsOf(live)).toHaveLength(2);
    });
    const [, second] = await decisionsOf(live);
    expect(second?.gatewaysPassedOver).toEqual([
      { gateway: 'gw1', reason: 'full: at its max_calls' },
      { gateway: 'gw3', reason: 'the switch says DOWN' },
    ]);
    const { stdout } = await run(live, second!.id);
    expect(stdout).toContain(
      'not      gateway gw1: full: at its max_calls\nnot      gateway gw3: the switch says DOWN\n',
    );
  });

  it('tells of gateways that the switch went past without a call', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    for (const gateway of ['gw1', 'gw2']) live.fs().setPeer(gateway, { pings: 'silent' });
    await live.until(() => {
      expect(live.report().gateways.up).toBe(0);
    });
    await live.fs().call({ number: '9980' });
    await live.until(async () => {
      expect((await decisionsOf(live, '--failed'))[0]).toMatchObject({
        doubted: true,
        attempts: [
          { gateway: 'gw1', outcome: 'not_called' },
          { gateway: 'gw2', outcome: 'not_called' },
        ],
      });
    });
    expect((await run(live, '--failed')).stdout).toContain('gw1 not called, gw2 not called\n');
  });

  it('says where there is none, and what is wrong with what was asked', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    expect(await run(live)).toMatchObject({ status: 0, stdout: 'no such decision is kept\n' });
    const unknown = await run(live, 'nobody');
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toContain('404: no decision nobody is kept');
    expect(await run(live, '--limit', '0')).toMatchObject({ status: 2 });
    expect(await run(live, '--outcome', 'bad')).toMatchObject({ status: 2 });
    const away = await runProgram(['decisions', '--follow', '--listen', '127.0.0.1:1']);
    expect(away.status).toBe(1);
    expect(away.stderr).toContain('server-unreachable');
  });

  it('lets nothing of a call reach the terminal that it would act on', async () => {
    const live = await liveSwitches(sharing({ gw1: 1 }));
    await live.fs().call({ number: '1\u001b[2J\u009b31m\u202e\u0007' });
    await live.until(async () => {
      expect(await decisionsOf(live)).toHaveLength(1);
    });
    const [decision] = await decisionsOf(live);
    const outputs = [[], ['--json'], ['--follow'], ['--follow', '--json'], [decision!.id], [decision!.id, '--json']];
    for (const args of outputs) {
      const { stdout } = await run(live, ...args);
      expect(stdout).toContain('[2J');
      expect(stdout.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\u202a-\u202e]+$/u);
    }
  });
});

describe('decisions --follow', () => {
  it('shows each call as it is decided, again with its outcome, and ends when it is interrupted', async () => {
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    live.fs().setGateway('gw1', { refuse: 503 });
    const command = ['decisions', '--listen', `127.0.0.1:${live.server.port}`];
    const following = startCli([...command, '--follow', '--json'], { timeoutMs: 30_000 });
    const failures = startCli([...command, '--follow', '--failed'], { timeoutMs: 30_000 });
    const lines = () =>
      following
        .stdout()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as DecisionReport);
    const lastOf = (number: string) => lines().findLast((it) => it.number === number);
    await live.fs().call({ number: '41', hangupAfterMs: 100 });
    await live.until(() => {
      expect(lastOf('41')?.attempts.map(({ outcome }) => outcome)).toEqual(['gateway', 'answered']);
    });
    await live.fs().call({ number: '42', hangupAfterMs: 100 });
    await live.until(() => {
      expect(lastOf('42')?.attempts.map(({ outcome }) => outcome)).toEqual(['answered']);
      expect(failures.stdout()).toMatch(/ {2}41 {2}all {2}gw1 503 \(gateway\)/);
    });
    for (const { child } of [following, failures]) child.kill('SIGINT');
    expect(await following.ended).toMatchObject({ status: 0, signal: null, stderr: '' });
    const ended = await failures.ended;
    expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
    expect(ended.stdout).not.toContain('  42  ');
  });
});

it('is described with every option', async () => {
  const { status, stdout } = await runCli(['decisions', '--help']);
  expect(status).toBe(0);
  for (const option of ['--follow', '--gateway', '--failed', '--outcome', '--number', '--limit', '--json']) {
    expect(stdout).toContain(option);
  }
});
