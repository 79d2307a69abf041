import type { Log } from '../../src/config/log.ts';

/** A log that keeps its lines, each after its level. */
export class CollectingLog implements Log {
  readonly #lines: string[] = [];

  /** What was logged since the last look. */
  news(): readonly string[] {
    return this.#lines.splice(0);
  }

  debug(_data: object, message: string): void {
    this.#lines.push(`debug ${message}`);
  }

  info(_data: object, message: string): void {
    this.#lines.push(`info ${message}`);
  }

  warn(_data: object, message: string): void {
    this.#lines.push(`warn ${message}`);
  }

  error(_data: object, message: string): void {
    this.#lines.push(`error ${message}`);
  }
}
