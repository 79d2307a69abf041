import { OperatorError } from '../errors/operator-error.ts';
import { type Assignment, readColumns, requireColumns } from './read-columns.ts';
import { gatewayNamed, namesIn, refuseTaken } from './set-gateway.ts';
import { rowAt } from './findings.ts';
import { followRemoval, followRename, GROUP_REFERENCES } from './follow-rename.ts';
import { inventoryError } from './inventory-error.ts';
import { nameUnknown } from './name-unknown.ts';
import { completeRow } from './row-key.ts';
import type { TableEdits } from './table-edits.ts';
import type { TableRow } from './table-rows.ts';

/** @throws OperatorError name-unknown */
export function groupNamed(edits: Pick<TableEdits, 'rows'>, name: string): TableRow {
  const row = edits.rows('gateway_groups').find((it) => it['name'] === name);
  if (row !== undefined) return row;
  throw nameUnknown('group', name, namesIn(edits, 'gateway_groups', 'name'));
}

/** @throws OperatorError name-taken, column-unknown, value-invalid */
export function addGroup(edits: TableEdits, name: string, assignments: readonly Assignment[]): void {
  refuseTaken(edits, 'gateway_groups', name);
  const said = readColumns(assignments, {
    table: 'gateway_groups',
    where: rowAt('gateway_groups', name),
    without: ['name'],
  });
  edits.add('gateway_groups', completeRow('gateway_groups', { ...said, name }));
}

/** @throws OperatorError name-unknown, name-taken, column-unknown, value-invalid */
export function setGroup(edits: TableEdits, name: string, assignments: readonly Assignment[]): void {
  const row = groupNamed(edits, name);
  const where = rowAt('gateway_groups', name);
  const values = readColumns(assignments, { table: 'gateway_groups', where });
  requireColumns('gateway_groups', { ...row, ...values }, where);
  const renamed = values['name'];
  if (typeof renamed === 'string' && renamed !== name) {
    if (renamed.toLowerCase() !== name.toLowerCase()) refuseTaken(edits, 'gateway_groups', renamed);
    followRename(edits, GROUP_REFERENCES, name, renamed);
  }
  edits.set('gateway_groups', row, values);
}

/**
 * Takes the group away, and with it its members (the gateways stay) and causes.
 * @param options.cascade the routes that use it as well
 * @throws OperatorError name-unknown, still-used
 */
export function removeGroup(edits: TableEdits, name: string, { cascade }: { readonly cascade: boolean }): void {
  const row = groupNamed(edits, name);
  const routes = edits.rows('routes').filter((route) => route['group_name'] === name);
  if (routes.length > 0 && !cascade) {
    const names = routes.map((route) => `'${String(route['name'] ?? `#${String(route['id'])}`)}'`).join(', ');
    const what = routes.length === 1 ? `route ${names} uses it` : `routes ${names} use it`;
    const fix = 'send them elsewhere with `trunkhunt route set ROUTE group=...`, or give --cascade to remove them too';
    throw new OperatorError([{ code: 'still-used', where: rowAt('gateway_groups', name), what, fix }]);
  }
  followRemoval(edits, GROUP_REFERENCES, name);
  edits.remove('gateway_groups', row);
}

/** @throws OperatorError name-unknown, name-taken, column-unknown, value-invalid */
export function addMember(edits: TableEdits, group: string, gateway: string, given: readonly Assignment[]): void {
  groupNamed(edits, group);
  gatewayNamed(edits, gateway);
  if (findMember(edits, group, gateway) !== undefined) {
    const what = `gateway '${gateway}' is a member already`;
    const fix = 'change it with `trunkhunt group member set`';
    throw inventoryError('name-taken', rowAt('gateway_groups', group), what, fix);
  }
  const said = memberColumns(group, gateway, given);
  edits.add('gateway_group_members', completeRow('gateway_group_members', { ...said, group_name: group, gateway }));
}

/** @throws OperatorError name-unknown, column-unknown, value-invalid */
export function setMember(edits: TableEdits, group: string, gateway: string, given: readonly Assignment[]): void {
  edits.set('gateway_group_members', memberOf(edits, group, gateway), memberColumns(group, gateway, given));
}

/** @throws OperatorError name-unknown */
export function removeMember(edits: TableEdits, group: string, gateway: string): void {
  edits.remove('gateway_group_members', memberOf(edits, group, gateway));
}

/** What the group does after a cause, whatever `failover_causes` says for all. @throws OperatorError name-unknown */
export function setCause(edits: TableEdits, group: string, cause: string, action: string): void {
  groupNamed(edits, group);
  const row = findCause(edits, group, cause);
  if (row === undefined) edits.add('group_failover_causes', { group_name: group, cause, action });
  else edits.set('group_failover_causes', row, { action });
}

/** The group does again after the cause what all do. @throws OperatorError name-unknown, value-invalid */
export function removeCause(edits: TableEdits, group: string, cause: string): void {
  groupNamed(edits, group);
  const row = findCause(edits, group, cause);
  if (row !== undefined) {
    edits.remove('group_failover_causes', row);
    return;
  }
  const own = edits.rows('group_failover_causes').filter((it) => it['group_name'] === group);
  const fix = own.length === 0 ? 'it has none of its own' : `it has ${own.map((it) => String(it['cause'])).join(', ')}`;
  const what = `the group says nothing of ${cause}`;
  throw inventoryError('name-unknown', rowAt('gateway_groups', group), what, fix);
}

function memberOf(edits: TableEdits, group: string, gateway: string): TableRow {
  groupNamed(edits, group);
  const row = findMember(edits, group, gateway);
  if (row !== undefined) return row;
  const members = edits.rows('gateway_group_members').filter((it) => it['group_name'] === group);
  throw nameUnknown(
    'gateway',
    gateway,
    members.map((it) => String(it['gateway'])),
    `in group '${group}'`,
  );
}

function findMember(edits: TableEdits, group: string, gateway: string): TableRow | undefined {
  return edits.rows('gateway_group_members').find((row) => row['group_name'] === group && row['gateway'] === gateway);
}

function findCause(edits: TableEdits, group: string, cause: string): TableRow | undefined {
  return edits.rows('group_failover_causes').find((row) => row['group_name'] === group && row['cause'] === cause);
}

function memberColumns(group: string, gateway: string, given: readonly Assignment[]): TableRow {
  const where = rowAt('gateway_group_members', `${group}', '${gateway}`);
  return readColumns(given, { table: 'gateway_group_members', where, without: ['group_name', 'gateway'] });
}
