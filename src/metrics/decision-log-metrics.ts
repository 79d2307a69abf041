import { Counter, type Registry } from 'prom-client';

/** What became of a line for the file of decisions. */
export type LineResult = 'written' | 'dropped';

const RESULTS: readonly LineResult[] = ['written', 'dropped'];

/** The metrics of what is kept of decisions, and of what is lost. */
export class DecisionLogMetrics {
  readonly #lines: Counter;
  readonly #errors: Counter;
  readonly #unrecorded: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#lines = new Counter({
      name: 'trunkhunt_decision_log_lines_total',
      help: 'Lines for the file of decisions, by what became of them.',
      labelNames: ['result'],
      registers,
    });
    this.#errors = new Counter({
      name: 'trunkhunt_decision_log_errors_total',
      help: 'Times that the file of decisions could not be opened, written to or rotated.',
      registers,
    });
    this.#unrecorded = new Counter({
      name: 'trunkhunt_decisions_unrecorded_total',
      help: 'Decisions and outcomes that are neither in memory nor in the file, since too many came at a time.',
      registers,
    });
    for (const result of RESULTS) this.#lines.inc({ result }, 0);
  }

  lines(result: LineResult, count: number): void {
    this.#lines.inc({ result }, count);
  }

  failed(): void {
    this.#errors.inc();
  }

  unrecorded(): void {
    this.#unrecorded.inc();
  }
}
