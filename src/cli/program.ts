import { type Argument, Command, CommanderError, Help, type Option } from 'commander';
import { packageVersion } from '../config/version.ts';
import type { FindingCode } from '../errors/catalogue.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { withNewestBackup } from '../inventory/newest-backup.ts';
import { addBackupCommand } from './backup-command.ts';
import { addCheckCommand } from './check-command.ts';
import type { CommandContext } from './command-context.ts';
import { addDiffCommand } from './diff-command.ts';
import { addCompletionCommand } from './completion-command.ts';
import { addDecisionsCommand } from './decisions-command.ts';
import { addExplainCommand } from './explain-command.ts';
import { addGatewayCommand } from './gateway-command.ts';
import { addGroupCommand } from './group-command.ts';
import { addExportCommand } from './export-command.ts';
import { addHealthCommand } from './health-command.ts';
import { addHistoryCommand } from './history-command.ts';
import { addImportCommand } from './import-command.ts';
import { addMigrateCommand } from './migrate-command.ts';
import { addReplayCommand } from './replay-command.ts';
import { addRestoreCommand } from './restore-command.ts';
import { addRollbackCommand } from './rollback-command.ts';
import { addRouteCommand } from './route-command.ts';
import { addSecretsCommand } from './secrets-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addSimulateCommand } from './simulate-command.ts';
import { addSwitchesCommand } from './switches-command.ts';
import { printJson } from './terminal.ts';
import { addXmlCurlConfCommand } from './xml-curl-conf-command.ts';

/**
 * Runs one command line. Exit status: 0 = done, 1 = the thing asked about is not right, 2 = wrong usage.
 * @param args without the program's name
 */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<void> {
  try {
    await buildProgram(context).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      context.exit(error.exitCode === 0 ? 0 : 2);
      return;
    }
    if (!(error instanceof OperatorError)) throw error;
    const told = withNewestBackup(error);
    // Programs that asked for data get data, whatever happened.
    if (args.includes('--json')) printJson(context.terminal, { findings: told.findings });
    else context.terminal.err(`${told.message}\n`);
    context.exit(error.findings.every(({ code }) => isUsage(code)) ? 2 : 1);
  }
}

const USAGE: ReadonlySet<FindingCode> = new Set([
  'listen-without-credentials',
  'access-rule-invalid',
  'access-file-empty',
  'column-unknown',
  'script-invalid',
  'replay-without-proposal',
  'sql-refused',
  'sql-failed',
]);

/** What was said on the command line or in the environment is wrong, not what it is about. */
function isUsage(code: FindingCode): boolean {
  return code.startsWith('settings-') || USAGE.has(code);
}

function buildProgram(context: CommandContext): Command {
  const program = new Command('trunkhunt')
    .description(
      'Trunk hunting for FreeSWITCH: gateways in SQL, chosen fairly for every call, served over mod_xml_curl.',
    )
    .version(packageVersion())
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err })
    .configureHelp({ minWidthToWrap: 20, optionDescription, argumentDescription })
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  addServeCommand(program, context);
  addMigrateCommand(program, context);
  addXmlCurlConfCommand(program, context);
  addCheckCommand(program, context);
  addExplainCommand(program, context);
  addSimulateCommand(program, context);
  addReplayCommand(program, context);
  addDecisionsCommand(program, context);
  addSwitchesCommand(program, context);
  addGatewayCommand(program, context);
  addGroupCommand(program, context);
  addRouteCommand(program, context);
  addHistoryCommand(program, context);
  addDiffCommand(program, context);
  addRollbackCommand(program, context);
  addImportCommand(program, context);
  addExportCommand(program, context);
  addBackupCommand(program, context);
  addRestoreCommand(program, context);
  addSecretsCommand(program, context);
  addHealthCommand(program, context);
  addCompletionCommand(program, context);
  // A command made by `program.command` has copied the settings above; help for all of them ends with this.
  program.addHelpText('after', '\nExit status: 0 done, 1 the thing asked about is not right, 2 wrong usage.');
  return program;
}

function optionDescription(option: Option): string {
  return withoutEmptyDefault(Help.prototype.optionDescription(option));
}

function argumentDescription(argument: Argument): string {
  return withoutEmptyDefault(Help.prototype.argumentDescription(argument));
}

/** A default that only says that nothing was said is a riddle to whoever reads it. */
function withoutEmptyDefault(description: string): string {
  return description.replace(/ \(default: (?:\[\]|\{\}|"")\)$/, '');
}
