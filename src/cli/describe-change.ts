import type { RowChange } from '../inventory/diff-tables.ts';
import { shownChange, type ShownColumn } from '../inventory/shown-change.ts';
import type { Cell } from '../inventory/table-rows.ts';
import { printable } from './table-text.ts';
import { coloured, type Terminal } from './terminal.ts';

const SIGNS = { added: ['+', 'good'], changed: ['~', 'doubtful'], removed: ['-', 'bad'] } as const;

/** A change on one line: `~ gateways['carrier-a'] max_calls: 30 -> 40`. */
export function describeChange(change: RowChange, terminal: Terminal): string {
  const { kind, table, key, columns } = shownChange(change);
  const [sign, colour] = SIGNS[kind];
  const place = `${table}[${Object.values(key).map(literal).join(', ')}]`;
  const said = columns.map((column) => describeColumn(column, kind === 'added')).join(', ');
  return `${coloured(terminal, colour, sign)} ${place}${said === '' ? '' : `  ${said}`}`;
}

/** What a version changed, in few words: `~ gateways['a'] weight: 1 -> 2, and 3 more`. */
export function summariseChanges(first: RowChange, count: number): string {
  const { kind, table, key, columns } = shownChange(first);
  const said = kind === 'changed' ? ` ${columns.map((column) => describeColumn(column, false)).join(', ')}` : '';
  const more = count === 1 ? '' : `, and ${count - 1} more`;
  return `${SIGNS[kind][0]} ${table}[${Object.values(key).map(literal).join(', ')}]${said}${more}`;
}

function describeColumn({ column, before, after }: ShownColumn, isNew: boolean): string {
  if (isNew) return `${column}: ${literal(after)}`;
  return before === after ? `${column}: another, hidden` : `${column}: ${literal(before)} -> ${literal(after)}`;
}

/** As SQL writes it. */
function literal(value: Cell): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${printable(value).replaceAll("'", "''")}'`;
}
