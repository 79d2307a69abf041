import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { SourcePlace } from './reading.ts';

/** What keeps files from being read: all of it is told at once, and then nothing is imported. */
export class ReadingProblems {
  readonly #findings: Finding[] = [];

  /** The text is not what it should be. */
  malformed({ file, line }: SourcePlace, what: string, fix: string): void {
    this.#findings.push({ code: 'import-invalid', where: `${file}:${line}`, what, fix });
  }

  /** The text cannot be had. */
  unreadable(file: string, what: string, fix: string): void {
    this.#findings.push({ code: 'import-unreadable', where: file, what, fix });
  }

  /** @throws OperatorError import-invalid, import-unreadable */
  throwIfAny(): void {
    if (this.#findings.length > 0) throw new OperatorError(this.#findings);
  }
}
