import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { readSettings, type Settings } from '../config/settings.ts';
import { type Finding, isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type ImportPlan, planImport } from '../import/plan-import.ts';
import { readFreeswitch } from '../import/read-freeswitch.ts';
import { readSources, type SourcesReading } from '../import/read-sources.ts';
import { blankInventory } from '../inventory/blank-inventory.ts';
import { changedRows } from '../inventory/changed-rows.ts';
import { compileRows, openInventoryEditor } from '../inventory/inventory-editor.ts';
import { migrate } from '../inventory/migrate.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import type { SecretAccess } from '../inventory/open-secrets.ts';
import { readMigrations } from '../inventory/read-migrations.ts';
import type { TableRows } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { type ImportFlags, importOptions, withImportOptions } from './import-flags.ts';
import { describeImport, importData, type ImportReport, nextSteps } from './import-report.ts';
import { Progress } from './progress.ts';
import { editorAccess, withKeyFileOption } from './key-file-option.ts';
import { printJson } from './terminal.ts';

export function addImportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .description(
      'take over what FreeSWITCH, Kamailio or OpenSIPS has; shows what it would do, and does it with --apply',
    )
    .argument(
      '<path...>',
      'folders of FreeSWITCH; a dispatcher.list; CSV files or SQL dumps of dispatcher, dr_gateways, dr_rules, dr_carriers',
    );
  withImportOptions(withKeyFileOption(withDatabaseOption(command))).action(
    (paths: readonly string[], flags: ImportFlags) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const progress = new Progress(context);
      try {
        runImport(paths, settings, flags, context, progress);
      } finally {
        progress.end();
      }
    },
  );
}

function runImport(
  paths: readonly string[],
  settings: Settings,
  flags: ImportFlags,
  context: CommandContext,
  progress: Progress,
): void {
  const { database } = settings;
  const access = editorAccess(settings);
  progress.tell('reading');
  const isNew = !existsSync(database);
  const before = isNew ? blankInventory() : readRows(database);
  const reading = readSources(paths, flags.from, importOptions(flags), (folders) =>
    readFreeswitch(folders, {
      variables: flags.var,
      alsoRead: flags.alsoRead,
      knownGateways: before.gateways.map(({ name }) => String(name)),
      commonCauses: new Map(before.failover_causes.map(({ cause, action }) => [String(cause), String(action)])),
      onFile: (count, path) => {
        progress.tell(`reading ${path}`, count);
      },
    }),
  );
  const work: Work = { reading, database, access, isNew, flags, context, progress };
  const isApplied = flags.apply === true && reading.rows.length > 0;
  const report = isApplied ? apply(work, paths) : preview(work, before);
  progress.end();
  print(report, flags, context);
  const isIncomplete = flags.strict === true && report.plan.leftOut.length > 0;
  if (reading.rows.length === 0 || isIncomplete || report.isWorse) context.exit(1);
}

interface Work {
  readonly reading: SourcesReading;
  readonly database: string;
  readonly access: SecretAccess;
  readonly isNew: boolean;
  readonly flags: ImportFlags;
  readonly context: CommandContext;
  readonly progress: Progress;
}

/** Nothing is written, and no file is made. */
function preview(work: Work, before: TableRows): ImportReport & { readonly isWorse: boolean } {
  const { reading, database, access, isNew, progress } = work;
  const plan = planOf(work, before);
  progress.tell('proving the result');
  const changes = plan.planned.map(({ change }) => change);
  const { findings } = compileRows(changedRows(before, changes), access);
  const isWorse = findings.some(isProblem) && hasNewProblem(compileRows(before, access).findings, findings);
  return { database, programs: reading.programs, plan, findings, isNew, version: undefined, isWorse };
}

function readRows(database: string): TableRows {
  const editor = openInventoryEditor(database, 'read');
  try {
    return editor.read();
  } finally {
    editor.close();
  }
}

function planOf({ reading, progress }: Work, rows: TableRows): ImportPlan {
  return planImport(reading, rows, (done, of) => {
    progress.tell('looking at rows', done, of);
  });
}

function hasNewProblem(before: readonly Finding[], after: readonly Finding[]): boolean {
  const known = new Set(before.map((finding) => JSON.stringify(finding)));
  return after.some((finding) => isProblem(finding) && !known.has(JSON.stringify(finding)));
}

/** Plans on what is there when nobody else can write any more, and writes that; a new file stays only if it was right. */
function apply(work: Work, paths: readonly string[]): ImportReport & { readonly isWorse: boolean } {
  const { database, isNew, context } = work;
  if (isNew) makeInventory(database, context.nowMs());
  let isWritten = false;
  try {
    const report = write(work, paths);
    isWritten = report.version !== undefined;
    return { ...report, isWorse: false };
  } finally {
    if (isNew && !isWritten) for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
  }
}

function write({ reading, flags, ...work }: Work, paths: readonly string[]): ImportReport {
  const { database, access, isNew, context, progress } = work;
  const editor = openInventoryEditor(database, 'write', access);
  let plan: ImportPlan | undefined;
  try {
    const { changes, version, findings } = editor.change(
      { who: context.user, why: flags.why ?? noteOf(paths) },
      (rows) => {
        plan = planOf({ reading, flags, ...work }, rows);
        progress.tell('proving the result, and writing it');
        const isRefused = flags.strict === true && plan.leftOut.length > 0;
        return isRefused ? [] : plan.planned.map(({ change }) => change);
      },
      { force: flags.force === true },
    );
    if (plan === undefined) throw new Error('the change was made without a plan');
    const written = changes.length === 0 ? undefined : version;
    return { database, programs: reading.programs, plan, findings, isNew, version: written };
  } catch (error) {
    // What would have been written is what the problems are about.
    if (plan !== undefined && flags.json !== true && error instanceof OperatorError) {
      progress.end();
      const report = { database, programs: reading.programs, plan, findings: [], isNew, version: undefined };
      context.terminal.out(describeImport(report, flags.all === true, context.terminal));
    }
    throw error;
  } finally {
    editor.close();
  }
}

/** A note is one line of up to 1000 characters. */
function noteOf(paths: readonly string[]): string {
  return `import of ${paths.join(' ')}`.replace(/[\p{Cc}]/gu, ' ').slice(0, 1000);
}

function makeInventory(path: string, nowMs: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = openInventory(path, { mode: 'create' });
  try {
    migrate(database, readMigrations(), nowMs);
  } finally {
    database.close();
  }
}

function print(report: ImportReport, flags: ImportFlags, { terminal }: CommandContext): void {
  if (flags.json === true) {
    printJson(terminal, importData(report));
    return;
  }
  terminal.out(describeImport(report, flags.all === true, terminal));
  terminal.out(nextSteps(report, terminal));
}
