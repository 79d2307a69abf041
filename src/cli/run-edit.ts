import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import { compileRows, type InventoryEditor, openInventoryEditor } from '../inventory/inventory-editor.ts';
import { NO_SECRET_NEEDED } from '../inventory/open-secrets.ts';
import { type ShownChange, shownChange } from '../inventory/shown-change.ts';
import { sqlOfChanges } from '../inventory/sql-of-changes.ts';
import { planOf, type TableEdits } from '../inventory/table-edits.ts';
import type { TableRows } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import type { EditFlags } from './edit-options.ts';
import { editorAccess } from './key-file-option.ts';
import { coloured, printJson } from './terminal.ts';

/** What an edit came to, as `--json` shows it. */
export interface EditReport {
  readonly database: string;
  readonly dryRun: boolean;
  /** Whether anything is, or would be, other than before. */
  readonly changed: boolean;
  /** The newest version of the history, after the change. */
  readonly version: number;
  readonly sql: string;
  readonly changes: readonly ShownChange[];
  /** What the compiler says now and did not say before. */
  readonly findings: readonly Finding[];
}

/** Uses the inventory that the settings name, and closes it again. */
export function withEditor<Result>(
  flags: SettingFlags,
  { environment, readFile }: CommandContext,
  mode: 'read' | 'write',
  use: (editor: InventoryEditor) => Result,
): Result {
  const settings = readSettings({ flags, environment, readFile }, 'read');
  const access = mode === 'read' ? NO_SECRET_NEEDED : editorAccess(settings);
  const editor = openInventoryEditor(settings.database, mode, access);
  try {
    return use(editor);
  } finally {
    editor.close();
  }
}

/**
 * Makes an edit of the inventory, or only tries it.
 * @throws OperatorError as `InventoryEditor.change`, and whatever `edit` throws
 */
export function runEdit(flags: EditFlags, context: CommandContext, edit: (edits: TableEdits) => void): EditReport {
  return withEditor(flags, context, 'write', (editor) => {
    const note = { who: context.user, why: flags.why };
    const dryRun = flags.dryRun === true;
    const plan = planOf(edit);
    let before: TableRows | undefined;
    const { changes, version, findings } = editor.change(
      note,
      (rows) => {
        before = rows;
        return plan(rows);
      },
      { force: dryRun || flags.force === true, dryRun },
    );
    return {
      database: editor.path,
      dryRun,
      changed: changes.length > 0,
      version,
      sql: sqlOfChanges(changes, note),
      changes: changes.map(shownChange),
      findings: changes.length === 0 ? [] : newFindings(editor, before, findings),
    };
  });
}

/** Prints what an edit came to: the SQL alone on standard output, so that it can be kept or run elsewhere. */
export function printEdit(report: EditReport, flags: EditFlags, context: CommandContext): void {
  const { terminal } = context;
  if (flags.json === true) printJson(terminal, report);
  else {
    terminal.out(report.sql);
    for (const finding of report.findings) terminal.err(`${describeFinding(finding)}\n`);
    terminal.err(`${coloured(terminal, 'quiet', summaryOf(report, flags))}\n`);
  }
  if (isRefused(report, flags)) context.exit(1);
}

function isRefused({ dryRun, findings }: EditReport, { force }: EditFlags): boolean {
  return dryRun && force !== true && findings.some(isProblem);
}

function summaryOf(report: EditReport, flags: EditFlags): string {
  const { database, dryRun, changed, version } = report;
  if (!changed) return `${database}: it is so already, nothing was changed`;
  if (isRefused(report, flags)) return `${database}: nothing was changed (--dry-run), and this would be refused`;
  if (dryRun) return `${database}: nothing was changed (--dry-run)`;
  return `${database}: changed, version ${version} of its history`;
}

function newFindings(
  { access }: InventoryEditor,
  before: TableRows | undefined,
  after: readonly Finding[],
): readonly Finding[] {
  if (before === undefined || after.length === 0) return after;
  const known = new Set(compileRows(before, access).findings.map((finding) => JSON.stringify(finding)));
  return after.filter((finding) => !known.has(JSON.stringify(finding)));
}
