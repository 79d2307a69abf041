import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { routeLabel, routeNamed } from '../inventory/set-route.ts';
import { routesInTurn } from '../inventory/move-route.ts';
import { TableEdits } from '../inventory/table-edits.ts';
import type { TableRow } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { cellText, rowTable } from './row-table.ts';
import { withEditor } from './run-edit.ts';
import { tableText } from './table-text.ts';
import { printJson } from './terminal.ts';

interface ListFlags extends SettingFlags {
  readonly json?: boolean;
}

/** `route list` and `route show`. */
export function addRouteListCommands(route: Command, context: CommandContext): void {
  withDatabaseOption(
    route.command('list').description('list all routes: by context, in the order in which they are tried'),
  )
    .option('--json', 'print data')
    .action((flags: ListFlags) => {
      const routes = routesInTurn(withEditor(flags, context, 'read', (editor) => editor.read()).routes);
      const { terminal } = context;
      if (flags.json === true) printJson(terminal, { routes });
      else if (routes.length === 0) terminal.out('there is no route: trunkhunt route add NAME context=... group=...\n');
      else terminal.out(tableText(HEADER, routes.map(lineOf), terminal.width));
    });
  withDatabaseOption(
    route.command('show').description('show all that is set of a route').argument('<route>', 'its name, or its id'),
  )
    .option('--json', 'print data')
    .action((label: string, flags: ListFlags) => {
      const rows = withEditor(flags, context, 'read', (editor) => editor.read());
      const row = routeNamed(new TableEdits(rows), label);
      if (flags.json === true) printJson(context.terminal, row);
      else context.terminal.out(rowTable('routes', row, [], context.terminal.width));
    });
}

const HEADER = ['id', 'route', 'context', 'position', 'matches', 'group', 'number', 'enabled'];

function lineOf(row: TableRow): readonly string[] {
  return [
    cellText(row['id']),
    row['name'] === null ? '' : routeLabel(row),
    cellText(row['context']),
    cellText(row['position']),
    conditionsOf(row),
    cellText(row['group_name']),
    numberRuleOf(row),
    row['enabled'] === 1 ? 'yes' : 'no',
  ];
}

function conditionsOf(row: TableRow): string {
  const said = [
    ['prefix', row['destination_prefix']],
    ['pattern', row['destination_pattern']],
    ['caller', row['caller_pattern']],
    ['source', row['source_network']],
    [`header ${cellText(row['header_name'])}`, row['header_pattern']],
  ] as const;
  const conditions = said.flatMap(([name, value]) => (value === null ? [] : [`${name} ${cellText(value)}`]));
  return conditions.length === 0 ? 'every call' : conditions.join(', ');
}

function numberRuleOf(row: TableRow): string {
  if (row['dial_number'] !== null) return `dials ${cellText(row['dial_number'])}`;
  const rules = [
    ...(row['strip_digits'] === 0 ? [] : [`-${cellText(row['strip_digits'])}`]),
    ...(row['add_prefix'] === '' ? [] : [`${cellText(row['add_prefix'])}+`]),
  ];
  return rules.join(' ');
}
