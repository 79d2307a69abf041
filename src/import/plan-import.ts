import type { RowChange } from '../inventory/diff-tables.ts';
import { completeRow, isSameRow, rowKey, rowPlace } from '../inventory/row-key.ts';
import { RowTrial } from '../inventory/row-trial.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from '../inventory/table-rows.ts';
import { KnownRows } from './known-rows.ts';
import type { LeftOut, ProposedRow, Reading, SourcePlace } from './reading.ts';

/** A row that the import adds or changes, and where it comes from. */
export interface PlannedRow {
  readonly change: RowChange;
  readonly from: SourcePlace;
}

/** What an import makes of an inventory. Rows that the files do not mention stay as they are. */
export interface ImportPlan {
  readonly planned: readonly PlannedRow[];
  /** How many rows of a table are already as the files say. */
  readonly unchanged: ReadonlyMap<TableName, number>;
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly LeftOut[];
}

/** Told now and then how many of the proposed rows are planned. */
export type OnPlanned = (done: number, of: number) => void;

const TOLD_EVERY = 1000;

/**
 * Plans what is added and changed, tables that others refer to first. Of two sources that say different things of one
 * row the first wins. A row that the schema refuses, or that refers to one that is not there, is left out with the
 * reason; so the plan can be written whole.
 */
export function planImport(reading: Reading, rows: TableRows, onPlanned: OnPlanned = () => undefined): ImportPlan {
  const trial = new RowTrial();
  try {
    const planner = new Planner(rows, trial);
    const order = new Map(TABLE_NAMES.map((table, at) => [table, at]));
    const inOrder = [...reading.rows].sort((a, b) => (order.get(a.table) ?? 0) - (order.get(b.table) ?? 0));
    for (const [at, proposed] of inOrder.entries()) {
      planner.add(proposed);
      if (at % TOLD_EVERY === 0) onPlanned(at, inOrder.length);
    }
    const { planned, unchanged, leftOut } = planner;
    return { planned, unchanged, leftOut: [...reading.leftOut, ...leftOut], remarks: reading.remarks };
  } finally {
    trial.close();
  }
}

class Planner {
  readonly planned: PlannedRow[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly unchanged = new Map<TableName, number>();
  readonly #known: KnownRows;
  readonly #trial: RowTrial;
  readonly #proposedBefore = new Map<string, { readonly after: TableRow; readonly from: SourcePlace }>();

  constructor(rows: TableRows, trial: RowTrial) {
    this.#known = new KnownRows(rows);
    this.#trial = trial;
  }

  add({ table, row, from }: ProposedRow): void {
    const said = this.#known.withKey(table, row);
    const key = `${table} ${rowKey(table, said)}`;
    const earlier = this.#proposedBefore.get(key);
    const before = this.#known.get(table, said);
    const after = before === undefined ? completeRow(table, said) : { ...before, ...said };
    if (earlier !== undefined) {
      if (!isSameRow(table, earlier.after, after)) this.#leaveOut(from, table, row, saidBefore(earlier.from));
      return;
    }
    const why = this.#known.whyNot(table, after) ?? this.#refusal(table, after);
    if (why !== undefined) {
      this.#leaveOut(from, table, row, why);
      return;
    }
    this.#proposedBefore.set(key, { after, from });
    this.#known.set(table, after);
    if (before !== undefined && isSameRow(table, before, after)) {
      this.unchanged.set(table, (this.unchanged.get(table) ?? 0) + 1);
    } else this.planned.push({ change: { table, before, after }, from });
  }

  #refusal(table: TableName, row: TableRow): string | undefined {
    const wanted = this.#trial.tryRow({ table, row });
    return wanted === undefined ? undefined : `the inventory takes no such value (${wanted})`;
  }

  #leaveOut(from: SourcePlace, table: TableName, row: TableRow, why: string): void {
    const what = table === 'routes' ? `routes['${String(row['name'] ?? '')}']` : rowPlace(table, row);
    this.leftOut.push({ from, what, why });
  }
}

function saidBefore({ file, line }: SourcePlace): string {
  return `${file}:${line} says something else of it, and comes first`;
}
