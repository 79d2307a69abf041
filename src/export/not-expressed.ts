import type { TableName } from '../inventory/table-rows.ts';

/** A value of the inventory that is in no file of a switch's own. */
export interface NotExpressed {
  readonly table: TableName;
  /** The row's key, as SQL has it, its parts joined by ", "; a route's name where it has one. */
  readonly key: string;
  readonly column: string;
  /** What that means while the switch is on its own. */
  readonly why: string;
}
