import { closest } from 'fastest-levenshtein';
import { type Findings, rowAt } from './findings.ts';
import { FREESWITCH_CAUSES } from './freeswitch-causes.ts';
import type { CauseRow, InventoryRows } from './inventory-rows.ts';

/**
 * For a group: the causes after which its next gateway is tried, sorted. `failover_causes` holds for all groups,
 * `group_failover_causes` overrides it, and a cause that neither lists stops.
 */
export function continueCauses(common: readonly CauseRow[], own: readonly CauseRow[]): readonly string[] {
  const actions = new Map([...common, ...own].map(({ cause, action }) => [cause, action]));
  return [...actions].flatMap(([cause, action]) => (action === 'next' ? [cause] : [])).sort();
}

/** FreeSWITCH would ignore a cause that it does not know, or read it as "true", which continues after everything. */
export function checkCauses(rows: InventoryRows, findings: Findings): void {
  const groups = new Set(rows.groups.map(({ name }) => name));
  for (const { cause } of rows.failoverCauses) checkCause('failover_causes', cause, cause, 'cause', findings);
  for (const { groupName, cause } of rows.groupFailoverCauses) {
    checkCause('group_failover_causes', `${groupName}, ${cause}`, cause, 'cause', findings);
    if (groups.has(groupName)) continue;
    const where = rowAt('group_failover_causes', `${groupName}, ${cause}`, 'group_name');
    findings.add('reference-broken', where, `there is no group '${groupName}'`, 'insert the group, or delete this row');
  }
}

/** Tells of a cause that FreeSWITCH does not have, and the nearest that it has. */
export function checkCause(table: string, key: string, cause: string, column: string, findings: Findings): void {
  if (FREESWITCH_CAUSES.has(cause)) return;
  const fix = `the nearest cause that FreeSWITCH has is ${closest(cause, [...FREESWITCH_CAUSES])}`;
  findings.add('cause-unknown', rowAt(table, key, column), `FreeSWITCH has no cause '${cause}'`, fix);
}
