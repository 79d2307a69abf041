import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';
import type { LearnedRow, StateFile } from '../inventory/state-file.ts';
import { resumeLags } from '../routing/carry-lags.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { Fleet } from './fleet.ts';
import { type LearnedState, readLearnedRows, writeLearnedRows } from './learned-rows.ts';
import type { LiveState } from './live-state.ts';

/** What changed is written so often, off the path of look-ups. */
const WRITE_EVERY_MS = 5_000;

/** What a switch was given is written at once: should the process die, nothing is applied twice. */
const WRITE_SOON_MS = 20;

export interface KeeperContext {
  readonly file: StateFile;
  readonly live: LiveState;
  readonly fleet: Fleet;
  readonly timers: Timers;
  readonly log: Log;
  /** Wall clock minus monotonic clock, milliseconds. */
  readonly wallOffsetMs: number;
}

/** Keeps what was learned in a file, so that a restart costs no warm-up. Losing it costs no more than that. */
export class StateKeeper {
  readonly #context: KeeperContext;
  /** What the file holds, by kind and key. */
  readonly #written = new Map<string, LearnedRow>();
  #cancel: () => void = () => undefined;
  #isFailing = false;

  constructor(context: KeeperContext) {
    this.#context = context;
  }

  /** Takes over what the file holds; before the first snapshot is served, and before switches are listened to. */
  restore(): void {
    const { file, live, fleet, timers, wallOffsetMs, log } = this.#context;
    const rows = file.read();
    for (const row of rows) this.#written.set(idOf(row), row);
    const state = readLearnedRows(rows, wallOffsetMs, timers.nowMs());
    live.learned.book.restore(state.evidence, state.ejections);
    for (const [hostname, applied] of state.applied) live.applied.restore(hostname, applied);
    for (const [hostname, core] of state.cores) fleet.restoreCore(hostname, core);
    let isFirst = true;
    live.onServed((snapshot) => {
      if (isFirst) this.#resume(snapshot, state);
      isFirst = false;
    });
    if (rows.length > 0) log.info({ rows: rows.length, ejections: state.ejections.length }, 'learned state taken over');
  }

  /** Writes from now on. */
  start(): void {
    this.#context.live.applied.onChange(() => {
      this.#writeIn(WRITE_SOON_MS);
    });
    this.#writeIn(WRITE_EVERY_MS);
  }

  /** Writes a last time. */
  stop(): void {
    this.#cancel();
    this.#write();
    this.#context.file.close();
  }

  #resume(snapshot: Snapshot, { lags }: LearnedState): void {
    for (const [key, known] of lags) {
      const lineup = snapshot.lineups.get(key);
      if (lineup !== undefined) this.#context.live.schedulers.restore(key, resumeLags(known, lineup, new Set()));
    }
  }

  #writeIn(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#context.timers.after(delayMs, () => {
      this.#write();
      this.#writeIn(WRITE_EVERY_MS);
    });
  }

  #write(): void {
    const { file, live, fleet, wallOffsetMs, log } = this.#context;
    const { book } = live.learned;
    const state = {
      evidence: book.evidence,
      ejections: book.ejections,
      applied: live.applied.all,
      cores: fleet.lastCore,
    };
    const rows = new Map(
      writeLearnedRows(state, live.schedulers.firstPlaces, wallOffsetMs).map((row) => [idOf(row), row] as const),
    );
    const changed = [...rows].filter(([id, { value }]) => this.#written.get(id)?.value !== value).map(([, row]) => row);
    const removed = [...this.#written].flatMap(([id, row]) => (rows.has(id) ? [] : [{ ...row, value: undefined }]));
    if (changed.length + removed.length === 0) return;
    try {
      file.write([...changed, ...removed]);
      for (const row of changed) this.#written.set(idOf(row), row);
      for (const row of removed) this.#written.delete(idOf(row));
      if (this.#isFailing) log.info({}, 'learned state can be written again');
      this.#isFailing = false;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.#isFailing)
        log.warn({ error: message }, `learned state cannot be written, a restart would cost a warm-up: ${message}`);
      this.#isFailing = true;
    }
  }
}

function idOf({ kind, key }: LearnedRow): string {
  return `${kind}\n${key}`;
}
