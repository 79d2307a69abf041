import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryFolder, temporaryInventory, type TemporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, username, password, max_calls)
    VALUES ('a', '192.0.2.1', 'u', 'hushcanary-word', 5), ('b', '192.0.2.2', NULL, NULL, 7);
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b');
  INSERT INTO routes (name, context, group_name) VALUES ('r', 'default', 'g');
`;
const PATHS = [
  'autoload_configs/distributor.conf.xml',
  'dialplan/default/trunkhunt.xml',
  'dialplan/zz_trunkhunt_contexts.xml',
  'directory/trunkhunt.xml',
];

const exportOf = (inventory: TemporaryInventory, folder: string, ...more: readonly string[]) =>
  runProgram(['export', '--freeswitch', folder, '--database', inventory.path, ...more]);

describe('trunkhunt export', () => {
  it('writes the files, and prints what it wrote and what is not in them', async () => {
    // Of what is shipped nothing is said; of what somebody changed, all.
    const inventory = temporaryInventory(
      `${INVENTORY} UPDATE outcome_blame SET blame = 'caller' WHERE blame <> 'caller';`,
    );
    const folder = join(temporaryFolder(), 'new');
    const { status, stdout, stderr } = await runCli(['export', '--freeswitch', folder, '--database', inventory.path]);
    expect([status, stderr]).toEqual([0, '']);
    for (const path of PATHS) {
      expect(stdout).toContain(`new        ${path}\n`);
      expect(existsSync(join(folder, path))).toBe(true);
    }
    expect(stdout).toContain('holds the inventory in 4 files, as every switch sees it');
    expect(stdout).toContain('  gateways.max_calls: calls are not counted: no limit holds\n    a; b\n');
    expect(stdout).toMatch(/outcome_blame\.blame: .*\n {4}.* and \d+ more \(--json has all\)/);
    expect(stdout).not.toContain('hushcanary-word');
    expect(readFileSync(join(folder, 'directory/trunkhunt.xml'), 'utf8')).toContain('value="hushcanary-word"');
    expect((await exportOf(inventory, folder)).stdout).toContain(`unchanged  ${PATHS[0]!}\n`);
  });

  it('--json has all of it, as data', async () => {
    const inventory = temporaryInventory(INVENTORY);
    const folder = temporaryFolder();
    const { status, stdout } = await exportOf(inventory, folder, '--json', '--dry-run');
    const data = JSON.parse(stdout) as { readonly added: unknown; readonly notExpressed: readonly object[] };
    expect(status).toBe(0);
    expect(data).toMatchObject({ folder, switch: '', dryRun: true, added: PATHS, changed: [], removed: [] });
    expect(data.notExpressed).toContainEqual({
      table: 'gateways',
      key: 'b',
      column: 'max_calls',
      why: 'calls are not counted: no limit holds',
    });
    expect(stdout).not.toContain('hushcanary-word');
    expect(existsSync(join(folder, PATHS[0]!))).toBe(false);
  });

  it("has a switch's own gateways only in that switch's files", async () => {
    const inventory = temporaryInventory(
      `${INVENTORY} INSERT INTO switches (hostname) VALUES ('fs1'); INSERT INTO gateway_switches VALUES ('a', 'fs1');`,
    );
    const [all, own] = [temporaryFolder(), temporaryFolder()];
    await exportOf(inventory, all);
    expect((await exportOf(inventory, own, '--switch', 'fs1')).stdout).toContain("as switch 'fs1' sees it");
    const namesIn = (folder: string): readonly string[] =>
      ['directory/trunkhunt.xml', 'autoload_configs/distributor.conf.xml'].flatMap((path) =>
        [...readFileSync(join(folder, path), 'utf8').matchAll(/<(?:gateway|node) name="(\w+)"/g)].map(
          ([, name = '']) => name,
        ),
      );
    expect(namesIn(all)).toEqual(['b', 'b']);
    expect(namesIn(own)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('touches nothing where a file is in its way, or was edited, and says which', async () => {
    const inventory = temporaryInventory(INVENTORY);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'directory'));
    writeFileSync(join(folder, 'directory/trunkhunt.xml'), 'mine');
    const refused = await exportOf(inventory, folder);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`problem export-in-the-way at ${join(folder, 'directory/trunkhunt.xml')}`);
    expect(existsSync(join(folder, PATHS[0]!))).toBe(false);
    const other = temporaryFolder();
    await exportOf(inventory, other);
    writeFileSync(join(other, PATHS[0]!), 'edited');
    const { status, stdout } = await exportOf(inventory, other, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ code: 'export-edited', where: join(other, PATHS[0]!) }] });
    expect((await exportOf(inventory, other, '--force')).stdout).toContain(`changed    ${PATHS[0]!}`);
  });

  it('writes nothing of an inventory that a server would refuse, and wants to be told where to', async () => {
    const inventory = temporaryInventory(`${INVENTORY} DELETE FROM gateway_groups;`);
    const folder = temporaryFolder();
    const { status, stderr } = await exportOf(inventory, folder);
    expect(status).toBe(1);
    expect(stderr).toContain('reference-broken');
    expect(existsSync(join(folder, PATHS[0]!))).toBe(false);
    expect((await runProgram(['export', '--database', inventory.path])).status).toBe(2);
  });
});

describe('trunkhunt serve --export-to', () => {
  it('keeps the files at what is served, and a failure stops nothing', async () => {
    const inventory = temporaryInventory(INVENTORY);
    const folder = temporaryFolder();
    const serve = await serveProcess(['--database', inventory.path, '--export-to', folder]);
    const counted = async (result: string): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${serve.port}/metrics`)).text();
      return sampleValue(parseMetrics(text), 'trunkhunt_exports_total', { result }) ?? -1;
    };
    const patience = { timeout: 8_000, interval: 30 };
    try {
      await vi.waitFor(async () => {
        expect(await counted('ok')).toBe(1);
      }, patience);
      inventory.run("UPDATE gateways SET proxy = '192.0.2.99' WHERE name = 'b'");
      await vi.waitFor(() => {
        expect(readFileSync(join(folder, 'directory/trunkhunt.xml'), 'utf8')).toContain('192.0.2.99');
      }, patience);
      writeFileSync(join(folder, PATHS[0]!), 'edited');
      inventory.run("UPDATE gateways SET proxy = '192.0.2.98' WHERE name = 'b'");
      await vi.waitFor(async () => {
        expect(await counted('failed')).toBe(1);
      }, patience);
      expect(serve.stderr()).toContain('export-edited');
      expect(readFileSync(join(folder, 'directory/trunkhunt.xml'), 'utf8')).toContain('192.0.2.99');
    } finally {
      expect((await serve.stop()).status).toBe(0);
    }
    expect(serve.stderr()).not.toContain('hushcanary-word');
  });
});
