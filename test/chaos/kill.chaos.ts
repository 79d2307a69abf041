import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { afterAll, expect, it, vi } from 'vitest';
import { openStateFile } from '../../src/inventory/state-file.ts';
import { chance } from '../../src/simulation/chance.ts';
import { builtProgram } from '../support/built-program.ts';
import { runCli, startCli, type StartedCli, startScript } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { inventoryContent } from './inventory-content.ts';
import { killAt } from './kill-at.ts';
import { KILLED_COMMANDS, type KilledCommand, writeBase } from './kill-subjects.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

const SEED = 5;
const RUN = 'kill';
const KILLS: Readonly<Record<keyof typeof KILLED_COMMANDS, number>> = ofThisRun({
  quick: { 'an edit (gateway, group, route)': 6, rollback: 2, 'import --apply': 2, restore: 2, migrate: 2, backup: 2 },
  long: {
    'an edit (gateway, group, route)': 300,
    rollback: 100,
    'import --apply': 120,
    restore: 120,
    migrate: 100,
    backup: 60,
  },
});

const WRITER_KILLS = ofThisRun({ quick: 6, long: 70 });
const PATIENCE = { timeout: 20_000, interval: 2 };

const scratch = mkdtempSync(join(tmpdir(), 'trunkhunt-kill-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

let drawn = 0;
const random = (): number => chance(SEED, (drawn += 1));

/** Says which of the two the inventory is; anything else ends the run. */
function sideOf({ path, before, after }: KilledCommand): 'before' | 'after' | 'between' {
  const now = inventoryContent(path);
  if (now.rows === before.rows && now.version === before.version && now.migrations === before.migrations)
    return 'before';
  if (now.rows === after.rows && now.version === after.version && now.migrations === after.migrations) return 'after';
  // Each migration is a transaction of its own: those between the first and the last are committed versions as well.
  expect(now.migrations).toBeGreaterThan(before.migrations);
  expect(now.migrations).toBeLessThan(after.migrations);
  return 'between';
}

/** A file under the name of a backup is a whole one, at every moment. @returns how many there are */
function wholeBackupsIn(folder: string): number {
  const names = readdirSync(folder).filter((name) => /^backup\.db$|\.(?:backup|before-restore)-[\dTZ-]+$/.test(name));
  for (const name of names) inventoryContent(join(folder, name));
  return names.length;
}

/** What a command needs that comes after: it works, on the inventory as it is. */
async function nextCommandWorks(path: string, round: number): Promise<void> {
  const list = ['gateway', 'list', '--json', '--database', path];
  const { status, stdout } = await (round % 10 === 0 ? runCli(list) : runProgram(list));
  if (status !== 0) {
    expect(stdout).toContain('inventory-not-migrated');
    expect((await runProgram(['migrate', '--database', path])).status).toBe(0);
  }
  const change = ['gateway', 'add', `after-${(drawn += 1)}`, 'proxy=192.0.2.251', '--database', path];
  expect(await runProgram(change)).toMatchObject({ status: 0 });
}

it.each(Object.entries(KILLED_COMMANDS))('%s', async (name, { prepare, isSame }) => {
  const kills = KILLS[name as keyof typeof KILLED_COMMANDS];
  const sides = { before: 0, between: 0, after: 0 };
  let folder = '';
  let lastsMs = Infinity;
  let done = 0;
  for (let round = 0; done < kills; round += 1) {
    if (folder === '' || !isSame) {
      folder = join(scratch, `${name.slice(0, 4)}${round}`, 'data');
      mkdirSync(folder, { recursive: true });
      if (isSame) await begin(join(folder, 'inventory.db'));
    }
    const command = await prepare(folder, random);
    const started = startCli([...command.args, '--database', command.path]);
    // The first is left alone, to see how long its files are open.
    const killed = await killAt(started, folder, round === 0 ? undefined : random() * lastsMs * 1.2);
    const side = sideOf(command);
    wholeBackupsIn(folder);
    await nextCommandWorks(command.path, round);
    if (!killed.isKilled) lastsMs = Math.min(lastsMs, killed.afterMs);
    if (round === 0) expect([side, (await started.ended).status]).toEqual([name === 'backup' ? 'before' : 'after', 0]);
    else if (killed.isKilled) {
      done += 1;
      sides[side] += 1;
    }
    if (!isSame) rmSync(join(folder, '..'), { recursive: true });
  }
  const { before, between, after } = sides;
  const figure =
    name === 'backup'
      ? `${done} kills: always as it was`
      : `${done} kills: ${before} as before, ${name === 'migrate' ? `${between} between two migrations, ` : ''}${after} as after`;
  reportFigure(RUN, name, figure);
});

/** An inventory with some versions to go back to. */
async function begin(path: string): Promise<void> {
  writeBase(path);
  for (const at of [0, 1, 2, 3]) {
    const change = ['gateway', 'set', `gw${at}`, `note=version ${at}`, '--database', path];
    expect((await runProgram(change)).status).toBe(0);
  }
}

/** Programs that do nothing but write, killed in the middle of it. @param works throws where what is left is no good */
async function killWriters(
  what: string,
  kills: number,
  start: (round: number) => StartedCli,
  works: () => string,
): Promise<void> {
  const found = new Map<string, number>();
  for (let round = 0; round < kills; round += 1) {
    const started = start(round);
    await vi.waitFor(() => {
      expect(started.stdout()).toMatch(/ready|exported/);
    }, PATIENCE);
    await new Promise((resolve) => setTimeout(resolve, random() * 30));
    started.child.kill('SIGKILL');
    await started.ended;
    const outcome = works();
    found.set(outcome, (found.get(outcome) ?? 0) + 1);
  }
  const parts = [...found].sort().map(([outcome, times]) => `${times} ${outcome}`);
  reportFigure(RUN, what, `${kills} kills: ${parts.join(', ')}`);
}

const modules = join(builtProgram(), '..', '..');
const writer = (what: string, module: string, path: string): StartedCli =>
  startScript(new URL('../support/write-forever.mjs', import.meta.url).pathname, what, join(modules, module), path);

it('the state file', async () => {
  const path = join(scratch, 'inventory.db.state');
  await killWriters(
    'the state file, while all of it is written',
    WRITER_KILLS,
    () => writer('state', 'inventory/state-file.js', path),
    () => {
      const file = openStateFile(path);
      const turns = new Set(file.read().map(({ value }) => value));
      const rows = file.read().length;
      file.close();
      // Killed between its first byte and its first table: rebuilt, and said.
      if (file.complaint !== undefined) {
        expect([file.complaint, rows]).toEqual([expect.stringContaining('form 0'), 0]);
        return 'rebuilt';
      }
      // All rows of one turn, or none.
      expect([turns.size, rows]).toEqual(turns.size === 0 ? [0, 0] : [1, 400]);
      return rows === 0 ? 'before the first turn' : 'readable, all rows of one turn';
    },
  );
});

it('the history, while it is pruned', async () => {
  const [base, path] = [join(scratch, 'long.db'), join(scratch, 'pruned.db')];
  await begin(base);
  const database = new BetterSqlite(base);
  database.pragma('synchronous = OFF');
  const change = database.prepare('UPDATE gateways SET note = ? WHERE name = ?');
  for (let version = 0; version < 4_000; version += 1) {
    change.run(`v${version}`, `gw${version % 50}`);
    // What is committed within one millisecond is one version.
    const untilMs = performance.now() + 0.6;
    while (performance.now() < untilMs);
  }
  database.exec('UPDATE history_versions SET at_ms = at_ms - 40000000000');
  database.close();
  const { rows, version } = inventoryContent(base);
  await killWriters(
    'the history, while it is pruned',
    WRITER_KILLS,
    () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      copyFileSync(base, path);
      return writer('prune', 'inventory/prune-history.js', path);
    },
    () => {
      const now = inventoryContent(path);
      expect([now.rows, now.version]).toEqual([rows, version]);
      return now.oldest === 0
        ? 'untouched'
        : now.oldest < version - 1
          ? 'in part, all that is left leads back'
          : 'pruned';
    },
  );
});

it('the folder of exports', async () => {
  const folder = join(scratch, 'export');
  await killWriters(
    'exports, while they are written',
    WRITER_KILLS,
    () =>
      startScript(
        new URL('../support/export-forever.mjs', import.meta.url).pathname,
        join(modules, 'export/write-tree.js'),
        folder,
      ),
    () => {
      // A link that leads nowhere is no file to FreeSWITCH: so it is before the first export, and where one tree lacks a file.
      const texts = Array.from({ length: 20 }, (_, at) => join(folder, 'dialplan', `c${at % 4}`, `file${at}.xml`))
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path, 'utf8'));
      if (texts.length === 0) return 'before the first';
      expect([texts.length, new Set(texts).size]).toEqual([20, 1]);
      return 'whole, old or new';
    },
  );
});
