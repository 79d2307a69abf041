import { describeFinding, type Finding } from './finding.ts';

/** A failure that an operator can mend: all of its causes at once, and no stack trace for them. */
export class OperatorError extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[], options?: ErrorOptions) {
    super(findings.map(describeFinding).join('\n'), options);
    this.name = 'OperatorError';
    this.findings = findings;
  }
}
