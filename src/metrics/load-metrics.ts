import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * Why a connection was closed that was not done. `silent`: it never sent a byte; `incomplete`: its request did not come
 * in time; `unread`: its answer was not taken in time; `oldest`: it waited longest when there were too many; `full`: it
 * came when there were too many, and all of them were being answered.
 */
export type DropReason = 'silent' | 'incomplete' | 'unread' | 'oldest' | 'full';

const REASONS: readonly DropReason[] = ['silent', 'incomplete', 'unread', 'oldest', 'full'];

const DELAY_SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** How much is there at the moment. */
export interface LoadReading {
  readonly inWork: number;
  readonly connections: number;
}

/** The metrics of how busy the server is, and of what it cut off. */
export class LoadMetrics {
  readonly #dropped: Counter;
  readonly #loopDelay: Histogram;
  #read: () => LoadReading = () => ({ inWork: 0, connections: 0 });

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string, pick: (reading: LoadReading) => number): void => {
      const collect = (): void => {
        made.set(pick(this.#read()));
      };
      const made: Gauge = new Gauge({ name, help, registers, collect });
    };
    gauge('trunkhunt_lookups_in_work', 'Look-ups received in full and not answered yet.', (it) => it.inWork);
    gauge('trunkhunt_connections', 'Open connections of clients.', (it) => it.connections);
    this.#dropped = new Counter({
      name: 'trunkhunt_connections_dropped_total',
      help: 'Connections that were closed though their client was not done, by reason.',
      labelNames: ['reason'],
      registers,
    });
    for (const reason of REASONS) this.#dropped.inc({ reason }, 0);
    this.#loopDelay = new Histogram({
      name: 'trunkhunt_event_loop_delay_seconds',
      help: 'How late the process came to what was due, looked at four times a second.',
      buckets: DELAY_SECONDS_BUCKETS,
      registers,
    });
  }

  /** @param read is asked at every scrape */
  readFrom(read: () => LoadReading): void {
    this.#read = read;
  }

  dropped(reason: DropReason): void {
    this.#dropped.inc({ reason });
  }

  loopWasLate(seconds: number): void {
    this.#loopDelay.observe(seconds);
  }
}
