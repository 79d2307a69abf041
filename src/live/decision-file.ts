import type { Log } from '../config/log.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';

/** Where lines go in the end. */
export interface LineFile {
  append(lines: string): Promise<void>;
  close(): Promise<void>;
}

/** Lines that wait for a slow disk take no more room than this, in characters. */
const WAITING_LIMIT = 16 * 1024 * 1024;

/** Written at once, in characters, each of up to 3 bytes: less than the least size of a file. */
const WRITE_LIMIT = 256 * 1024;

/** A disk that does not answer does not keep the process from ending. */
const CLOSE_MS = 2_000;

/** Where decisions are written for later: one write at a time, and nobody waits for it. */
export class DecisionFile {
  readonly #path: string;
  readonly #file: LineFile;
  readonly #metrics: DecisionLogMetrics;
  readonly #log: Log;
  readonly #after: (delayMs: number, run: () => void) => () => void;
  #lines: string[] = [];
  #waiting = 0;
  #writing: Promise<void> | undefined;
  #isFailing = false;

  constructor(
    path: string,
    file: LineFile,
    parts: {
      readonly metrics: DecisionLogMetrics;
      readonly log: Log;
      readonly after: (delayMs: number, run: () => void) => () => void;
    },
  ) {
    this.#path = path;
    this.#file = file;
    this.#metrics = parts.metrics;
    this.#log = parts.log;
    this.#after = parts.after;
  }

  /** Says at once where nothing can be written. */
  begin(): void {
    this.#run(async () => {
      await this.#file.append('');
    });
  }

  /** @param line without its end */
  add(line: string): void {
    if (this.#waiting + line.length > WAITING_LIMIT) {
      this.#metrics.lines('dropped', 1);
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#waiting >= WRITE_LIMIT) this.flush();
  }

  /** Begins to write what is there, unless that goes on already. */
  flush(): void {
    if (this.#writing !== undefined || this.#lines.length === 0) return;
    this.#run(() => this.#writeAll());
  }

  /** Writes the rest, and waits for it a while. */
  async close(): Promise<void> {
    const end = async (): Promise<void> => {
      await this.#writing;
      this.flush();
      await this.#writing;
      await this.#file.close();
    };
    let cancel: () => void = () => undefined;
    const given = new Promise<void>((resolve) => {
      cancel = this.#after(CLOSE_MS, resolve);
    });
    await Promise.race([end(), given]);
    cancel();
  }

  #run(work: () => Promise<void>): void {
    this.#writing = work()
      .catch((error: unknown) => {
        this.#failed(error);
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#take();
      try {
        await this.#file.append(`${lines.join('\n')}\n`);
        this.#metrics.lines('written', lines.length);
        if (this.#isFailing) this.#log.info({ file: this.#path }, 'decisions can be written to their file again');
        this.#isFailing = false;
      } catch (error) {
        this.#metrics.lines('dropped', lines.length);
        // The rest waits for the next turn: the disk may have room by then.
        throw error;
      }
    }
  }

  #take(): readonly string[] {
    let length = 0;
    const count = this.#lines.findIndex((line) => (length += line.length) > WRITE_LIMIT);
    const lines = this.#lines.splice(0, count === -1 ? Infinity : Math.max(1, count));
    for (const line of lines) this.#waiting -= line.length;
    return lines;
  }

  #failed(error: unknown): void {
    this.#metrics.failed();
    const message = error instanceof Error ? error.message : String(error);
    // Once in the log is enough; the metric goes on counting.
    if (!this.#isFailing) {
      const text = `decisions cannot be written to ${this.#path}: ${message}; calls go on, and lines are lost`;
      this.#log.error({ file: this.#path, error: message }, text);
    }
    this.#isFailing = true;
  }
}
