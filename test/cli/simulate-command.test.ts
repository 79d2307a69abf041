import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { RunReport } from '../../src/simulation/run-report.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password) VALUES
    ('gw1', '192.0.2.1', 'u', 'hushcanary'), ('gw2', '192.0.2.2', NULL, NULL), ('gw3', '192.0.2.3', NULL, NULL);
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'gw1', 2), ('g', 'gw2', 1), ('g', 'gw3', 1);
  INSERT INTO routes (name, context, destination_prefix, group_name) VALUES ('german', 'default', '+49', 'g'), ('rest', 'default', NULL, 'g');
  INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');`;

interface Data {
  readonly today: RunReport;
  readonly proposal: RunReport | null;
  readonly differences: { readonly any: number } | null;
  readonly notes: readonly string[];
  readonly changes: readonly object[];
  readonly switch: string;
}

const start = () => {
  const inventory = temporaryInventory(INVENTORY);
  const run = (args: readonly string[], environment = {}) =>
    runProgram(['simulate', '--database', inventory.path, ...args], environment);
  const data = async (...args: string[]): Promise<Data> => {
    const { status, stdout, stderr } = await run([...args, '--json']);
    expect([status, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Data;
  };
  const fileOf = (text: string): string => {
    const path = join(inventory.folder, 'calls');
    writeFileSync(path, text);
    return path;
  };
  return { inventory, run, data, fileOf };
};

describe('simulate, as a process', () => {
  it('shows shares, a chart and the proposal, draws a picture, and leaves the file alone', async () => {
    const { inventory } = start();
    const before = readFileSync(inventory.path);
    const picture = join(inventory.folder, 'shares.svg');
    const sql =
      "UPDATE gateway_group_members SET weight = 2 WHERE gateway = 'gw2'; UPDATE gateways SET password = 'hushcanary-2' WHERE name = 'gw1'";
    const { status, stdout, stderr } = await runCli(
      [
        'simulate',
        '--database',
        inventory.path,
        '--calls',
        '400',
        '--fail',
        'gw1=503@1-50',
        '--sql',
        sql,
        '--svg',
        picture,
      ],
      { environment: { LC_ALL: 'C.UTF-8' } },
    );
    expect([status, stderr]).toEqual([0, '']);
    for (const part of ['today', 'proposal', 'gw1', '█', '▒', "gateway_group_members['g', 'gw2']  weight: 1 -> 2"]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toMatch(/hushcanary|hushcanary-2|\u001b/);
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(readFileSync(inventory.path).equals(before)).toBe(true);
    const again = await runCli(['simulate', '--database', inventory.path, '--calls', '400', '--json'], {
      environment: { LANG: 'C' },
    });
    expect((JSON.parse(again.stdout) as Data).today.largestDeviation).toBeLessThan(1);
  });
});

describe('simulate', () => {
  it('makes numbers up for every route, and says which', async () => {
    const { today, notes, switch: hostname } = await start().data('--calls', '40');
    expect(today).toMatchObject({ calls: 40, planned: 40, served: 40, refused: {} });
    expect(notes).toEqual([expect.stringMatching(/^numbers made up, in turn: .*\+49/)]);
    expect(hostname).toBe('fs1');
  });

  it('takes numbers, lists of them and logs', async () => {
    const { data, fileOf } = start();
    expect((await data('--number', '1', '--number', 'a', '--calls', '10')).today.refused).toEqual({
      'rejected_number: charset': 5,
    });
    expect((await data('--numbers', fileOf('1\n2\n3\n'), '--number', '4')).today.calls).toBe(4);
    expect((await data('--numbers', fileOf('1\n2\n3\n'), '--calls', '9')).today.calls).toBe(9);
    const line =
      '{"kind":"decision","at":"2026-11-25T00:00:00Z","context":"default","number":"49xx","outcome":"planned"}\n';
    expect(await data(fileOf(`${line}${line}{"kind":"outcome"}\n{"ki`))).toMatchObject({
      today: { calls: 2 },
      notes: [
        '2 of 2 calls have masked digits, which are taken as 0',
        '1 lines that are no decisions were passed over',
        'the last line has no end yet and was passed over',
      ],
    });
  });

  it('compares with another file', async () => {
    const { data, inventory } = start();
    const other = temporaryInventory(`${INVENTORY} UPDATE gateways SET state = 'drain' WHERE name = 'gw3';`);
    const against = await data('--against', other.path, '--calls', '100', '--number', '5');
    expect(against.proposal?.groups[0]?.gateways.find(({ gateway }) => gateway === 'gw3')?.firstChoices).toBe(0);
    expect(against.changes).toMatchObject([{ kind: 'changed', table: 'gateways', key: { name: 'gw3' } }]);
    expect(against.differences?.any).toBeGreaterThan(20);
    const same = await data('--against', inventory.path, '--fail', 'gw1=50%');
    expect(same).toMatchObject({ differences: { any: 0 }, changes: [], proposal: same.today });
  });

  it('says where nothing is learned from failures', async () => {
    const { notes } = await start().data('--fail', 'gw1=503', '--switch', 'fs9', '--number', '1');
    expect(notes).toEqual([expect.stringContaining("switch 'fs9' is not listened to")]);
  });

  it('draws with ASCII where the locale is none of UTF-8', async () => {
    const { run } = start();
    const ascii = await run(['--number', '1'], { LANG: 'C' });
    expect(ascii.stdout).toMatch(/^gw1 +#+/m);
    expect(ascii.stdout).toMatch(/^[\u0000-\u007f]*$/);
    expect((await run(['--number', '1'], { LC_ALL: '', LANG: 'de_DE.utf8' })).stdout).toContain('█');
  });

  it.each([
    [
      'every rule that is wrong',
      ['--fail', 'gw1=dwn', '--fail', 'gw9=503', '--fail', 'gw1=down'],
      2,
      ["--fail 'gw1=dwn'", "no inventory here has a gateway 'gw9'"],
    ],
    ['SQL that would leave the copy', ['--sql', "ATTACH 'x' AS y"], 2, ['sql-refused', 'ATTACH']],
    ['SQL that fails', ['--sql', 'UPDATE gateways SET x = 1'], 2, ['sql-failed', 'no such column: x']],
    [
      'which of two --sql it is',
      ['--sql', 'DELETE FROM routes', '--sql', 'DELETE FROM roads'],
      2,
      ['--sql no. 2, statement 1 of 1'],
    ],
    [
      'a proposal that a server refuses',
      ['--sql', 'DELETE FROM gateway_group_members'],
      1,
      ['group-empty', 'the proposal: '],
    ],
    ['two proposals', ['--sql', 'DELETE FROM routes', '--against', 'x.db'], 2, ['settings-conflict']],
    ['another file that is missing', ['--against', 'nowhere.db'], 1, ['inventory-missing', 'nowhere.db']],
    ['a file of calls that is missing', ['nowhere.txt'], 1, ['calls-unreadable']],
    ['a context without routes', ['--context', 'public'], 1, ['calls-missing', 'there are routes in default']],
    ['a picture that cannot be written', ['--svg', 'nowhere/at/all.svg'], 1, ['picture-unwritable']],
    ['calls from two places', ['nowhere.txt', '--calls', '5'], 2, ['settings-conflict']],
    ['no number of calls', ['--calls', '0'], 2, ['whole number from 1']],
    ['no rate', ['--cps', 'fast'], 2, ['number from 0.001']],
  ])('says %s', async (_what, args, status, parts) => {
    const run = await start().run(args);
    expect(run.status).toBe(status);
    for (const part of parts) expect(run.stderr).toContain(part);
    expect(run.stdout).toBe('');
  });

  it('gives data for errors too', async () => {
    const { status, stdout, stderr } = await start().run(['--sql', 'PRAGMA x', '--json']);
    expect([status, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ code: 'sql-refused' }] });
  });

  it('names bad lines by file and number, and runs nothing', async () => {
    const { run, fileOf } = start();
    const path = fileOf('1\n,\n1,2,3,x\n');
    const { status, stdout, stderr } = await run([path]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${path}:2`);
    expect(stderr).toContain(`${path}:3`);
  });
});
