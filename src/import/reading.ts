import type { TableName, TableRow } from '../inventory/table-rows.ts';

/** Where in somebody's files a thing stands. */
export interface SourcePlace {
  /** As it was named, or found below what was named. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A row that a file asks for. Columns that it does not say are as they are, or get SQL's defaults. */
export interface ProposedRow {
  readonly table: TableName;
  readonly row: TableRow;
  readonly from: SourcePlace;
}

/** What was understood and cannot be carried over, or was not understood at all. */
export interface LeftOut {
  readonly from: SourcePlace;
  /** What it is: "gateway 'x', parameter 'y'". */
  readonly what: string;
  readonly why: string;
}

/** What files say, in the terms of the inventory. Rows of a key that was proposed before are in `leftOut`. */
export interface Reading {
  readonly rows: readonly ProposedRow[];
  readonly leftOut: readonly LeftOut[];
  /** What was carried over otherwise than it stands there, and what to look at by hand. */
  readonly remarks: readonly LeftOut[];
}
