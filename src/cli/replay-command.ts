import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { shownChange } from '../inventory/shown-change.ts';
import { openCallFile } from '../simulation/call-file.ts';
import { replay } from '../simulation/replay.ts';
import { fileCalls } from '../simulation/file-calls.ts';
import { addHeader, checkAddress, numberBetween } from './call-options.ts';
import { fileNotes } from './choose-calls.ts';
import type { CommandContext } from './command-context.ts';
import { countProgress } from './count-progress.ts';
import { withDatabaseOption } from './database-option.ts';
import { openInventories, type ProposalFlags, withProposalOptions } from './proposal.ts';
import { replayText } from './replay-text.ts';
import { printJson } from './terminal.ts';

interface ReplayFlags extends SettingFlags, ProposalFlags {
  readonly context: string;
  readonly caller: string;
  readonly source: string;
  readonly switch?: string;
  readonly header: ReadonlyMap<string, string>;
  readonly callSeconds: number;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Calls of which no log says when they came are put this far apart. */
const USUAL_CALLS_PER_SECOND = 10;

const SEED = 1;

export function addReplayCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('replay')
    .description('say which calls of the past would go elsewhere with a proposed inventory, and why')
    .argument('<file>', 'a decision log, or lines of number,caller,context,source,switch; - = stdin');
  withDatabaseOption(withProposalOptions(command))
    .option('--context <name>', 'the dialplan context of calls of which the file says none', 'default')
    .option('--caller <number>', "the same: the caller's number", '')
    .option('--source <address>', 'the same: the address that calls come from', checkAddress, '')
    .option('--switch <hostname>', 'the same: the FreeSWITCH that asks; else the first that is listened to')
    .option(
      '--header <name=value>',
      'a SIP header of every call; may be repeated',
      addHeader,
      new Map<string, string>(),
    )
    .option('--call-seconds <seconds>', 'mean length of a call, for max_calls', numberBetween(1, 86_400, false), 180)
    .option('--verbose', 'list the calls')
    .option('--json', 'print data')
    .action(async (file: string, flags: ReplayFlags) => {
      await run(file, flags, context);
    });
}

async function run(path: string, flags: ReplayFlags, context: CommandContext): Promise<void> {
  const { terminal, environment, readFile } = context;
  const { database } = readSettings({ flags, environment, readFile }, 'read');
  const { today, proposal, changes } = openInventories(database, flags);
  const { context: name, caller, source, header } = flags;
  const switchName = flags.switch ?? today.eventSockets[0]?.hostname ?? '';
  const file = await openCallFile(path, { context: name, caller, source, switch: switchName, headers: header });
  if (proposal === undefined && file.loggedCalls < file.calls)
    throw nothingToCompare(path, file.calls - file.loggedCalls);
  const progress = countProgress(context);
  const calls = fileCalls(file, undefined, USUAL_CALLS_PER_SECOND);
  const { callSeconds } = flags;
  const result = await replay({ today, proposal, calls, seed: SEED, callSeconds, onCall: progress.count });
  progress.end();
  const notes = fileNotes(file);
  if (flags.json === true) {
    const { shares, listed, ...sums } = result;
    printJson(terminal, {
      ...{ database, file: path, against: flags.against ?? null, sql: flags.sql, notes, ...sums, calls: result.calls },
      ...{ today: shares.today, proposal: shares.proposal ?? null, changes: changes.map(shownChange), listed },
    });
  } else terminal.out(replayText({ result, changes, notes, isVerbose: flags.verbose === true }, terminal));
  if (result.refused > 0) context.exit(1);
}

function nothingToCompare(path: string, count: number): OperatorError {
  const what = `${count} of its calls say nothing of where they went, and nothing is proposed to compare with`;
  const fix = "give --against OTHER.db or --sql 'UPDATE ...', or name a decision log";
  return new OperatorError([{ code: 'replay-without-proposal', where: path, what, fix }]);
}
