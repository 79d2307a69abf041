import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import { diffTables, type RowChange } from '../inventory/diff-tables.ts';
import { rowsAt } from '../inventory/rows-at.ts';
import { type ChangeResult, type InventoryEditor, openInventoryEditor } from '../inventory/inventory-editor.ts';
import { lastGoodVersion } from '../inventory/last-good-version.ts';
import { shownChange } from '../inventory/shown-change.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { describeChange } from './describe-change.ts';
import { checkWhy } from './edit-options.ts';
import { parseWholeNumber } from './history-command.ts';
import { editorAccess, withKeyFileOption } from './key-file-option.ts';
import { printJson, type Terminal } from './terminal.ts';

interface RollbackFlags extends SettingFlags {
  readonly lastGood?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly why?: string;
  readonly json?: boolean;
}

export function addRollbackCommand(program: Command, context: CommandContext): void {
  withKeyFileOption(
    withDatabaseOption(
      program
        .command('rollback')
        .description('make the inventory what it was in a version; that is a change too, and can be taken back')
        .argument('[version]', 'what `trunkhunt history` shows; 0 = before the first change', parseWholeNumber),
    ),
  )
    .option('--last-good', 'to the newest version that a server serves')
    .option('--dry-run', 'only show what would change')
    .option('--force', 'go back even to what a server refuses')
    .option('--why <text>', 'kept in the history', checkWhy)
    .option('--json', 'print data')
    .action((wanted: number | undefined, flags: RollbackFlags, command: Command) => {
      if ((wanted === undefined) === (flags.lastGood !== true)) command.error('give a version, or --last-good');
      const { environment, readFile } = context;
      const settings = readSettings({ flags, environment, readFile }, 'read');
      const mode = flags.dryRun === true ? 'read' : 'write';
      const editor = openInventoryEditor(settings.database, mode, editorAccess(settings));
      try {
        rollback(editor, wanted, flags, context);
      } finally {
        editor.close();
      }
    });
}

function rollback(
  editor: InventoryEditor,
  wanted: number | undefined,
  flags: RollbackFlags,
  { terminal, user, exit }: CommandContext,
): void {
  const target = wanted ?? editor.history((it) => lastGoodVersion(it, editor.access));
  const to = editor.history((it) => rowsAt(it, target));
  const plan = (rows: ReturnType<InventoryEditor['read']>): readonly RowChange[] => diffTables(rows, to);
  const isDry = flags.dryRun === true;
  const why = [`back to version ${target}`, ...(flags.why === undefined ? [] : [flags.why])].join(': ').slice(0, 1000);
  const result: ChangeResult = isDry
    ? previewOf(editor, plan(editor.read()))
    : editor.change({ who: user, why }, plan, { force: flags.force === true });
  const { changes, version, findings } = result;
  const isRefused = isDry && flags.force !== true && isWorse(editor, findings);
  if (isRefused) exit(1);
  if (flags.json === true) {
    printJson(terminal, { target, dryRun: isDry, version, changes: changes.map(shownChange), findings });
    return;
  }
  terminal.out(describe(target, result, { isDry, isRefused }, terminal));
}

function previewOf(editor: InventoryEditor, changes: readonly RowChange[]): ChangeResult {
  return { changes, version: editor.version, findings: editor.preview(changes).findings };
}

/** Whether there is a problem that the inventory does not have now. */
function isWorse(editor: InventoryEditor, findings: readonly Finding[]): boolean {
  const known = new Set(editor.preview([]).findings.map((finding) => JSON.stringify(finding)));
  return findings.some((finding) => isProblem(finding) && !known.has(JSON.stringify(finding)));
}

function describe(
  target: number,
  { changes, version, findings }: ChangeResult,
  { isDry, isRefused }: { readonly isDry: boolean; readonly isRefused: boolean },
  terminal: Terminal,
): string {
  if (changes.length === 0) return `the inventory is as it was in version ${target}\n`;
  const problems = findings.filter(isProblem);
  const verdict = isDry
    ? `this would be ${isRefused ? 'refused without --force' : `changed, to be as in version ${target}`}; nothing was written`
    : `the inventory is as in version ${target} again; this is version ${version}`;
  return [
    ...changes.map((change) => describeChange(change, terminal)),
    ...problems.map(describeFinding),
    verdict,
    '',
  ].join('\n');
}
