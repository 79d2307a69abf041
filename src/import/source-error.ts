import type { FindingCode } from '../errors/catalogue.ts';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { SourcePlace } from './reading.ts';

/** More findings of one file than this help nobody. */
const MOST_FINDINGS = 20;

/** Something wrong at a line of a file that is read. */
export function sourceFinding(code: FindingCode, from: SourcePlace, what: string, fix: string): Finding {
  return { code, where: `${from.file}:${from.line}`, what, fix };
}

/** The file is not what its program takes; nothing of it is used. */
export function sourceError(from: SourcePlace, what: string, fix: string): OperatorError {
  return new OperatorError([sourceFinding('import-invalid', from, what, fix)]);
}

/**
 * Ends the reading of a file in which anything was found.
 * @throws OperatorError with the first of the findings, and how many more there are
 */
export function throwFindings(findings: readonly Finding[]): void {
  const [first] = findings;
  if (first === undefined) return;
  const shown = findings.slice(0, MOST_FINDINGS);
  const more = findings.length - shown.length;
  const rest = { ...first, what: `${more} more lines like these`, fix: 'mend these first' };
  throw new OperatorError(more === 0 ? shown : [...shown, rest]);
}
