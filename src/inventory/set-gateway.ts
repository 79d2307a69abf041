import { OperatorError } from '../errors/operator-error.ts';
import { type Assignment, readColumns, requireColumns } from './read-columns.ts';
import { rowAt } from './findings.ts';
import { followRemoval, followRename, GATEWAY_REFERENCES } from './follow-rename.ts';
import { inventoryError } from './inventory-error.ts';
import { nameUnknown } from './name-unknown.ts';
import { completeRow } from './row-key.ts';
import type { TableEdits } from './table-edits.ts';
import type { TableName, TableRow } from './table-rows.ts';

/** Names with a dot before what they set: rows of their own, and no columns of `gateways`. */
const FURTHER = /^(param|variable|inbound-variable|outbound-variable)\.(.+)$/s;

const DIRECTIONS: Readonly<Record<string, string | null>> = {
  variable: null,
  'inbound-variable': 'inbound',
  'outbound-variable': 'outbound',
};

/** @throws OperatorError name-unknown */
export function gatewayNamed(edits: Pick<TableEdits, 'rows'>, name: string): TableRow {
  const row = edits.rows('gateways').find((it) => it['name'] === name);
  if (row !== undefined) return row;
  throw nameUnknown('gateway', name, namesIn(edits, 'gateways', 'name'));
}

/** @throws OperatorError name-taken, column-unknown, value-invalid, name-unknown (a switch) */
export function addGateway(edits: TableEdits, name: string, assignments: readonly Assignment[]): void {
  refuseTaken(edits, 'gateways', name);
  const { columns, further } = divided(assignments);
  const where = rowAt('gateways', name);
  const said = readColumns(columns, { table: 'gateways', where, without: ['name'] });
  const row = completeRow('gateways', { ...said, name });
  requireColumns('gateways', row, where);
  edits.add('gateways', row);
  setFurther(edits, name, further);
}

/** @throws OperatorError name-unknown, name-taken, column-unknown, value-invalid */
export function setGateway(edits: TableEdits, name: string, assignments: readonly Assignment[]): void {
  const row = gatewayNamed(edits, name);
  const { columns, further } = divided(assignments);
  const where = rowAt('gateways', name);
  const values = readColumns(columns, { table: 'gateways', where });
  requireColumns('gateways', { ...row, ...values }, where);
  setFurther(edits, name, further);
  const renamed = values['name'];
  if (typeof renamed === 'string' && renamed !== name) {
    if (renamed.toLowerCase() !== name.toLowerCase()) refuseTaken(edits, 'gateways', renamed);
    followRename(edits, GATEWAY_REFERENCES, name, renamed);
  }
  edits.set('gateways', row, values);
}

/**
 * Takes the gateway away, and with it its parameters, variables and switches.
 * @param options.cascade out of its groups as well
 * @throws OperatorError name-unknown, still-used
 */
export function removeGateway(edits: TableEdits, name: string, { cascade }: { readonly cascade: boolean }): void {
  const row = gatewayNamed(edits, name);
  const groups = edits.rows('gateway_group_members').filter(({ gateway }) => gateway === name);
  if (groups.length > 0 && !cascade) {
    const names = groups.map((member) => `'${String(member['group_name'])}'`).join(', ');
    const what = `it is a member of ${groups.length === 1 ? 'group' : 'groups'} ${names}`;
    const fix =
      'give --cascade to take it out of them too; `trunkhunt gateway drain` keeps new calls away and removes nothing';
    throw new OperatorError([{ code: 'still-used', where: rowAt('gateways', name), what, fix }]);
  }
  followRemoval(edits, GATEWAY_REFERENCES, name);
  edits.remove('gateways', row);
}

/** @throws OperatorError name-taken, without regard to case as FreeSWITCH and the tables have it */
export function refuseTaken(edits: TableEdits, table: 'gateways' | 'gateway_groups', name: string): void {
  const taken = edits.rows(table).find((it) => String(it['name']).toLowerCase() === name.toLowerCase());
  if (taken === undefined) return;
  const what = `there is '${String(taken['name'])}' already`;
  throw inventoryError('name-taken', rowAt(table, name), what, 'choose another name, or change that one with `set`');
}

/** The values of a column, in order. */
export function namesIn(edits: Pick<TableEdits, 'rows'>, table: TableName, column: string): readonly string[] {
  return edits.rows(table).flatMap(({ [column]: value = null }) => (value === null ? [] : [String(value)]));
}

interface Divided {
  readonly columns: readonly Assignment[];
  readonly further: readonly Assignment[];
}

function divided(assignments: readonly Assignment[]): Divided {
  const isFurther = ({ name }: Assignment): boolean => name === 'switches' || FURTHER.test(name);
  return { columns: assignments.filter((it) => !isFurther(it)), further: assignments.filter(isFurther) };
}

function setFurther(edits: TableEdits, gateway: string, assignments: readonly Assignment[]): void {
  for (const { name: key, value } of assignments) {
    const [, kind = '', name = ''] = FURTHER.exec(key) ?? [];
    if (kind === '') setSwitches(edits, gateway, value);
    else if (kind === 'param') setRow(edits, 'gateway_params', { gateway, name }, value);
    else setRow(edits, 'gateway_variables', { gateway, name, direction: DIRECTIONS[kind] ?? null }, value);
  }
}

/** An empty value takes the row away. */
function setRow(edits: TableEdits, table: TableName, key: TableRow, value: string): void {
  const row = edits.rows(table).find((it) => Object.entries(key).every(([column, cell]) => it[column] === cell));
  if (row === undefined) {
    if (value !== '') edits.add(table, completeRow(table, { ...key, value }));
  } else if (value === '') edits.remove(table, row);
  else edits.set(table, row, { value });
}

/** The switches that have the gateway, with commas between them; none = all of them. */
function setSwitches(edits: TableEdits, gateway: string, text: string): void {
  const wanted = new Set(text.split(',').filter((hostname) => hostname !== ''));
  const known = namesIn(edits, 'switches', 'hostname');
  for (const hostname of wanted) if (!known.includes(hostname)) throw nameUnknown('switch', hostname, known);
  for (const row of edits.rows('gateway_switches')) {
    if (row['gateway'] !== gateway) continue;
    if (!wanted.delete(String(row['hostname']))) edits.remove('gateway_switches', row);
  }
  for (const hostname of wanted) edits.add('gateway_switches', { gateway, hostname });
}
