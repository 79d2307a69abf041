import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { builtProgram } from '../support/built-program.ts';
import { collectOutput } from '../support/collect-output.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1'), ('g', 'gw2');
  INSERT INTO routes (name, context, destination_prefix, group_name) VALUES ('german', 'default', '+49', 'g'), ('rest', 'default', NULL, 'g');`;

function decision(number: string, route: string, gateway: string): string {
  return JSON.stringify({
    ...{
      kind: 'decision',
      id: number,
      at: '2026-11-25T00:00:00.000Z',
      switch: 'fs1',
      context: 'default',
      number,
      outcome: 'planned',
    },
    ...{ reason: null, route, group: 'g', numberAfterRoute: number, plan: [{ attempt: 1, gateway, number }] },
  });
}

const LOG = `${[decision('+4930', 'german', 'gw1'), decision('5', 'rest', 'gw2'), decision('6', 'rest', 'old')].join('\n')}\n`;

const start = (text = LOG) => {
  const inventory = temporaryInventory(INVENTORY);
  const log = join(inventory.folder, 'decisions.ndjson');
  writeFileSync(log, text);
  const run = (...args: string[]) => runProgram(['replay', log, '--database', inventory.path, ...args]);
  return { inventory, log, run };
};

describe('replay', () => {
  it('as a process says which calls go elsewhere, why, and exits 1 where some are refused', async () => {
    const { inventory, log } = start();
    const args = [
      'replay',
      log,
      '--database',
      inventory.path,
      '--sql',
      "DELETE FROM routes WHERE name = 'rest'",
      '--verbose',
    ];
    const { status, stdout, stderr } = await runCli(args);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain("2 of 3 calls go elsewhere with the proposal than with today's inventory");
    expect(stdout).toContain('2 of them would be refused, or find no route, and are not so before');
    expect(stdout).toContain("1 go elsewhere with today's inventory already than by the log");
    expect(stdout).toMatch(/2 {2}refused {2}no route matches; there is no route 'rest' any more +5\n/);
    expect(stdout).toMatch(/2026-11-25T00:00:00.000Z {2}fs1 +default +6 {2}refused/);
    expect(stdout).toContain('- routes[2]');
  });

  it('compares a log with today, and gives data', async () => {
    const { status, stdout, stderr } = await start().run('--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ compared: 'log with today', calls: 3, elsewhere: 1, refused: 0, proposal: null, changes: [] },
      reasons: [{ kind: 'gateways', why: 'old is out: it is no member of the group', calls: 1, example: '6' }],
      then: { g: { gw1: 1, gw2: 1, old: 1 } },
      today: { calls: 3, planned: 3 },
      listed: [{ number: '6', context: 'default', switch: 'fs1' }],
    });
  });

  it('finds no difference where only weights change, and shows the shares', async () => {
    const { status, stdout } = await start().run(
      '--sql',
      "UPDATE gateway_group_members SET weight = 5 WHERE gateway = 'gw1'",
    );
    expect(status).toBe(0);
    expect(stdout).toContain('0 of 3 calls go elsewhere');
    expect(stdout).toMatch(/group {2}gateway +then +today +proposal/);
  });

  it('reads standard input', () => {
    const { inventory } = start();
    const args = [
      builtProgram(),
      'replay',
      '-',
      '--database',
      inventory.path,
      '--sql',
      "UPDATE gateways SET state = 'drain' WHERE name = 'gw1'",
    ];
    const { status, stdout } = spawnSync(process.execPath, args, { input: '5\n+49,7,public\n', encoding: 'utf8' });
    collectOutput('process', 'replay', stdout);
    expect(status).toBe(0);
    expect(stdout).toContain('1 of 2 calls go elsewhere');
    expect(stdout).toContain("gw1 is out: its state is 'drain': no new calls");
  });

  it('wants a proposal for calls that say nothing of where they went', async () => {
    const { run } = start(`5\n${LOG}`);
    const { status, stderr } = await run();
    expect(status).toBe(2);
    expect(stderr).toContain('replay-without-proposal');
    expect(stderr).toContain('1 of its calls');
  });

  it('tells bad lines, and a file that is missing', async () => {
    const { run, log } = start(`${LOG}{"kind":"decision"}\n`);
    const bad = await run();
    expect([bad.status, bad.stdout]).toEqual([1, '']);
    expect(bad.stderr).toContain(`${log}:4`);
    expect((await runProgram(['replay', 'nowhere', '--database', start().inventory.path])).stderr).toContain(
      'calls-unreadable',
    );
  });
});
