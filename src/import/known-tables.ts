/** The tables that are read, with the orders of columns that their versions have had: for rows that do not name them. */
const COLUMN_ORDERS: Readonly<Record<string, readonly string[]>> = {
  dispatcher: ['id setid destination flags priority attrs description'],
  dr_gateways: [
    'id gwid type address strip pri_prefix attrs probe_mode state socket description',
    'id gwid type address strip pri_prefix attrs probe_mode description',
  ],
  dr_rules: [
    'ruleid groupid prefix timerec priority routeid gwlist sort_alg sort_profile attrs description',
    'ruleid groupid prefix timerec priority routeid gwlist attrs description',
  ],
  dr_carriers: [
    'id carrierid gwlist flags sort_alg state attrs description',
    'id carrierid gwlist flags state attrs description',
  ],
};

/** Columns without which a table is not the one that its name says. */
const NEEDED_COLUMNS: Readonly<Record<string, string>> = {
  dispatcher: 'setid destination',
  dr_gateways: 'gwid address',
  dr_rules: 'groupid gwlist',
  dr_carriers: 'carrierid gwlist',
};

/** The tables that are read. */
export const KNOWN_TABLES: readonly string[] = Object.keys(COLUMN_ORDERS);

/** The columns of a table in the order of the version that has so many; undefined where none has. */
export function columnsByCount(table: string, count: number): readonly string[] | undefined {
  return orders(table).find((columns) => columns.length === count);
}

/** How many columns the versions of a table have, for messages: `11 or 9`. */
export function columnCounts(table: string): string {
  return orders(table)
    .map(({ length }) => String(length))
    .join(' or ');
}

/** Columns that the table cannot do without and that are not among these. */
export function missingColumns(table: string, columns: readonly string[]): readonly string[] {
  const there = new Set(columns.map((column) => column.toLowerCase()));
  return (NEEDED_COLUMNS[table] ?? '').split(' ').filter((column) => !there.has(column));
}

/** The table to which a header belongs, by the columns that it cannot do without. */
export function tableOfHeader(columns: readonly string[]): string | undefined {
  return KNOWN_TABLES.find((table) => missingColumns(table, columns).length === 0);
}

function orders(table: string): readonly (readonly string[])[] {
  return (COLUMN_ORDERS[table] ?? []).map((columns) => columns.split(' '));
}
