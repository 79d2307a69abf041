import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { diffTables } from '../inventory/diff-tables.ts';
import { rowsAt } from '../inventory/rows-at.ts';
import { openInventoryEditor } from '../inventory/inventory-editor.ts';
import { shownChange } from '../inventory/shown-change.ts';
import type { TableRows } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { describeChange } from './describe-change.ts';
import { printJson } from './terminal.ts';

interface DiffFlags extends SettingFlags {
  readonly exitCode?: boolean;
  readonly json?: boolean;
}

const WHAT = "a version's number, now, or an inventory file";

export function addDiffCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('diff')
      .description('show what makes one inventory of another: between versions of the history, or files')
      .argument('<from>', WHAT)
      .argument('[to]', WHAT, 'now'),
  )
    .option('--exit-code', 'exit status 1 where anything differs')
    .option('--json', 'print data')
    .action((from: string, to: string, flags: DiffFlags) => {
      const { terminal, environment, readFile } = context;
      const { database } = readSettings({ flags, environment, readFile }, 'read');
      const changes = diffTables(rowsOf(from, database), rowsOf(to, database));
      if (flags.json === true) printJson(terminal, { from, to, changes: changes.map(shownChange) });
      else if (changes.length === 0) terminal.out('nothing differs\n');
      else terminal.out(changes.map((change) => `${describeChange(change, terminal)}\n`).join(''));
      if (flags.exitCode === true && changes.length > 0) context.exit(1);
    });
}

/** @throws OperatorError diff-unknown, and those of the files */
function rowsOf(text: string, database: string): TableRows {
  const isVersion = /^[0-9]{1,9}$/.test(text);
  if (!isVersion && text !== 'now' && !existsSync(text)) {
    const fix = '`trunkhunt history` lists versions; a file with such a name is written ./name';
    throw new OperatorError([
      { code: 'diff-unknown', where: text, what: `it is neither ${WHAT.replace('or an', 'nor an')}`, fix },
    ]);
  }
  const editor = openInventoryEditor(isVersion || text === 'now' ? database : text, 'read');
  try {
    return isVersion ? editor.history((it) => rowsAt(it, Number(text))) : editor.read();
  } finally {
    editor.close();
  }
}
