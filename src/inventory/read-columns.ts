import { inventoryError } from './inventory-error.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { columnUnknown } from './name-unknown.ts';
import type { Cell, TableName, TableRow } from './table-rows.ts';

/** `column=value` as it was given; an empty value = as the column is by itself. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** A column of one of these names is INTEGER in every table that has it, every other one TEXT. */
export const INTEGER_COLUMNS: ReadonlySet<string> = new Set([
  'register',
  'expire_seconds',
  'retry_seconds',
  'caller_id_in_from',
  'ping_seconds',
  'ping_min',
  'ping_max',
  'max_calls',
  'max_cps',
  'strip_digits',
  'drain_seconds',
  'max_attempts',
  'progress_timeout_seconds',
  'answer_timeout_seconds',
  'fault_limit_percent',
  'fault_confidence_percent',
  'eject_seconds',
  'slow_start_seconds',
  'tier',
  'weight',
  'id',
  'position',
  'enabled',
  'esl_port',
]);

/** Of these tables the columns that have to be given. */
export const REQUIRED_COLUMNS = {
  gateways: ['name', 'proxy'],
  gateway_groups: ['name'],
  gateway_group_members: ['group_name', 'gateway'],
  routes: ['context', 'group_name'],
} as const;

const SWITCHED: ReadonlySet<string> = new Set(['register', 'caller_id_in_from', 'enabled']);
const SWITCH_WORDS: ReadonlyMap<string, number> = new Map([
  ['yes', 1],
  ['true', 1],
  ['on', 1],
  ['no', 0],
  ['false', 0],
  ['off', 0],
]);

export interface ReadColumnsOptions {
  readonly table: TableName;
  /** The row that is spoken of, for findings. */
  readonly where: string;
  /** Other names of columns. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Columns that are given otherwise, or never. */
  readonly without?: readonly string[];
}

/**
 * The values of columns that assignments give; `-` may stand for `_` in a name.
 * @throws OperatorError column-unknown, value-invalid
 */
export function readColumns(assignments: readonly Assignment[], options: ReadColumnsOptions): TableRow {
  const { table, where, aliases = {}, without = [] } = options;
  const known = INVENTORY_TABLES[table].columns.filter((column) => !without.includes(column));
  const values: Record<string, Cell> = {};
  for (const { name, value } of assignments) {
    const spelled = name.replaceAll('-', '_');
    const column = aliases[spelled] ?? spelled;
    if (!known.includes(column)) throw columnUnknown(where, name, known);
    values[column] = value === '' ? defaultOf(table, column) : readValue(column, value, where);
  }
  return values;
}

/**
 * Columns that cannot be left out.
 * @throws OperatorError value-invalid
 */
export function requireColumns(table: keyof typeof REQUIRED_COLUMNS, row: TableRow, where: string): void {
  for (const column of REQUIRED_COLUMNS[table]) {
    if ((row[column] ?? null) !== null) continue;
    const fix = `add ${column === 'group_name' ? 'group' : column}=...`;
    throw inventoryError('value-invalid', `${where}.${column}`, 'it has to have a value', fix);
  }
}

function defaultOf(table: TableName, column: string): Cell {
  return INVENTORY_TABLES[table].defaults[column] ?? null;
}

function readValue(column: string, text: string, where: string): Cell {
  if (!INTEGER_COLUMNS.has(column)) return text;
  const word = SWITCHED.has(column) ? SWITCH_WORDS.get(text.toLowerCase()) : undefined;
  if (word !== undefined) return word;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  const what = `'${text}' is no whole number`;
  throw inventoryError('value-invalid', `${where}.${column}`, what, 'give a number, or nothing for the default');
}
