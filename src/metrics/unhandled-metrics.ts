import { Counter, type Registry } from 'prom-client';

/** Where an error came from that nothing had been made ready for. */
export type UnhandledKind = 'request' | 'rejection' | 'exception';

const KINDS: readonly UnhandledKind[] = ['request', 'rejection', 'exception'];

/** Mistakes of trunkhunt's own. */
export class UnhandledMetrics {
  readonly #errors: Counter;

  constructor(registry: Registry) {
    this.#errors = new Counter({
      name: 'trunkhunt_unhandled_errors_total',
      help: 'Errors that nothing was made ready for; an exception ends the process, and is counted over restarts.',
      labelNames: ['kind'],
      registers: [registry],
    });
    for (const kind of KINDS) this.#errors.inc({ kind }, 0);
  }

  count(kind: UnhandledKind, times = 1): void {
    this.#errors.inc({ kind }, times);
  }
}
