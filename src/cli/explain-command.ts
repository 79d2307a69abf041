import { type Command, InvalidArgumentError } from 'commander';
import type { SettingFlags } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { isProblem } from '../errors/finding.ts';
import { canonicalAddress } from '../inventory/proxy-address.ts';
import { callerText } from '../routing/call.ts';
import type { Call } from '../routing/call.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { explainCall, type Explanation } from './explain-call.ts';
import { loadInventory } from './load-inventory.ts';
import { printJson } from './terminal.ts';

interface ExplainFlags extends SettingFlags {
  readonly context: string;
  readonly caller: string;
  readonly source: string;
  readonly switch: string;
  readonly header: ReadonlyMap<string, string>;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('explain')
      .description('say where a call would go, with everybody at the start of their turns, and why nowhere else')
      .argument('<number>', 'the number that the caller dials'),
  )
    .option('--context <name>', 'the dialplan context of the call', 'default')
    .option('--caller <number>', "the caller's number", '')
    .option('--source <address>', 'the address that the call comes from', checkAddress, '')
    .option('--switch <hostname>', 'the switchname of the FreeSWITCH that asks', '')
    .option('--header <name=value>', 'a SIP header of the call; may be repeated', addHeader, new Map<string, string>())
    .option('--json', 'print data')
    .action((number: string, flags: ExplainFlags) => {
      const { snapshot, findings } = loadInventory(flags, context);
      if (snapshot === undefined) throw new OperatorError(findings.filter(isProblem));
      const explanation = explainCall(snapshot, readCall(number, flags, context));
      if (flags.json === true) printJson(context.terminal, explanation);
      else context.terminal.out(describe(explanation));
      if (explanation.outcome !== 'planned') context.exit(1);
    });
}

function addHeader(text: string, headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return new Map([...headers, [name.toLowerCase(), value]]);
}

function checkAddress(text: string): string {
  const address = canonicalAddress(text);
  if (address === undefined) throw new InvalidArgumentError('It is not an IP address.');
  return address;
}

function readCall(number: string, flags: ExplainFlags, context: CommandContext): Call {
  return {
    decisionId: 'explain',
    atMs: context.nowMs(),
    hostname: flags.switch,
    context: flags.context,
    destinationNumber: callerText(number),
    callerNumber: callerText(flags.caller),
    networkAddress: flags.source,
    headers: new Map([...flags.header].map(([name, value]) => [name, callerText(value)])),
  };
}

function describe(it: Explanation): string {
  const lines = [
    `${it.number} in context '${it.context}'${it.switch === '' ? '' : ` on switch '${it.switch}'`}: ${it.verdict}`,
    ...(it.route === null ? [] : [`route    ${it.route.name} -> group ${it.route.group}`]),
    ...(it.numberAfterRoute === null ? [] : [`number   ${it.numberAfterRoute} after the route`]),
    ...(it.distributor === null ? [] : describeDistributor(it.distributor)),
    ...it.plan.map(({ attempt, gateway, number }) => `try ${attempt}    ${gateway}  ${number}`),
    ...it.routesPassedOver.map(({ route, unmet }) => `not      route ${route}: its ${unmet} does not fit`),
    ...it.gatewaysPassedOver.map(({ gateway, reason }) => `not      gateway ${gateway}: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

function describeDistributor({ list, spare }: NonNullable<Explanation['distributor']>): readonly string[] {
  return [
    `try 1    whom mod_distributor names, from list ${list}`,
    spare === null
      ? '         (those below are tried only where it names nobody)'
      : `         (where one of those below is the same gateway, ${spare} is tried instead)`,
  ];
}
