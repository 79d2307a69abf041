import type { Command } from 'commander';
import type { SettingFlags } from '../config/settings.ts';
import { CATALOGUE } from '../errors/catalogue.ts';
import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import { reviewDocuments } from '../live/review-documents.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { loadInventory } from './load-inventory.ts';
import { printJson } from './terminal.ts';

interface CheckFlags extends SettingFlags {
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function addCheckCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(program.command('check').description('say everything that is wrong or doubtful in the inventory'))
    .option('--strict', 'exit status 1 for warnings too')
    .option('--json', 'print data')
    .action((flags: CheckFlags) => {
      const { snapshot, findings, database } = loadInventory(flags, context);
      const all = [...findings, ...(snapshot === undefined ? [] : reviewDocuments(snapshot))];
      const problems = all.filter(isProblem).length;
      const warnings = all.length - problems;
      if (flags.json === true)
        printJson(context.terminal, { database, problems, warnings, findings: all.map(withSeverity) });
      else context.terminal.out(describe(database, all, problems, warnings));
      if (problems > 0 || (flags.strict === true && warnings > 0)) context.exit(1);
    });
}

function withSeverity(finding: Finding): Finding & { readonly severity: string } {
  return { severity: CATALOGUE[finding.code][0], ...finding };
}

function describe(database: string, findings: readonly Finding[], problems: number, warnings: number): string {
  const verdict = problems > 0 ? 'a server refuses it, and goes on serving what it had' : 'a server serves it';
  const summary = `${database}: ${counted(problems, 'problem')}, ${counted(warnings, 'warning')}; ${verdict}`;
  return `${[...findings.map(describeFinding), summary].join('\n')}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
