import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import type { ReconcilePlan } from '../live/reconcile-plan.ts';
import type { SwitchReport } from '../live/switch-report.ts';
import { askForJson } from './ask-server.ts';
import type { CommandContext } from './command-context.ts';
import { describeSwitch, driftWords, oneLine } from './describe-switch.ts';
import { withServerOptions } from './server-options.ts';
import { printJson } from './terminal.ts';

interface SwitchesFlags extends SettingFlags {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** A switch's plan, or why it cannot be asked. */
type PlannedSwitch = { readonly switch: string } & (ReconcilePlan | { readonly error: string });

/** A pass may wait for an un-REGISTER that nobody answers, and for a switch that fetches slowly. */
const RECONCILE_TIMEOUT_MS = 120_000;

export function addSwitchesCommand(program: Command, context: CommandContext): void {
  const switches = withServerOptions(
    program.command('switches').description('show how each switch is: connected, calls, gateways wanted and running'),
  )
    .option('--json', 'print data')
    .action(async (flags: SwitchesFlags) => {
      const { switches: reports } = (await askForJson(settingsOf(flags, context), '/api/switches')) as {
        readonly switches: readonly SwitchReport[];
      };
      if (flags.json === true) printJson(context.terminal, { switches: reports });
      else context.terminal.out(reports.length === 0 ? NO_SWITCHES : reports.map(describeSwitch).join('\n'));
      if (reports.some((report) => !report.connected || report.drift.length > 0)) context.exit(1);
    });
  withServerOptions(
    switches
      .command('reconcile')
      .description('bring a switch, or all of them, to what SQL says, now')
      .argument('[switch]', 'its hostname in the inventory'),
  )
    .option('--json', 'print data')
    .option('--dry-run', 'only print what would be sent')
    .action(async (hostname: string | undefined, _flags: SwitchesFlags, command: Command) => {
      const flags = command.optsWithGlobals<SwitchesFlags>();
      const query = hostname === undefined ? '' : `?switch=${encodeURIComponent(hostname)}`;
      const settings = settingsOf(flags, context);
      const isDry = flags.dryRun === true;
      const answer = isDry
        ? await askForJson(settings, `/api/switches/plan${query}`)
        : await askForJson(settings, `/api/switches/reconcile${query}`, {
            method: 'POST',
            timeoutMs: RECONCILE_TIMEOUT_MS,
          });
      const { switches: plans } = answer as { readonly switches: readonly PlannedSwitch[] };
      if (flags.json === true) printJson(context.terminal, { switches: plans });
      else context.terminal.out(plans.length === 0 ? NO_SWITCHES : plans.map((it) => describePlan(it, isDry)).join(''));
      const isRight = (it: PlannedSwitch): boolean => !('error' in it) && (isDry || it.drift.length === 0);
      if (!plans.every(isRight)) context.exit(1);
    });
}

const NO_SWITCHES =
  'no switch is listened to; what tells where one can be reached:\n' +
  "  INSERT INTO switches (hostname, esl_host, esl_password) VALUES ('...', '...', '...')\n" +
  '  ON CONFLICT (hostname) DO UPDATE SET esl_host = excluded.esl_host, esl_password = excluded.esl_password;\n';

function settingsOf(flags: SettingFlags, { environment, readFile }: CommandContext): Settings {
  return readSettings({ flags, environment, readFile }, 'read');
}

function describePlan(it: PlannedSwitch, isDry: boolean): string {
  if ('error' in it) return `${it.switch}: ${it.error}\n`;
  const lines = [
    ...it.commands.map((command) => `${isDry ? 'would send' : 'sent'}  ${command}`),
    ...it.refused.map(({ command, reply }) => `refused  ${command}: ${oneLine(reply)}`),
    ...it.drift.map((drift) => `${isDry ? 'drift' : 'still differs'}  ${driftWords(drift)}`),
    ...it.draining.map((gateway) => `waits  ${gateway}, for the end of its calls`),
  ];
  if (lines.length === 0) lines.push('all is as SQL wants it');
  return `${it.switch}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
