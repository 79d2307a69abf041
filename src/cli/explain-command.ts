import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { isProblem } from '../errors/finding.ts';
import { callerText } from '../routing/call.ts';
import type { Call } from '../routing/call.ts';
import { explainCall, type Explanation, type GatewayWeight } from '../routing/explain-call.ts';
import { askForJson } from './ask-server.ts';
import { addHeader, checkAddress } from './call-options.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { loadInventory } from './load-inventory.ts';
import { printJson } from './terminal.ts';

interface ExplainFlags extends SettingFlags {
  readonly context: string;
  readonly caller: string;
  readonly source: string;
  readonly switch: string;
  readonly header: ReadonlyMap<string, string>;
  readonly live?: boolean;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('explain')
      .description('say where a call would go, and why nowhere else')
      .argument('<number>', 'the number that the caller dials'),
  )
    .option('--context <name>', 'the dialplan context of the call', 'default')
    .option('--caller <number>', "the caller's number", '')
    .option('--source <address>', 'the address that the call comes from', checkAddress, '')
    .option('--switch <hostname>', 'the switchname of the FreeSWITCH that asks', '')
    .option('--header <name=value>', 'a SIP header of the call; may be repeated', addHeader, new Map<string, string>())
    .option('--live', 'ask the running server, which knows health, limits and turns; else everybody is at the start')
    .option('--listen <host:port>', 'with --live: where it listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option(
      '--credentials-file <file>',
      'with --live: user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)',
    )
    .option('--json', 'print data')
    .action(async (number: string, flags: ExplainFlags) => {
      const explanation: LiveExplanation =
        flags.live === true ? await explainLive(number, flags, context) : explainFromFile(number, flags, context);
      if (flags.json === true) printJson(context.terminal, explanation);
      else context.terminal.out(describe(explanation));
      if (explanation.outcome !== 'planned') context.exit(1);
    });
}

/** With what has to be known of the switch to read it. */
type LiveExplanation = Explanation & { readonly notes?: readonly string[] };

/** From the inventory alone. */
function explainFromFile(number: string, flags: ExplainFlags, context: CommandContext): Explanation {
  const { snapshot, findings } = loadInventory(flags, context, 'left');
  if (snapshot === undefined) throw new OperatorError(findings.filter(isProblem));
  return explainCall(snapshot, readCall(number, flags, context));
}

/** As the running server would decide it now. */
async function explainLive(number: string, flags: ExplainFlags, context: CommandContext): Promise<LiveExplanation> {
  const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
  const { context: name, caller, source, switch: hostname } = flags;
  const query = new URLSearchParams({ number, context: name, caller, source, switch: hostname });
  for (const [header, value] of flags.header) query.append('header', `${header}=${value}`);
  return (await askForJson(settings, `/api/explain?${query.toString()}`)) as LiveExplanation;
}

function readCall(number: string, flags: ExplainFlags, context: CommandContext): Call {
  return {
    decisionId: 'explain',
    atMs: context.nowMs(),
    hostname: flags.switch,
    channelUuid: '',
    context: flags.context,
    destinationNumber: callerText(number),
    callerNumber: callerText(flags.caller),
    networkAddress: flags.source,
    headers: new Map([...flags.header].map(([name, value]) => [name, callerText(value)])),
  };
}

function describe(it: LiveExplanation): string {
  const lines = [
    `${it.number} in context '${it.context}'${it.switch === '' ? '' : ` on switch '${it.switch}'`}: ${it.verdict}`,
    ...(it.route === null ? [] : [`route    ${it.route.name} -> group ${it.route.group}`]),
    ...(it.numberAfterRoute === null ? [] : [`number   ${it.numberAfterRoute} after the route`]),
    ...(it.distributor === null ? [] : describeDistributor(it.distributor)),
    ...it.plan.map(({ attempt, gateway, number }) => `try ${attempt}    ${gateway}  ${number}`),
    ...it.weights.map(describeWeight),
    ...(it.notes ?? []).map((note) => `note     ${note}`),
    ...it.routesPassedOver.map(({ route, unmet }) => `not      route ${route}: its ${unmet} does not fit`),
    ...it.gatewaysPassedOver.map(({ gateway, reason }) => `not      gateway ${gateway}: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

function describeWeight(it: GatewayWeight): string {
  const product = `${it.configured} x health ${it.health} x slow start ${it.slowStart} x headroom ${it.headroom}`;
  return `weight   ${it.gateway}  ${product} = ${it.effective}${it.why === '' ? '' : ` (${it.why})`}`;
}

function describeDistributor({ list, spare }: NonNullable<Explanation['distributor']>): readonly string[] {
  return [
    `try 1    whom mod_distributor names, from list ${list}`,
    spare === null
      ? '         (those below are tried only where it names nobody)'
      : `         (where one of those below is the same gateway, ${spare} is tried instead)`,
  ];
}
