import type { LearnedRow } from '../inventory/state-file.ts';
import type { LearnedEntry } from './learned-rows.ts';

/** A row of the file, and what it was made of. */
export interface Written {
  row: LearnedRow;
  /** Undefined while only the file is known. */
  entry: LearnedEntry | undefined;
  /** Of a scheduler, which changes in itself. */
  lags: Float64Array | undefined;
  /** The last walk that found it to be there still. */
  seenIn: number;
}

/** A row that is to be written or, without an entry, removed. */
export type Change = Pick<Written, 'row' | 'entry' | 'lags'>;

/** What the file of the learned state holds, by kind and key, and by the objects that it was made of. */
export class WrittenRows {
  readonly #rows = new Map<string, Map<string, Written>>();
  readonly #byObject = new Map<unknown, Written>();

  get kinds(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** The rows of a kind, by key. */
  of(kind: string): ReadonlyMap<string, Written> {
    return this.#of(kind);
  }

  /** The row that was made of this object. */
  made(of: unknown): Written | undefined {
    return this.#byObject.get(of);
  }

  /** The file holds these, and what they were made of is not known. */
  replace(rows: readonly LearnedRow[]): void {
    this.#rows.clear();
    this.#byObject.clear();
    for (const row of rows) this.#of(row.kind).set(row.key, { row, entry: undefined, lags: undefined, seenIn: 0 });
  }

  /** It was written, or found to be there, in this walk. */
  remember({ row, entry, lags }: Change, walk: number): void {
    const rows = this.#of(row.kind);
    const before = rows.get(row.key);
    if (before?.entry !== undefined && this.#byObject.get(before.entry.of) === before)
      this.#byObject.delete(before.entry.of);
    if (entry === undefined) {
      rows.delete(row.key);
      return;
    }
    const written = { row, entry, lags, seenIn: walk };
    rows.set(row.key, written);
    this.#byObject.set(entry.of, written);
  }

  #of(kind: string): Map<string, Written> {
    const rows = this.#rows.get(kind) ?? new Map<string, Written>();
    this.#rows.set(kind, rows);
    return rows;
  }
}

/** Whether a row was made of this very entry, as it still is. Objects that several keys share are told apart. */
export function isMadeOf(
  row: Written | undefined,
  entry: LearnedEntry,
  lags: Float64Array | undefined,
): row is Written {
  return row?.entry !== undefined && isSame(row.entry, entry) && areEqual(row.lags, lags);
}

function isSame(a: LearnedEntry, b: LearnedEntry): boolean {
  return a.of === b.of && a.kind === b.kind && a.key.every((word, at) => word === b.key[at]);
}

function areEqual(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((lag, at) => lag === b?.[at]) === true);
}
