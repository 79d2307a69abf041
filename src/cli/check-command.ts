import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { CATALOGUE } from '../errors/catalogue.ts';
import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { NO_SECRET_NEEDED } from '../inventory/open-secrets.ts';
import { reviewInventory } from '../inventory/review-inventory.ts';
import type { CompiledInventory } from '../inventory/compile-snapshot.ts';
import { compileScript, readScript } from '../inventory/compile-script.ts';
import { reviewDocuments } from '../live/review-documents.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { type LoadedInventory, loadInventory } from './load-inventory.ts';
import { withKeyFileOption } from './key-file-option.ts';
import { openFiles } from './open-files.ts';
import { printJson } from './terminal.ts';

/** So many findings of one code are printed for people; data has all. */
const PRINTED_PER_CODE = 50;

interface CheckFlags extends SettingFlags {
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function addCheckCommand(program: Command, context: CommandContext): void {
  withKeyFileOption(
    withDatabaseOption(
      program.command('check').description('say everything that is wrong or doubtful in the inventory'),
    ),
  )
    .argument('[file]', 'a database, or an SQL script to try out on an empty one; else the database of the settings')
    .option('--strict', 'exit status 1 for warnings too')
    .option('--json', 'print data')
    .action((file: string | undefined, flags: CheckFlags) => {
      const { snapshot, findings, database } = readInventory(file, flags, context, 'refused');
      const doubts = doubtsOf(snapshot ?? withoutSecrets(file, flags, context, findings));
      const all = [...findings, ...doubts];
      const problems = all.filter(isProblem).length;
      const warnings = all.length - problems;
      if (flags.json === true)
        printJson(context.terminal, { database, problems, warnings, findings: all.map(withSeverity) });
      else context.terminal.out(describe(database, all, problems, warnings));
      if (problems > 0 || (flags.strict === true && warnings > 0)) context.exit(1);
    });
}

function readInventory(
  file: string | undefined,
  flags: CheckFlags,
  context: CommandContext,
  locked: 'refused' | 'left',
): CompiledInventory & { readonly database: string } {
  if (file === undefined) return withOpenFiles(loadInventory(flags, context, locked));
  if (flags.database !== undefined) {
    const what = `${file} and --database ${flags.database} both say what to check`;
    throw new OperatorError([{ code: 'settings-conflict', where: '--database', what, fix: 'give one of them' }]);
  }
  const script = readScript(file);
  if (script === undefined) return withOpenFiles(loadInventory({ ...flags, database: file }, context, locked));
  const { keyFile } = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
  const access = locked === 'left' ? NO_SECRET_NEEDED : { keys: new KeyFile(keyFile).read(), locked };
  return { ...compileScript(file, script, context.nowMs(), access), database: file };
}

function withOpenFiles(loaded: LoadedInventory): LoadedInventory {
  return { ...loaded, findings: [...loaded.findings, ...openFiles(loaded.settings)] };
}

/** What is doubtful can be told by whoever has no key. */
function withoutSecrets(
  file: string | undefined,
  flags: CheckFlags,
  context: CommandContext,
  findings: readonly Finding[],
): Snapshot | undefined {
  const isAllThatIsWrong = findings.filter(isProblem).every(({ code }) => code === 'secret-locked');
  return isAllThatIsWrong ? readInventory(file, flags, context, 'left').snapshot : undefined;
}

function doubtsOf(snapshot: Snapshot | undefined): readonly Finding[] {
  return snapshot === undefined ? [] : [...reviewInventory(snapshot), ...reviewDocuments(snapshot)];
}

function withSeverity(finding: Finding): Finding & { readonly severity: string } {
  return { severity: CATALOGUE[finding.code][0], ...finding };
}

function describe(database: string, findings: readonly Finding[], problems: number, warnings: number): string {
  const verdict = problems > 0 ? 'a server refuses it, and goes on serving what it had' : 'a server serves it';
  const summary = `${database}: ${counted(problems, 'problem')}, ${counted(warnings, 'warning')}; ${verdict}`;
  return `${[...printed(findings), summary].join('\n')}\n`;
}

/** The first findings of each code, and how many there are beyond. */
function printed(findings: readonly Finding[]): readonly string[] {
  const counts = new Map<string, number>();
  const first = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= PRINTED_PER_CODE;
  });
  const beyond = [...counts].filter(([, count]) => count > PRINTED_PER_CODE);
  const more = beyond.map(([code, count]) => `and ${count - PRINTED_PER_CODE} more of ${code}; --json has them all`);
  return [...first.map(describeFinding), ...more];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
