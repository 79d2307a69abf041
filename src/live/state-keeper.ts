import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';
import type { StateFile } from '../inventory/state-file.ts';
import { resumeLags } from '../routing/carry-lags.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { CRASH_KIND } from './crash-count.ts';
import type { Fleet } from './fleet.ts';
import {
  appliedEntries,
  healthEntries,
  type LearnedEntry,
  type LearnedState,
  writeLearnedRow,
} from './learned-rows.ts';
import type { LiveState } from './live-state.ts';
import { resumeState } from './resume-state.ts';
import type { StateClock } from './state-clock.ts';
import { type Change, isMadeOf, WrittenRows } from './written-rows.ts';

/** What changed is written so often, off the path of look-ups. */
const WRITE_EVERY_MS = 5_000;

/** What a switch was given is written at once: should the process die, nothing is applied twice. */
const WRITE_SOON_MS = 20;

/** So much is looked through before calls get their turn again, in entries that did not change: about a millisecond. */
const SLICE = 2_000;

/** An entry that changed is made text, and written. */
const COST_OF_CHANGE = 4;

/** The turns of larger line-ups begin anew after a restart: what that costs is less than one call for each member. */
const LINEUP_LIMIT = 1_000;

export interface KeeperContext {
  readonly file: StateFile;
  readonly live: LiveState;
  readonly fleet: Fleet;
  readonly timers: Timers;
  readonly log: Log;
  /** By the machine's monotonic clock, which the timers have. */
  readonly clock: StateClock;
  /** Told after each attempt to write. */
  readonly onWritable?: (isWritable: boolean) => void;
}

/**
 * Keeps what was learned in a file, so that a restart costs no warm-up. Losing it costs no more than that.
 *
 * There may be hundreds of thousands of entries, so they are walked through in slices, and only those that are not the
 * same objects as when they were last written are looked at.
 */
export class StateKeeper {
  readonly #context: KeeperContext;
  readonly #written = new WrittenRows();
  #cancel: () => void = () => undefined;
  /** Of everything; what switches were given may be written in between. */
  #nextWholeMs = 0;
  #isDueSoon = false;
  #isWalking = false;
  #walks = 0;
  /** What is left of the slice. */
  #left = 0;
  #isFailing = false;
  #clock: StateClock;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#clock = context.clock;
  }

  /** Takes over what the file holds; before the first snapshot is served, and before switches are listened to. */
  restore(): void {
    const { file, live, fleet, timers, log } = this.#context;
    const rows = file.read();
    this.#written.replace(rows);
    const { state, clock, changes } = resumeState(rows, this.#clock, timers.nowMs());
    this.#clock = clock;
    this.#write(changes);
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

  /** Instead of `restore`, where the file comes late: what it holds gives way to what was learned since the start. */
  replace(): void {
    this.#written.replace(this.#context.file.read());
  }

  /** Writes from now on. */
  start(): void {
    const { live, timers } = this.#context;
    live.applied.onChange(() => {
      if (this.#isDueSoon) return;
      this.#isDueSoon = true;
      if (!this.#isWalking) this.#wait();
    });
    this.#nextWholeMs = timers.nowMs() + WRITE_EVERY_MS;
    this.#wait();
  }

  /** Writes a last time, all at once. */
  stop(): void {
    this.#context.live.applied.onChange(() => undefined);
    this.#cancel();
    this.#write([...this.#changes(true)].filter((change) => change !== undefined));
    this.#context.file.close();
  }

  #resume(snapshot: Snapshot, { lags }: LearnedState): void {
    for (const [key, known] of lags) {
      const lineup = snapshot.lineups.get(key);
      if (lineup !== undefined) this.#context.live.schedulers.restore(key, resumeLags(known, lineup, new Set()));
    }
  }

  #wait(): void {
    const { timers } = this.#context;
    const wholeInMs = Math.max(0, this.#nextWholeMs - timers.nowMs());
    this.#cancel();
    this.#cancel = timers.after(this.#isDueSoon ? Math.min(WRITE_SOON_MS, wholeInMs) : wholeInMs, () => {
      const isWhole = timers.nowMs() >= this.#nextWholeMs;
      if (isWhole) {
        this.#nextWholeMs = timers.nowMs() + WRITE_EVERY_MS;
        this.#renew();
      }
      this.#isDueSoon = false;
      this.#isWalking = true;
      this.#walkOn(this.#changes(isWhole));
    });
  }

  /** Where the file was taken away, all is written into a new one. */
  #renew(): void {
    try {
      if (!this.#context.file.renew()) return;
      this.#written.replace(this.#context.file.read());
      this.#context.log.warn(
        {},
        'the file of the learned state was taken away, exchanged or damaged: it is written anew',
      );
    } catch (error) {
      this.#cannotWrite(error);
    }
  }

  /** One slice of a walk. After a failure the rest waits for the next walk. */
  #walkOn(walk: Iterator<Change | undefined, void>): void {
    this.#left = SLICE;
    const changes: Change[] = [];
    let step = walk.next();
    for (; step.done !== true; step = walk.next()) {
      if (step.value !== undefined) changes.push(step.value);
      if (this.#left <= 0) break;
    }
    if (this.#write(changes) && step.done !== true) {
      this.#cancel = this.#context.timers.after(0, () => {
        this.#walkOn(walk);
      });
      return;
    }
    this.#isWalking = false;
    this.#wait();
  }

  /**
   * Walks through all that is kept, or only what switches were given. Who a switch was comes last, as it was at first:
   * should the process die in between, what was given to one run of it is never taken for what the next one has.
   */
  *#changes(isWhole: boolean): Generator<Change | undefined, void> {
    const { live, fleet } = this.#context;
    const walk = (this.#walks += 1);
    const cores = [...fleet.lastCore];
    if (isWhole) {
      yield this.#changeOf({ kind: 'clock', key: [], of: this.#clock }, walk);
      for (const entry of healthEntries(live.learned.book)) yield this.#changeOf(entry, walk);
      for (const entry of this.#lagsEntries()) yield this.#changeOf(entry, walk);
    }
    for (const entry of appliedEntries(live.applied.all)) yield this.#changeOf(entry, walk);
    for (const kind of isWhole ? this.#written.kinds.filter((it) => it !== 'core' && it !== CRASH_KIND) : ['applied'])
      yield* this.#removals(kind, walk);
    for (const [hostname, core] of cores) yield this.#changeOf({ kind: 'core', key: [hostname], of: core }, walk);
    yield* this.#removals('core', walk);
  }

  /** The turns that switches share: those of differing opinions are not resumed. */
  *#lagsEntries(): Generator<LearnedEntry> {
    const { schedulers, serving } = this.#context.live;
    for (const [key, { members }] of serving?.snapshot.lineups ?? []) {
      const scheduler = members.length > LINEUP_LIMIT ? undefined : schedulers.get(key);
      if (scheduler === undefined) continue;
      this.#left -= members.length;
      yield { kind: 'lags', key: [key], of: scheduler };
    }
  }

  #changeOf(entry: LearnedEntry, walk: number): Change | undefined {
    this.#left -= 1;
    const lags = entry.kind === 'lags' ? entry.of.lags() : undefined;
    const known = this.#written.made(entry.of);
    if (isMadeOf(known, entry, lags)) {
      known.seenIn = walk;
      return undefined;
    }
    this.#left -= COST_OF_CHANGE;
    const row = writeLearnedRow(entry, this.#clock.wallOffsetMs);
    const before = this.#written.of(row.kind).get(row.key);
    if (before === undefined) return { row, entry, lags };
    before.seenIn = walk;
    if (before.row.value !== row.value) return { row, entry, lags };
    this.#written.remember({ row: before.row, entry, lags }, walk);
    return undefined;
  }

  *#removals(kind: string, walk: number): Generator<Change | undefined, void> {
    for (const { row, seenIn } of this.#written.of(kind).values()) {
      this.#left -= seenIn === walk ? 1 : COST_OF_CHANGE;
      yield seenIn === walk ? undefined : { row: { ...row, value: undefined }, entry: undefined, lags: undefined };
    }
  }

  /** @returns whether it could be written */
  #write(changes: readonly Change[]): boolean {
    if (changes.length === 0) return true;
    const { file, log } = this.#context;
    try {
      file.write(changes.map(({ row }) => row));
      for (const change of changes) this.#written.remember(change, this.#walks);
      if (this.#isFailing) log.info({}, 'learned state can be written again');
      this.#isFailing = false;
      this.#context.onWritable?.(true);
      return true;
    } catch (error) {
      this.#cannotWrite(error);
      return false;
    }
  }

  #cannotWrite(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (!this.#isFailing)
      this.#context.log.warn(
        { error: message },
        `learned state cannot be written, a restart would cost a warm-up: ${message}`,
      );
    this.#isFailing = true;
    this.#context.onWritable?.(false);
  }
}
