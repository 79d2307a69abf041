import { CATALOGUE, type FindingCode } from './catalogue.ts';

/** Something that an operator has to know: where it is, what is wrong, and how to mend it. */
export interface Finding {
  readonly code: FindingCode;
  /** The table, with the row's key and the column where it concerns one: or the file or setting. */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
}

/** Whether the finding stops what it was found in; a warning does not. */
export function isProblem(finding: Finding): boolean {
  return CATALOGUE[finding.code][0] === 'problem';
}

/** Three short lines: what and where, why, and the mend. */
export function describeFinding({ code, where, what, fix }: Finding): string {
  return `${CATALOGUE[code][0]} ${code} at ${where}\n  ${what}\n  Fix: ${fix}`;
}
