import type { RowTrial, TriedRow } from '../inventory/row-trial.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import type { LeftOut, ProposedRow, Reading, SourcePlace } from './reading.ts';

/** Gathers what files ask for. A row that SQL would refuse is left out where it stands, and so are those that go with it. */
export class ReadingCollector {
  readonly #trial: RowTrial;
  readonly #rows: ProposedRow[] = [];
  readonly #leftOut: LeftOut[] = [];
  readonly #remarks: LeftOut[] = [];

  constructor(trial: RowTrial) {
    this.#trial = trial;
  }

  get reading(): Reading {
    return { rows: this.#rows, leftOut: this.#leftOut, remarks: this.#remarks };
  }

  leaveOut(from: SourcePlace, what: string, why: string): void {
    this.#leftOut.push({ from, what, why });
  }

  remark(from: SourcePlace, what: string, why: string): void {
    this.#remarks.push({ from, what, why });
  }

  /**
   * Takes rows that belong together, all or none, and tells of a refusal.
   * @param what they make up, for the message: "gateway 'x'"
   * @returns whether they were taken
   */
  propose(rows: readonly ProposedRow[], what: string): boolean {
    const refusal = this.tryRows(rows);
    if (refusal !== undefined) this.leaveOut(refusal.from, what, refusal.why);
    return refusal === undefined;
  }

  /** Takes rows that belong together, all or none. @returns which of them is refused, and why */
  tryRows(rows: readonly ProposedRow[]): { readonly from: SourcePlace; readonly why: string } | undefined {
    const broken = rows.find(({ row }) => Object.values(row).some(isBroken));
    if (broken !== undefined) {
      const why = 'a value of it is not in UTF-8, or has characters of private use; convert the file with iconv';
      return { from: broken.from, why };
    }
    const refusal = this.#trial.tryRows(rows);
    if (refusal === undefined) {
      for (const row of rows) this.#rows.push(row);
      return undefined;
    }
    const from = rows.find((row: TriedRow) => row === refusal.tried)?.from ?? { file: '', line: 1 };
    return { from, why: `the inventory takes no such value (${refusal.wanted})` };
  }
}

function isBroken(cell: unknown): boolean {
  return typeof cell === 'string' && /[\ufffd\ue000\ue001]/.test(cell);
}

/**
 * Why something that was written with variables of unknown value cannot be taken over; undefined where it was not.
 */
export function unknownValueOf(text: string, variables: GlobalVariables): string | undefined {
  const names = variables.unknownIn(text);
  if (names.length === 0) return undefined;
  const written = names.map((name) => `$\${${name}}`).join(', ');
  return `only the switch knows the value of ${written}: give it with ${names.map((name) => `--var '${name}=VALUE'`).join(' ')}`;
}
