import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { migrate } from '../../src/inventory/migrate.ts';
import { readMigrations } from '../../src/inventory/read-migrations.ts';
import { runProgram } from '../support/run-program.ts';
import { inventoryContent, type InventoryContent } from './inventory-content.ts';

/** A number from 0 up to 1, another one each time, the same ones for the same seed. */
export type Random = () => number;

/** A command that is killed: on which inventory, and what that may hold afterwards. */
export interface KilledCommand {
  readonly args: readonly string[];
  readonly path: string;
  readonly before: InventoryContent;
  /** What it would have made of it. */
  readonly after: InventoryContent;
}

/** Makes ready for one kill, in a folder of its own. */
export type PrepareCommand = (folder: string, random: Random) => Promise<KilledCommand>;

const GATEWAYS = 60;
const GROUPS = 8;

/** An inventory with enough in it for every kind of edit, and a history. */
export function writeBase(path: string, seed = 0): void {
  const database = new BetterSqlite(path);
  migrate(database, readMigrations(), 0);
  database.exec('BEGIN');
  const gateway = database.prepare('INSERT INTO gateways (name, proxy, max_calls) VALUES (?, ?, ?)');
  for (let at = 0; at < GATEWAYS; at += 1) gateway.run(`gw${at}`, `192.0.2.${at}:5060`, seed === 0 ? null : seed + at);
  const group = database.prepare('INSERT INTO gateway_groups (name) VALUES (?)');
  const route = database.prepare(
    "INSERT INTO routes (name, context, destination_prefix, group_name) VALUES (?, 'default', ?, ?)",
  );
  for (let at = 0; at < GROUPS; at += 1) {
    group.run(`g${at}`);
    route.run(`r${at}`, `+4${at}`, `g${at}`);
  }
  const member = database.prepare('INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES (?, ?, ?)');
  for (let at = 0; at < GATEWAYS; at += 1) member.run(`g${at % GROUPS}`, `gw${at}`, 1 + ((at + seed) % 7));
  database.exec('COMMIT');
  database.close();
}

/** What the command makes of a copy when nobody kills it. */
async function outcomeOn(path: string, copy: string, args: readonly string[]): Promise<InventoryContent> {
  copyFileSync(path, copy);
  const { status, stderr } = await runProgram([...args, '--database', copy]);
  if (status !== 0) throw new Error(`trunkhunt ${args.join(' ')} ends with ${status}: ${stderr}`);
  return inventoryContent(copy);
}

/** The edits go on with one inventory, as one kill leaves it to the next. */
function onSameInventory(argsOf: (random: Random, before: InventoryContent) => readonly string[]): PrepareCommand {
  return async (folder, random) => {
    const path = join(folder, 'inventory.db');
    const before = inventoryContent(path);
    const args = argsOf(random, before);
    return { args, path, before, after: await outcomeOn(path, join(folder, '..', 'copy.db'), args) };
  };
}

const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);

/** One of the edit commands, always one that changes something. */
const edit = onSameInventory((random, { version, rows }) => {
  const [lower, group] = [`gw${upTo(random, GATEWAYS)}`, `g${upTo(random, GROUPS)}`];
  const upper = lower.toUpperCase();
  // An edit before may have renamed it.
  const [gateway, other] = rows.includes(`\\"${upper}\\"`) ? [upper, lower] : [lower, upper];
  const fresh = `n${version}-${upTo(random, 1e6)}`;
  const edits: readonly (readonly string[])[] = [
    ['gateway', 'set', gateway, `max_calls=${1000 + version}`],
    ['gateway', 'set', gateway, `note=${fresh}`, `param.x-${fresh}=1`, 'variable.colour=red'],
    ['gateway', 'add', fresh, 'proxy=192.0.2.250'],
    ['gateway', 'rename', gateway, other],
    ['group', 'set', group, `note=${fresh}`],
    ['group', 'add', fresh],
    ['route', 'add', fresh, 'context=other', `prefix=+9${version}`, `group=${group}`],
    ['route', 'set', `r${upTo(random, GROUPS)}`, `note=${fresh}`],
  ];
  const chosen = edits[upTo(random, edits.length)] ?? [];
  return [...chosen, '--why', fresh, '--force'];
});

const rollback = onSameInventory((random, { version }) => ['rollback', String(upTo(random, version)), '--force']);

/** These begin with the same inventory each time. */
function onFreshInventory(write: (path: string, folder: string, random: Random) => readonly string[]): PrepareCommand {
  return async (folder, random) => {
    const path = join(folder, 'inventory.db');
    const args = write(path, folder, random);
    return {
      args,
      path,
      before: inventoryContent(path),
      after: await outcomeOn(path, join(folder, '..', 'copy.db'), args),
    };
  };
}

const importing = onFreshInventory((path, folder, random) => {
  writeBase(path);
  const list = join(folder, '..', 'dispatcher.list');
  const lines = Array.from(
    { length: 120 },
    (_, at) => `${1 + (at % 4)} sip:198.51.100.${at % 250}:${5060 + at} 0 0 weight=${1 + upTo(random, 9)}`,
  );
  writeFileSync(list, lines.join('\n'));
  const algorithms = [1, 2, 3, 4].flatMap((set) => ['--algorithm', `${set}=9`]);
  return ['import', list, '--from', 'kamailio', ...algorithms, '--apply'];
});

const restoring = onFreshInventory((path, folder, random) => {
  writeBase(path);
  const backup = join(folder, '..', `backup-${upTo(random, 1e9)}.db`);
  writeBase(backup, 1 + upTo(random, 100));
  return ['restore', backup];
});

const migrating: PrepareCommand = (folder) => {
  const path = join(folder, 'inventory.db');
  const database = new BetterSqlite(path);
  const [first = { version: 1, file: '', sql: '', checksum: '' }] = readMigrations();
  migrate(database, [first], 0);
  database.exec('BEGIN');
  const gateway = database.prepare('INSERT INTO gateways (name, proxy) VALUES (?, ?)');
  for (let at = 0; at < 500; at += 1) gateway.run(`gw${at}`, `192.0.2.${at % 250}`);
  database.exec('COMMIT');
  database.close();
  const before = inventoryContent(path);
  return outcomeOn(path, join(folder, '..', 'copy.db'), ['migrate']).then((after) => ({
    args: ['migrate'],
    path,
    before,
    after,
  }));
};

const backingUp: PrepareCommand = (folder, random) => {
  const path = join(folder, 'inventory.db');
  writeBase(path, 1 + upTo(random, 100));
  const before = inventoryContent(path);
  return Promise.resolve({ args: ['backup', join(folder, 'backup.db')], path, before, after: before });
};

/** By what is killed: how it is made ready, and whether one inventory goes through all kills. */
export const KILLED_COMMANDS = {
  'an edit (gateway, group, route)': { prepare: edit, isSame: true },
  rollback: { prepare: rollback, isSame: true },
  'import --apply': { prepare: importing, isSame: false },
  restore: { prepare: restoring, isSame: false },
  migrate: { prepare: migrating, isSame: false },
  backup: { prepare: backingUp, isSame: false },
} as const satisfies Record<string, { readonly prepare: PrepareCommand; readonly isSame: boolean }>;
