import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { gatewayNamed } from '../inventory/set-gateway.ts';
import { shownRow } from '../inventory/shown-row.ts';
import { TableEdits } from '../inventory/table-edits.ts';
import type { TableName, TableRow, TableRows } from '../inventory/table-rows.ts';
import type { GatewayReport } from '../live/gateway-report.ts';
import { askForGateways } from './ask-for-gateways.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { cellText, rowTable } from './row-table.ts';
import { withEditor } from './run-edit.ts';
import { withServerOptions } from './server-options.ts';
import { tableText } from './table-text.ts';
import { printJson } from './terminal.ts';

interface ListFlags extends SettingFlags {
  readonly live?: boolean;
  readonly json?: boolean;
}

/** `gateway list` and `gateway show`. */
export function addGatewayListCommands(gateway: Command, context: CommandContext): void {
  withServerOptions(
    withDatabaseOption(gateway.command('list').description('list all gateways'))
      .option('--live', 'ask the running server for calls, and on which switches each is up')
      .option('--json', 'print data'),
    'with --live: ',
  ).action(async (flags: ListFlags) => {
    const rows = withEditor(flags, context, 'read', (editor) => editor.read());
    const live = flags.live === true ? await askLive(flags, context) : undefined;
    const { terminal } = context;
    if (flags.json === true) printJson(terminal, { gateways: rows.gateways.map((row) => dataOf(row, rows, live)) });
    else if (rows.gateways.length === 0) terminal.out('there is no gateway: trunkhunt gateway add NAME proxy=HOST\n');
    else terminal.out(listText(rows, live, terminal.width));
  });
  withDatabaseOption(
    gateway.command('show').description('show all that is set of a gateway, but for its password').argument('<name>'),
  )
    .option('--json', 'print data')
    .action((name: string, flags: ListFlags) => {
      const rows = withEditor(flags, context, 'read', (editor) => editor.read());
      const row = gatewayNamed(new TableEdits(rows), name);
      if (flags.json === true) printJson(context.terminal, dataOf(row, rows, undefined));
      else context.terminal.out(rowTable('gateways', row, furtherOf(name, rows), context.terminal.width));
    });
}

type LiveReports = ReadonlyMap<string, GatewayReport>;

async function askLive(flags: ListFlags, { environment, readFile }: CommandContext): Promise<LiveReports> {
  const settings = readSettings({ flags, environment, readFile }, 'read');
  const { gateways } = await askForGateways(settings);
  return new Map(gateways.map((it) => [it.gateway, it]));
}

function listText(rows: TableRows, live: LiveReports | undefined, width: number): string {
  const header = ['gateway', 'profile', 'proxy', 'state', 'groups', 'max_calls', 'max_cps'];
  const groups = groupsByGateway(rows);
  const lines = rows.gateways.map((row) => [
    ...['name', 'profile', 'proxy', 'state'].map((column) => cellText(row[column])),
    (groups.get(String(row['name'])) ?? []).join(','),
    cellText(row['max_calls']),
    cellText(row['max_cps']),
    ...(live === undefined ? [] : liveCells(live.get(String(row['name'])))),
  ]);
  return tableText(live === undefined ? header : [...header, 'calls', 'switches'], lines, width);
}

function liveCells(report: GatewayReport | undefined): readonly string[] {
  if (report === undefined) return ['', 'not served'];
  const reach = report.switches.map((it) => `${it.switch} ${it.connected ? it.reach : 'not connected'}`);
  return [String(report.calls), reach.join(', ')];
}

function groupsByGateway(rows: TableRows): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { gateway, group_name: group } of rows.gateway_group_members) {
    const known = groups.get(String(gateway));
    if (known === undefined) groups.set(String(gateway), [String(group)]);
    else known.push(String(group));
  }
  return groups;
}

function dataOf(row: TableRow, rows: TableRows, live: LiveReports | undefined): object {
  const isIts = ({ gateway }: TableRow): boolean => gateway === row['name'];
  return {
    ...shownRow('gateways', row),
    params: shownOf('gateway_params', rows, isIts).map(({ name, value }) => ({ name, value })),
    variables: shownOf('gateway_variables', rows, isIts).map(({ name, value, direction }) => ({
      name,
      value,
      direction,
    })),
    switches: rows.gateway_switches.filter(isIts).map(({ hostname }) => hostname),
    groups: rows.gateway_group_members
      .filter(isIts)
      .map(({ group_name, tier, weight }) => ({ group: group_name, tier, weight })),
    ...(live === undefined ? {} : { live: live.get(String(row['name'])) ?? null }),
  };
}

function shownOf(table: TableName, rows: TableRows, isIts: (row: TableRow) => boolean): readonly TableRow[] {
  return rows[table].filter(isIts).map((row) => shownRow(table, row));
}

function furtherOf(gateway: string, rows: TableRows): readonly (readonly [string, string])[] {
  const isIts = (row: TableRow): boolean => row['gateway'] === gateway;
  const switches = rows.gateway_switches.filter(isIts).map(({ hostname }) => String(hostname));
  return [
    ...shownOf('gateway_params', rows, isIts).map(
      (it) => [`param.${String(it['name'])}`, cellText(it['value'])] as const,
    ),
    ...shownOf('gateway_variables', rows, isIts).map((it) => {
      const direction = it['direction'] === null ? '' : `${String(it['direction'])}-`;
      return [`${direction}variable.${String(it['name'])}`, cellText(it['value'])] as const;
    }),
    ...(switches.length === 0 ? [] : [['switches', switches.join(',')] as const]),
    ...rows.gateway_group_members
      .filter(isIts)
      .map(
        (it) =>
          [
            `group ${String(it['group_name'])}`,
            `weight ${cellText(it['weight'])}, tier ${cellText(it['tier'])}`,
          ] as const,
      ),
  ];
}
