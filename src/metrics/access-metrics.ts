import { Counter, Gauge, type Registry } from 'prom-client';

const ROLES = ['switch', 'metrics', 'read', 'operator'] as const;
const RESULTS = ['challenged', 'unauthorized', 'forbidden', 'throttled'] as const;

/** Who was not let in. Labels are of these lists alone. */
export class AccessMetrics {
  readonly #refused: Counter<'role' | 'result'>;
  readonly #lastReload: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#refused = new Counter({
      name: 'trunkhunt_access_refused_total',
      help: 'Requests that were not let in, by the role that they needed and why.',
      labelNames: ['role', 'result'],
      registers,
    });
    this.#lastReload = new Gauge({
      name: 'trunkhunt_access_last_reload_successful',
      help: '1 where the access file as it is now is in force, or none is named; 0 where it was refused.',
      registers,
    });
    this.#lastReload.set(1);
    for (const role of ROLES) for (const result of RESULTS) this.#refused.inc({ role, result }, 0);
  }

  refused(role: (typeof ROLES)[number], result: (typeof RESULTS)[number]): void {
    this.#refused.inc({ role, result });
  }

  fileRead(isInForce: boolean): void {
    this.#lastReload.set(isInForce ? 1 : 0);
  }
}
