import type { TableEdits } from './table-edits.ts';
import type { TableName } from './table-rows.ts';

/** Where rows name a row of another table. */
type References = readonly (readonly [table: TableName, column: string])[];

export const GATEWAY_REFERENCES: References = [
  ['gateway_params', 'gateway'],
  ['gateway_variables', 'gateway'],
  ['gateway_group_members', 'gateway'],
  ['gateway_switches', 'gateway'],
];

export const GROUP_REFERENCES: References = [
  ['gateway_group_members', 'group_name'],
  ['routes', 'group_name'],
  ['group_failover_causes', 'group_name'],
];

/** Whatever names the row goes on naming it: foreign keys are off while changes are written. */
export function followRename(edits: TableEdits, references: References, before: string, after: string): void {
  for (const [table, column] of references) {
    for (const row of edits.rows(table)) if (row[column] === before) edits.set(table, row, { [column]: after });
  }
}

/** Whatever names the row goes with it. */
export function followRemoval(edits: TableEdits, references: References, name: string): void {
  for (const [table, column] of references) {
    for (const row of edits.rows(table)) if (row[column] === name) edits.remove(table, row);
  }
}
