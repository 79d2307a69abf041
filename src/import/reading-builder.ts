import type { TableName, TableRow } from '../inventory/table-rows.ts';
import type { LeftOut, ProposedRow, Reading, SourcePlace } from './reading.ts';

/** Gathers what a reader finds. */
export class ReadingBuilder {
  readonly #rows: ProposedRow[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #remarks: LeftOut[] = [];
  readonly #said = new Set<string>();

  propose(table: TableName, from: SourcePlace, row: TableRow): void {
    this.#rows.push({ table, row, from });
  }

  leaveOut(from: SourcePlace, what: string, why: string): void {
    this.#leftOut.push({ from, what, why });
  }

  remark(from: SourcePlace, what: string, why: string): void {
    this.#remarks.push({ from, what, why });
  }

  /** What holds for many rows alike is said at the first of them. */
  remarkOnce(from: SourcePlace, what: string, why: string): void {
    const key = `${what}\n${why}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.remark(from, what, why);
  }

  get reading(): Reading {
    return { rows: this.#rows, leftOut: this.#leftOut, remarks: this.#remarks };
  }
}
