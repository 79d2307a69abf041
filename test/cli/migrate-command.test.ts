import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

interface Report {
  readonly created: boolean;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly backup: string | null;
}

describe('migrate', () => {
  const migrate = (path: string, ...args: string[]) => runProgram(['migrate', '--database', path, ...args]);
  const json = async (path: string, ...args: string[]) => {
    const { status, stdout, stderr } = await migrate(path, '--json', ...args);
    expect(stderr).toBe('');
    return { status, ...(JSON.parse(stdout) as Report) };
  };

  it('makes an inventory where there is none, that its owner alone can read, and that check finds right', async () => {
    const path = join(temporaryFolder(), 'new.db');
    const made = await json(path);
    expect(made).toMatchObject({ status: 0, created: true, pending: [], backup: null });
    expect(made.applied.length).toBeGreaterThan(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await runProgram(['check', '--strict', '--database', path])).status).toBe(0);
  });

  it('run again, it changes nothing', async () => {
    const { path } = temporaryInventory();
    const { status, stdout, stderr } = await migrate(path);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('up to date');
    expect(await json(path)).toMatchObject({ status: 0, created: false, applied: [], backup: null });
  });

  it('run twice at the same time, it makes one inventory', async () => {
    const path = join(temporaryFolder(), 'empty.db');
    writeFileSync(path, '');
    const runs = await Promise.all([1, 2, 3].map(() => runCli(['migrate', '--database', path, '--json'])));
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual([1, 2, 3].map(() => [0, '']));
    const applied = runs.flatMap(({ stdout }) => (JSON.parse(stdout) as Report).applied);
    expect(applied.filter((file) => file === '0001_inventory.sql')).toHaveLength(1);
  });

  it('--dry-run says what is pending with exit status 1, and does nothing', async () => {
    const path = join(temporaryFolder(), 'empty.db');
    writeFileSync(path, '');
    expect(await json(path, '--dry-run')).toMatchObject({ status: 1, created: false, applied: [] });
    expect((await json(path, '--dry-run')).pending.length).toBeGreaterThan(0);
    expect((await migrate(path, '--dry-run')).stdout).toMatch(/^pending {2}0001_/m);
    expect(readFileSync(path)).toHaveLength(0);
    const migrated = temporaryInventory();
    expect(await json(migrated.path, '--dry-run')).toMatchObject({ status: 0, pending: [] });
  });

  it('--dry-run makes no file', async () => {
    const path = join(temporaryFolder(), 'none.db');
    const { status, stderr } = await migrate(path, '--dry-run');
    expect([status, existsSync(path)]).toEqual([1, false]);
    expect(stderr).toContain('inventory-missing');
  });

  it.each([
    [
      'was migrated by a newer version',
      "INSERT INTO trunkhunt_migrations VALUES (9999, '9999_x.sql', 'c', 't')",
      'inventory-too-new',
    ],
    [
      'was migrated by other files',
      "UPDATE trunkhunt_migrations SET checksum = 'x' WHERE version = 1",
      'migration-edited',
    ],
  ])('refuses a database that %s', async (_what, sql, code) => {
    const { path } = temporaryInventory(sql);
    const { status, stderr } = await migrate(path);
    expect(status).toBe(1);
    expect(stderr).toContain(code);
    const data = await migrate(path, '--json');
    expect(data.stderr).toBe('');
    expect(JSON.parse(data.stdout)).toMatchObject({ findings: [{ code }] });
  });

  it('says what to do where the folder is not there', async () => {
    const { status, stderr } = await migrate(join(temporaryFolder(), 'no', 'such.db'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/inventory-unreadable[^]*Fix: /);
  });
});
