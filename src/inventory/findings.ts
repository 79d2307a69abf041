import { type Finding, isProblem } from '../errors/finding.ts';
import type { FindingCode } from '../errors/catalogue.ts';

/** Gathers what is found wrong with an inventory, so that all of it is told at once. */
export class Findings {
  readonly #findings: Finding[] = [];

  add(code: FindingCode, where: string, what: string, fix: string): void {
    this.#findings.push({ code, where, what, fix });
  }

  get all(): readonly Finding[] {
    return this.#findings;
  }

  get hasProblem(): boolean {
    return this.#findings.some(isProblem);
  }
}

/** Points at a row, or at one column of it. */
export function rowAt(table: string, key: string | number, column?: string): string {
  const row = `${table}['${key}']`;
  return column === undefined ? row : `${row}.${column}`;
}
