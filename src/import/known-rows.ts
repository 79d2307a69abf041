import { INVENTORY_TABLES } from '../inventory/inventory-tables.ts';
import { rowKey } from '../inventory/row-key.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from '../inventory/table-rows.ts';

/** Which column names a row of which other table. */
const REFERENCES: Readonly<Partial<Record<TableName, Readonly<Record<string, TableName>>>>> = {
  gateway_params: { gateway: 'gateways' },
  gateway_variables: { gateway: 'gateways' },
  gateway_group_members: { group_name: 'gateway_groups', gateway: 'gateways' },
  routes: { group_name: 'gateway_groups' },
  group_failover_causes: { group_name: 'gateway_groups' },
  gateway_switches: { gateway: 'gateways', hostname: 'switches' },
  profile_settings: { profile: 'profiles' },
};

/** Tables whose names are unique without regard to case. */
const CASELESS: readonly TableName[] = ['gateways', 'gateway_groups', 'profiles'];

/** The rows of an inventory as it grows: by key, by what names them, and what refers to what. */
export class KnownRows {
  readonly #rows = new Map<TableName, Map<string, TableRow>>();
  readonly #spellings = new Map<string, string>();
  readonly #routesByName = new Map<string, TableRow>();
  #lastRouteId = 0;

  constructor(rows: TableRows) {
    for (const table of TABLE_NAMES) for (const row of rows[table]) this.set(table, row);
  }

  get(table: TableName, row: TableRow): TableRow | undefined {
    return this.#rows.get(table)?.get(rowKey(table, row));
  }

  set(table: TableName, row: TableRow): void {
    const known = this.#rows.get(table) ?? new Map<string, TableRow>();
    known.set(rowKey(table, row), row);
    this.#rows.set(table, known);
    if (CASELESS.includes(table)) this.#spellings.set(spellingKey(table, row), String(row['name']));
    if (table !== 'routes') return;
    this.#lastRouteId = Math.max(this.#lastRouteId, Number(row['id']));
    if (typeof row['name'] === 'string') this.#routesByName.set(row['name'], row);
  }

  /**
   * The row with its key. A route is known by its name, or else by all that is said of it, and gets the next id where it
   * is new: its key means nothing outside of one database.
   */
  withKey(table: TableName, row: TableRow): TableRow {
    if (table !== 'routes' || typeof row['id'] === 'number') return row;
    const known =
      typeof row['name'] === 'string'
        ? this.#routesByName.get(row['name'])
        : [...(this.#rows.get('routes')?.values() ?? [])].find((it) => holds(it, row));
    return { ...row, id: known?.['id'] ?? this.#lastRouteId + 1 };
  }

  /** Why a row cannot stand beside the others; undefined where it can. */
  whyNot(table: TableName, row: TableRow): string | undefined {
    const spelling = CASELESS.includes(table) ? this.#spellings.get(spellingKey(table, row)) : undefined;
    if (spelling !== undefined && spelling !== row['name']) {
      return `there is '${spelling}', and names do not differ in case alone`;
    }
    for (const [column, other] of Object.entries(REFERENCES[table] ?? {})) {
      const [key = ''] = INVENTORY_TABLES[other].key;
      const named = row[column] ?? null;
      if (this.get(other, { [key]: named }) === undefined) {
        return `there is no row '${String(named)}' in ${other}: it was left out, or is not there`;
      }
    }
    return undefined;
  }
}

function spellingKey(table: TableName, row: TableRow): string {
  return `${table} ${String(row['name']).toLowerCase()}`;
}

function holds(row: TableRow, said: TableRow): boolean {
  return Object.entries(said).every(([column, value]) => (row[column] ?? null) === (value ?? null));
}
