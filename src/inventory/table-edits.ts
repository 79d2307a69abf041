import type { RowChange } from './diff-tables.ts';
import { isSameRow } from './row-key.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from './table-rows.ts';

/** A row as it was, and as it is to be; `undefined` = not there. */
interface EditedRow {
  readonly before: TableRow | undefined;
  readonly after: TableRow | undefined;
}

/** Gathers edits of the inventory's rows, several of the same row included, and says what they come to. */
export class TableEdits {
  readonly #rows: TableRows;
  readonly #edited = new Map<TableName, EditedRow[]>();

  constructor(rows: TableRows) {
    this.#rows = rows;
  }

  /** The rows of a table as they are after what was edited so far. */
  rows(table: TableName): readonly TableRow[] {
    const edited = this.#edited.get(table);
    return edited === undefined
      ? this.#rows[table]
      : edited.flatMap(({ after }) => (after === undefined ? [] : [after]));
  }

  add(table: TableName, row: TableRow): void {
    this.#edit(table).push({ before: undefined, after: row });
  }

  /** Changes some columns of a row that `rows` has shown. */
  set(table: TableName, row: TableRow, values: TableRow): void {
    this.#replace(table, row, { ...row, ...values });
  }

  /** @param row one that `rows` has shown */
  remove(table: TableName, row: TableRow): void {
    this.#replace(table, row, undefined);
  }

  /** What it all comes to: nothing of rows that are as they were. */
  get changes(): readonly RowChange[] {
    return TABLE_NAMES.flatMap((table) =>
      (this.#edited.get(table) ?? []).flatMap(({ before, after }) => {
        if (before === after) return [];
        if (before !== undefined && after !== undefined && isSameRow(table, before, after)) return [];
        return [{ table, before, after }];
      }),
    );
  }

  #replace(table: TableName, row: TableRow, after: TableRow | undefined): void {
    const edited = this.#edit(table);
    const at = edited.findIndex((it) => it.after === row);
    const known = edited[at];
    if (known === undefined) throw new Error(`a row of ${table} was edited that is not there`);
    edited[at] = { before: known.before, after };
  }

  #edit(table: TableName): EditedRow[] {
    const known = this.#edited.get(table) ?? this.#rows[table].map((row) => ({ before: row, after: row }));
    this.#edited.set(table, known);
    return known;
  }
}

/** A plan for `InventoryEditor.change`, from a function that edits rows. */
export function planOf(edit: (edits: TableEdits) => void): (rows: TableRows) => readonly RowChange[] {
  return (rows) => {
    const edits = new TableEdits(rows);
    edit(edits);
    return edits.changes;
  };
}
