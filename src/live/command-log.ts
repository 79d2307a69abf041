import type { Log } from '../config/log.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';

/** So many of the last commands are shown. */
const KEPT = 10;

/** A command that was sent, and what the switch said. */
export interface SentCommand {
  readonly command: string;
  readonly reply: string;
  readonly isOk: boolean;
  /** Monotonic clock. */
  readonly atMs: number;
}

/** The commands that changed something at a switch, with their results. */
export class CommandLog {
  readonly #hostname: string;
  readonly #metrics: LiveMetrics;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #sent: SentCommand[] = [];
  #count = 0;

  constructor(hostname: string, metrics: LiveMetrics, log: Log, nowMs: () => number) {
    this.#hostname = hostname;
    this.#metrics = metrics;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /** The last ones, newest first. */
  get recent(): readonly SentCommand[] {
    return [...this.#sent].reverse();
  }

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /** Those that the switch did not do, of the ones that came after so many, as far as they are kept. */
  refusedSince(count: number): readonly Pick<SentCommand, 'command' | 'reply'>[] {
    const later = this.#count - count;
    const refused = later === 0 ? [] : this.#sent.slice(-later).filter(({ isOk }) => !isOk);
    return refused.map(({ command, reply }) => ({ command, reply }));
  }

  /**
   * Waits for a command's reply and writes both down.
   * @param kind its name in the metrics
   * @returns whether the switch did it
   */
  async note(command: string, kind: string, sending: Promise<string>): Promise<boolean> {
    const data = { switch: this.#hostname, command };
    try {
      const reply = (await sending).trim();
      const isOk = !/(?:^|\n)-ERR|^-error|^Invalid|not found/i.test(reply);
      this.#keep(command, reply, isOk);
      this.#metrics.command(this.#hostname, kind, isOk ? 'ok' : 'refused');
      this.#log[isOk ? 'info' : 'warn']({ ...data, reply }, `switch ${this.#hostname}: ${command}: ${lastLine(reply)}`);
      return isOk;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#keep(command, message, false);
      this.#metrics.command(this.#hostname, kind, 'failed');
      throw error;
    }
  }

  #keep(command: string, reply: string, isOk: boolean): void {
    this.#sent.push({ command, reply, isOk, atMs: this.#nowMs() });
    this.#count += 1;
    if (this.#sent.length > KEPT) this.#sent.shift();
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}
