import type { Command } from 'commander';
import { readSettings } from '../config/settings.ts';
import { describeFinding } from '../errors/finding.ts';
import type { RowChange } from '../inventory/diff-tables.ts';
import { type Restored, restoreInventory } from '../inventory/restore-inventory.ts';
import type { CommandContext } from './command-context.ts';
import { type EditFlags, withEditOptions } from './edit-options.ts';
import { editorAccess } from './key-file-option.ts';
import { tableText } from './table-text.ts';
import { printJson } from './terminal.ts';

export function addRestoreCommand(program: Command, context: CommandContext): void {
  withEditOptions(
    program
      .command('restore')
      .description('bring the inventory to what a backup holds; what is there now is kept beside it')
      .argument('<file>'),
  ).action((file: string, flags: EditFlags) => {
    const { terminal, environment, readFile } = context;
    const settings = readSettings({ flags, environment, readFile }, 'read');
    const { database } = settings;
    const dryRun = flags.dryRun === true;
    const restored = restoreInventory(database, file, {
      note: { who: context.user, why: whyOf(file, flags.why) },
      access: editorAccess(settings),
      force: flags.force === true,
      dryRun,
      nowMs: context.nowMs(),
      onStep: (step) => {
        if (terminal.showsProgress) terminal.err(`${step} ...\n`);
      },
    });
    const { backup = null, method, version, findings } = restored;
    const tables = countedTables(restored.changes);
    if (flags.json === true) printJson(terminal, { database, file, dryRun, method, backup, version, tables, findings });
    else print(restored, { database, file, dryRun }, context);
  });
}

interface Told {
  readonly database: string;
  readonly file: string;
  readonly dryRun: boolean;
}

function print({ changes, findings, backup, method, version }: Restored, it: Told, { terminal }: CommandContext): void {
  const { database, file, dryRun } = it;
  const tables = countedTables(changes);
  if (tables.length > 0) {
    const lines = tables.map(({ table, added, changed, removed }) => [table, ...[added, changed, removed].map(String)]);
    terminal.out(tableText(['table', 'added', 'changed', 'removed'], lines, terminal.width));
  }
  for (const finding of findings) terminal.err(`${describeFinding(finding)}\n`);
  if (backup !== undefined) terminal.out(`${method === 'rows' ? 'backup' : 'damaged'}   ${backup}\n`);
  if (tables.length === 0) terminal.out(`${database} holds what ${file} does already\n`);
  else if (dryRun) terminal.out(`nothing was changed (--dry-run)\n`);
  else terminal.out(`restored ${database} from ${file}: version ${version} of its history\n`);
}

interface CountedTable {
  readonly table: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

function countedTables(changes: readonly RowChange[]): readonly CountedTable[] {
  const names = [...new Set(changes.map(({ table }) => table))];
  return names.map((table) => {
    const its = changes.filter((change) => change.table === table);
    const added = its.filter(({ before }) => before === undefined).length;
    const removed = its.filter(({ after }) => after === undefined).length;
    return { table, added, changed: its.length - added - removed, removed };
  });
}

/** For the history, which takes 1000 characters on one line. */
function whyOf(file: string, why: string): string {
  const words = `restored from ${file}${why === '' ? '' : `: ${why}`}`;
  return words.replace(/\p{Cc}/gu, '\u{FFFD}').slice(0, 1000);
}
