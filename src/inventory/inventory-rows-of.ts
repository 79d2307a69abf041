import type { InventoryRows } from './inventory-rows.ts';
import type { TableRow, TableRows } from './table-rows.ts';

/** What the compiler reads of the whole tables, as `readInventoryRows` would read it from a file that holds them. */
export function inventoryRowsOf(tables: TableRows): InventoryRows {
  const all = <Row>(rows: readonly TableRow[], ...order: readonly string[]): readonly Row[] =>
    [...rows].sort(by(order)).map((row) => inCamelCase(row) as Row);
  return {
    gateways: all(tables.gateways, 'name'),
    gatewayParams: all(tables.gateway_params, 'gateway', 'name'),
    gatewayVariables: all(tables.gateway_variables, 'gateway', 'name', 'direction'),
    groups: all(tables.gateway_groups, 'name'),
    members: all(tables.gateway_group_members, 'group_name', 'tier', '-weight', 'gateway'),
    routes: all(
      tables.routes.filter(({ enabled }) => enabled === 1),
      'position',
      'id',
    ),
    failoverCauses: all(tables.failover_causes, 'cause'),
    groupFailoverCauses: all(tables.group_failover_causes, 'group_name', 'cause'),
    outcomeBlame: all(tables.outcome_blame, 'match'),
    switches: all(tables.switches, 'hostname'),
    gatewaySwitches: all(tables.gateway_switches, 'gateway', 'hostname'),
    profiles: all(tables.profiles, 'name'),
    profileSettings: all(tables.profile_settings, 'profile', 'name'),
  };
}

/** SQLite's order: NULL first, then by value; "-" before a column = the greatest first. */
function by(columns: readonly string[]): (one: TableRow, other: TableRow) => number {
  return (one, other) => {
    for (const column of columns) {
      const isFalling = column.startsWith('-');
      const name = isFalling ? column.slice(1) : column;
      const order = compare(one[name] ?? null, other[name] ?? null);
      if (order !== 0) return isFalling ? -order : order;
    }
    return 0;
  };
}

function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}

/** `group_name` is `groupName` to the compiler, and so on for all. */
function inCamelCase(row: TableRow): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) named[camelCase(column)] = value;
  return named;
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
