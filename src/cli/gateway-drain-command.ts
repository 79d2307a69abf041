import { type Command, InvalidArgumentError } from 'commander';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { setGateway } from '../inventory/set-gateway.ts';
import { askForGateways } from './ask-for-gateways.ts';
import type { CommandContext } from './command-context.ts';
import { type DrainEnd, watchDrain } from './drain-countdown.ts';
import { type EditFlags, withEditOptions } from './edit-options.ts';
import { type EditReport, printEdit, runEdit } from './run-edit.ts';
import { withServerOptions } from './server-options.ts';
import { coloured, printJson } from './terminal.ts';

interface DrainFlags extends EditFlags {
  readonly wait?: boolean;
  readonly timeout?: number;
}

export function addGatewayDrainCommand(gateway: Command, context: CommandContext): void {
  withServerOptions(
    withEditOptions(
      gateway.command('drain').description('give it no new calls; those in progress go on').argument('<name>'),
    )
      .option('--wait', 'show how many calls are left, and end when it is safe to unplug')
      .option('--timeout <seconds>', 'with --wait: how long to wait at most', readSeconds),
    'with --wait: ',
  ).action(async (name: string, flags: DrainFlags, command: Command) => {
    if (flags.timeout !== undefined && flags.wait !== true) command.error('error: --timeout goes with --wait');
    // From the first moment on, so that Ctrl-C never ends the process between the change and what is said of it.
    const stopped = flags.wait === true ? context.stopped() : undefined;
    const report = runEdit(flags, context, (edits) => {
      setGateway(edits, name, [{ name: 'state', value: 'drain' }]);
    });
    if (stopped === undefined || report.dryRun) {
      printEdit(report, flags, context);
      return;
    }
    if (flags.json !== true) printEdit(report, flags, context);
    await waitFor(name, flags, report, context, stopped);
  });
}

async function waitFor(
  name: string,
  flags: DrainFlags,
  report: EditReport,
  context: CommandContext,
  stopped: Promise<void>,
): Promise<void> {
  const { terminal, environment, readFile } = context;
  try {
    const settings = readSettings({ flags, environment, readFile }, 'read');
    const end = await watchDrain({
      ask: () => askForGateways(settings, name),
      gateway: name,
      timeoutSeconds: flags.timeout,
      stopped,
      context,
    });
    if (flags.json === true) printJson(terminal, { ...report, drain: dataOf(end) });
    else tell(end, name, context);
    if (end.why !== 'safe') context.exit(1);
  } catch (error) {
    if (!(error instanceof OperatorError) || flags.json !== true) throw error;
    // One document, in which the change stands too: it was made.
    printJson(terminal, { ...report, drain: null, findings: [...report.findings, ...error.findings] });
    context.exit(1);
  }
}

function dataOf({ why, report, obstacles }: DrainEnd): object {
  const { calls = null, mayCome = null, switches = [] } = report ?? {};
  return { safe: why === 'safe', why, calls, mayCome, switches, obstacles };
}

const WORDS = { timeout: 'the time is over', stopped: 'no longer watched', unseen: 'not all can be known' } as const;

function tell({ why, report, obstacles }: DrainEnd, name: string, { terminal }: CommandContext): void {
  if (why === 'safe') {
    const switches = (report?.switches ?? []).map((it) => it.switch).join(', ');
    terminal.out(`${coloured(terminal, 'good', `${name}: safe to unplug: no call is left on ${switches}`)}\n`);
    return;
  }
  const left = obstacles.map(({ what }) => `  ${what}\n`).join('');
  terminal.err(`${name}: ${WORDS[why]}; it is not known to be safe to unplug:\n${left}`);
  terminal.err(`it still drains; take that back with: trunkhunt gateway enable ${name}\n`);
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a number of seconds, up to 999999.');
  return Number(text);
}
