import { setImmediate } from 'node:timers/promises';
import type { Log } from '../config/log.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { type LocalFiles, localFilesInSteps } from './local-files.ts';
import { writeTree } from './write-tree.ts';

export interface ExportKeeperContext {
  readonly folder: string;
  /** The switch whose view it is; "" = what every switch has. */
  readonly hostname: string;
  readonly log: Log;
  /** Counts an export that came to its end. */
  readonly count: (result: 'ok' | 'failed') => void;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** Calls go first: what is asked for within this time is answered before files are written. */
const PAUSE_MS = 250;

/** What stood in the way may be gone by then. */
const RETRY_MS = 60_000;

/**
 * Keeps a folder of FreeSWITCH's files at the newest snapshot, one export at a time and never in the way of calls.
 * A failure is told and tried again; it stops nothing.
 */
export class ExportKeeper {
  readonly #context: ExportKeeperContext;
  #newest: Snapshot | undefined;
  #isRunning = false;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(context: ExportKeeperContext) {
    this.#context = context;
  }

  /** A snapshot is served from now on. */
  served(snapshot: Snapshot): void {
    this.#newest = snapshot;
    this.#schedule(PAUSE_MS);
  }

  /** Nothing more is begun. What runs ends by itself, or is as good as not begun. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped || this.#isRunning) return;
    this.#cancel?.();
    this.#cancel = this.#context.after(delayMs, () => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const snapshot = this.#newest;
    if (snapshot === undefined) return;
    this.#isRunning = true;
    const isDone = await this.#export(snapshot);
    this.#isRunning = false;
    if (this.#newest !== snapshot) this.#schedule(PAUSE_MS);
    else if (!isDone) this.#schedule(RETRY_MS);
  }

  /** Step by step, with calls answered in between. */
  async #write(snapshot: Snapshot): Promise<LocalFiles> {
    const steps = localFilesInSteps(snapshot, this.#context.hostname);
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      await setImmediate();
    }
  }

  async #export(snapshot: Snapshot): Promise<boolean> {
    const { folder, hostname, log, count, nowMs } = this.#context;
    try {
      const { files, notExpressed } = await this.#write(snapshot);
      const changes = await writeTree({ folder, files, hostname }, { force: false, dryRun: false, nowMs: nowMs() });
      count('ok');
      const { added, changed, removed } = changes;
      if (added.length + changed.length + removed.length > 0) log.info({ folder, added, changed, removed }, 'exported');
      for (const { key, column, why } of notExpressed) {
        log.warn({ route: key, column }, `route ${key} is not exported: its ${column}: ${why}`);
      }
      return true;
    } catch (error) {
      count('failed');
      const findings = error instanceof OperatorError ? error.findings : undefined;
      const message = error instanceof Error ? error.message : String(error);
      log.error({ folder, findings: findings ?? message }, `not exported to ${folder}: ${message}`);
      return false;
    }
  }
}
