import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { groupNamed } from '../inventory/set-group.ts';
import { routeLabel } from '../inventory/set-route.ts';
import { TableEdits } from '../inventory/table-edits.ts';
import type { Cell, TableRow, TableRows } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { cellText, rowTable } from './row-table.ts';
import { withEditor } from './run-edit.ts';
import { tableText } from './table-text.ts';
import { printJson } from './terminal.ts';

interface ListFlags extends SettingFlags {
  readonly json?: boolean;
}

/** `group list` and `group show`. */
export function addGroupListCommands(group: Command, context: CommandContext): void {
  withDatabaseOption(group.command('list').description('list all groups'))
    .option('--json', 'print data')
    .action((flags: ListFlags) => {
      const rows = withEditor(flags, context, 'read', (editor) => editor.read());
      const { terminal } = context;
      if (flags.json === true) printJson(terminal, { groups: rows.gateway_groups.map((row) => dataOf(row, rows)) });
      else if (rows.gateway_groups.length === 0) terminal.out('there is no group: trunkhunt group add NAME\n');
      else terminal.out(listText(rows, terminal.width));
    });
  withDatabaseOption(group.command('show').description('show all that is set of a group').argument('<name>'))
    .option('--json', 'print data')
    .action((name: string, flags: ListFlags) => {
      const rows = withEditor(flags, context, 'read', (editor) => editor.read());
      const row = groupNamed(new TableEdits(rows), name);
      if (flags.json === true) printJson(context.terminal, dataOf(row, rows));
      else context.terminal.out(rowTable('gateway_groups', row, furtherOf(name, rows), context.terminal.width));
    });
}

function listText(rows: TableRows, width: number): string {
  const header = ['group', 'strategy', 'chooser', 'attempts', 'members', 'routes'];
  const lines = rows.gateway_groups.map((row) => [
    ...['name', 'strategy', 'chooser', 'max_attempts'].map((column) => cellText(row[column])),
    membersOf(rows, row['name']).map(memberWords).join(', '),
    routesOf(rows, row['name']).map(routeLabel).join(', '),
  ]);
  return tableText(header, lines, width);
}

/** `gw1*3` has weight 3; the tier is said beyond the first. */
function memberWords({ gateway, weight, tier }: TableRow): string {
  const times = weight === 1 ? '' : `*${cellText(weight)}`;
  return `${cellText(gateway)}${times}${tier === 1 ? '' : ` (tier ${cellText(tier)})`}`;
}

function membersOf(rows: TableRows, group: Cell | undefined): readonly TableRow[] {
  return rows.gateway_group_members
    .filter((row) => row['group_name'] === group)
    .sort(
      (one, other) => Number(one['tier']) - Number(other['tier']) || Number(other['weight']) - Number(one['weight']),
    );
}

function routesOf(rows: TableRows, group: Cell | undefined): readonly TableRow[] {
  return rows.routes.filter((row) => row['group_name'] === group);
}

function causesOf(rows: TableRows, group: Cell | undefined): readonly TableRow[] {
  return rows.group_failover_causes.filter((row) => row['group_name'] === group);
}

function dataOf(row: TableRow, rows: TableRows): object {
  const name = row['name'];
  return {
    ...row,
    members: membersOf(rows, name).map(({ gateway, tier, weight }) => ({ gateway, tier, weight })),
    causes: causesOf(rows, name).map(({ cause, action }) => ({ cause, action })),
    routes: routesOf(rows, name).map(({ id, name: route }) => ({ id, name: route })),
  };
}

function furtherOf(group: string, rows: TableRows): readonly (readonly [string, string])[] {
  return [
    ...membersOf(rows, group).map(
      (it) =>
        [
          `member ${cellText(it['gateway'])}`,
          `weight ${cellText(it['weight'])}, tier ${cellText(it['tier'])}`,
        ] as const,
    ),
    ...causesOf(rows, group).map((it) => [`cause ${cellText(it['cause'])}`, cellText(it['action'])] as const),
    ...routesOf(rows, group).map((it) => ['route', routeLabel(it)] as const),
  ];
}
