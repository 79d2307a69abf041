export type Cell = string | number | null;

/** A row under SQL's own names of its columns. */
export type TableRow = Readonly<Record<string, Cell>>;

/** The tables of the inventory, those that others refer to first. */
export const TABLE_NAMES = [
  'gateways',
  'gateway_params',
  'gateway_variables',
  'gateway_groups',
  'gateway_group_members',
  'routes',
  'failover_causes',
  'group_failover_causes',
  'outcome_blame',
  'switches',
  'gateway_switches',
  'profiles',
  'profile_settings',
] as const;

export type TableName = (typeof TABLE_NAMES)[number];

/** The whole inventory as SQL has it: notes and disabled routes too, which `InventoryRows` leaves out. */
export type TableRows = Readonly<Record<TableName, readonly TableRow[]>>;
