import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { ScriptRule } from '../simulation/gateway-script.ts';
import { parseScriptRule, SCRIPT_GRAMMAR } from '../simulation/parse-script-rule.ts';
import { sharePicture } from '../simulation/share-picture.ts';
import { simulate, type SimulationResult } from '../simulation/simulate.ts';
import { shownChange } from '../inventory/shown-change.ts';
import { addText, numberBetween, withCallOptions } from './call-options.ts';
import { type CallFlags, chooseCalls } from './choose-calls.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { openInventories, type ProposalFlags, withProposalOptions } from './proposal.ts';
import { countProgress } from './count-progress.ts';
import { simulationText } from './simulation-text.ts';
import { printJson } from './terminal.ts';

interface SimulateFlags extends SettingFlags, ProposalFlags, CallFlags {
  readonly callSeconds: number;
  readonly seed: number;
  readonly fail: readonly string[];
  readonly svg?: string;
  readonly json?: boolean;
}

export function addSimulateCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('simulate')
    .description('put calls to the inventory, and to a proposed one, and show who gets them')
    .argument('[file]', 'calls, each once: a decision log, or lines of number,caller,context,source,switch; - = stdin');
  withDatabaseOption(withProposalOptions(withCallOptions(command)))
    .option(
      '--fail <rule>',
      'what goes wrong, such as gw1=50%, gw1=503 or gw1=down@100-200; may be repeated',
      addText,
      [],
    )
    .option('--call-seconds <seconds>', 'mean length of an answered call', numberBetween(1, 86_400, false), 180)
    .option('--seed <number>', 'draws other luck; the same seed has the same result', numberBetween(0, 2 ** 32 - 1), 1)
    .option('--svg <file>', 'draw the shares into a file as well')
    .option('--json', 'print data')
    .action(async (file: string | undefined, flags: SimulateFlags) => {
      await run(file, flags, context);
    });
}

async function run(file: string | undefined, flags: SimulateFlags, context: CommandContext): Promise<void> {
  const { terminal, environment, readFile } = context;
  const { database } = readSettings({ flags, environment, readFile }, 'read');
  const { today, proposal, changes } = openInventories(database, flags);
  const rules = readRules(flags.fail, proposal === undefined ? [today] : [today, proposal]);
  const { calls, notes, switchName } = await chooseCalls(file, flags, today);
  const progress = countProgress(context);
  const { seed, callSeconds } = flags;
  const result = await simulate({ today, proposal, calls, rules, seed, callSeconds, onCall: progress.count });
  progress.end();
  if (flags.svg !== undefined) writePicture(flags.svg, result);
  const allNotes = [...notes, ...notesOn(today, proposal, switchName, rules)];
  if (flags.json === true) {
    printJson(terminal, {
      ...{ database, against: flags.against ?? null, sql: flags.sql, seed, callSeconds, switch: switchName },
      ...{ notes: allNotes, today: result.today, proposal: result.proposal ?? null },
      ...{ differences: result.differences ?? null, changes: changes.map(shownChange) },
    });
  } else terminal.out(simulationText({ result, changes, notes: allNotes }, terminal, environment));
}

/** @throws OperatorError script-invalid, for every rule that is wrong */
function readRules(texts: readonly string[], snapshots: readonly Snapshot[]): readonly ScriptRule[] {
  const names = new Set(snapshots.flatMap(({ gateways }) => gateways.map(({ name }): string => name)));
  const read = texts.map((text) => {
    const rule = parseScriptRule(text);
    if (typeof rule === 'string') return { what: rule, where: text, fix: RULE_FIX };
    if (names.has(rule.gateway)) return rule;
    return { what: `no inventory here has a gateway '${rule.gateway}'`, where: text, fix: NAME_FIX };
  });
  const findings = read.flatMap((it) =>
    'what' in it
      ? [{ code: 'script-invalid' as const, where: `--fail '${it.where}'`, what: it.what, fix: it.fix }]
      : [],
  );
  if (findings.length > 0) throw new OperatorError(findings);
  return read.filter((it): it is ScriptRule => 'share' in it);
}

const RULE_FIX = `write ${SCRIPT_GRAMMAR}`;
const NAME_FIX = 'name a gateway as the inventory has it';

/** What has to be known to read the result. */
function notesOn(
  today: Snapshot,
  proposal: Snapshot | undefined,
  switchName: string,
  rules: readonly ScriptRule[],
): readonly string[] {
  const isWatched = (snapshot: Snapshot): boolean =>
    snapshot.eventSockets.some(({ hostname }) => hostname === switchName);
  if (rules.length === 0 || (isWatched(today) && (proposal === undefined || isWatched(proposal)))) return [];
  const who = switchName === '' ? 'no switch is listened to' : `switch '${switchName}' is not listened to`;
  return [`${who}, so nothing is learned from failures: each call tries what the plan says (docs/health.md)`];
}

function writePicture(path: string, { today, proposal }: SimulationResult): void {
  const runs = [{ name: 'today', report: today }];
  if (proposal !== undefined) runs.push({ name: 'proposal', report: proposal });
  try {
    writeFileSync(path, sharePicture(runs));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const fix = 'name a file in a folder that this user may write to';
    throw new OperatorError([{ code: 'picture-unwritable', where: path, what, fix }]);
  }
}
