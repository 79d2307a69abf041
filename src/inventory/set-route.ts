import { type Assignment, readColumns, requireColumns } from './read-columns.ts';
import { groupNamed } from './set-group.ts';
import { rowAt } from './findings.ts';
import { inventoryError } from './inventory-error.ts';
import { nameUnknown } from './name-unknown.ts';
import { completeRow } from './row-key.ts';
import type { TableEdits } from './table-edits.ts';
import type { TableRow } from './table-rows.ts';

const ALIASES = { group: 'group_name', prefix: 'destination_prefix', pattern: 'destination_pattern' };

/** What a person calls a route: its name, else its id. */
export function routeLabel(row: TableRow): string {
  return String(row['name'] ?? row['id']);
}

/** The route of this name, else of this id. @throws OperatorError name-unknown */
export function routeNamed(edits: Pick<TableEdits, 'rows'>, label: string): TableRow {
  const routes = edits.rows('routes');
  const row = routes.find(({ name }) => name === label) ?? routes.find(({ id }) => String(id) === label);
  if (row !== undefined) return row;
  throw nameUnknown('route', label, routes.map(routeLabel));
}

/** @throws OperatorError name-taken, name-unknown (the group), column-unknown, value-invalid */
export function addRoute(edits: TableEdits, name: string, assignments: readonly Assignment[]): void {
  refuseTakenName(edits, name);
  const where = rowAt('routes', name);
  const said = readColumns(assignments, { table: 'routes', where, aliases: ALIASES, without: ['id', 'name'] });
  const row = completeRow('routes', { ...said, name });
  requireColumns('routes', row, where);
  groupNamed(edits, String(row['group_name']));
  edits.add('routes', row);
}

/** @throws OperatorError name-unknown (the route or the group), name-taken, column-unknown, value-invalid */
export function setRoute(edits: TableEdits, label: string, assignments: readonly Assignment[]): void {
  const row = routeNamed(edits, label);
  const where = rowAt('routes', label);
  const values = readColumns(assignments, { table: 'routes', where, aliases: ALIASES, without: ['id'] });
  const changed = { ...row, ...values };
  requireColumns('routes', changed, where);
  groupNamed(edits, String(changed['group_name']));
  if (typeof changed['name'] === 'string' && changed['name'] !== row['name']) refuseTakenName(edits, changed['name']);
  edits.set('routes', row, values);
}

/** @throws OperatorError name-unknown */
export function removeRoute(edits: TableEdits, label: string): void {
  edits.remove('routes', routeNamed(edits, label));
}

function refuseTakenName(edits: TableEdits, name: string): void {
  if (!edits.rows('routes').some((row) => row['name'] === name)) return;
  const fix = 'choose another name, or change that one with `set`';
  throw inventoryError('name-taken', rowAt('routes', name), `there is route '${name}' already`, fix);
}
