import type { SourcePlace } from './reading.ts';

/** A row of a table of another program, as text: a list of 100,000 shares the names of its columns. */
export interface SourceRow {
  /** In lower case, without its schema. */
  readonly table: string;
  readonly from: SourcePlace;
  /** Where in `values` a column stands; names in lower case. */
  readonly columns: ReadonlyMap<string, number>;
  readonly values: readonly (string | null)[];
}

/** What a column says; empty where it is NULL or is not there. */
export function textOf(row: SourceRow, column: string): string {
  return row.values[row.columns.get(column) ?? -1] ?? '';
}

/** A whole number; the default where the column is empty or is not there, undefined where it is something else. */
export function integerOf(row: SourceRow, column: string, byDefault: number): number | undefined {
  const text = textOf(row, column).trim();
  if (text === '') return byDefault;
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Names of columns as their places. */
export function columnIndex(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, at) => [name.trim().toLowerCase(), at]));
}
