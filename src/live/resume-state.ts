import type { LearnedRow } from '../inventory/state-file.ts';
import {
  healthEntries,
  type LearnedEntry,
  type LearnedState,
  readLearnedRows,
  writeLearnedRow,
} from './learned-rows.ts';
import type { StateClock } from './state-clock.ts';
import type { Change } from './written-rows.ts';

/** What an earlier process left. */
export interface ResumedState {
  readonly state: LearnedState;
  /** By which everything is written from now on. */
  readonly clock: StateClock;
  /** What has to be written for it, in one piece, so that a file never holds two clocks. */
  readonly changes: readonly Change[];
}

/**
 * Reads what an earlier process wrote. As long as the machine runs, its monotonic clock says how long ago a moment was,
 * wherever the wall clock was set in between. After a start of the machine only the wall clock can tell, which may be
 * wrong by years: so no more time counts as passed than it says, nor than the machine has been up for. An ejection
 * then ends no earlier than it would have, and its whole time later at the latest.
 * @param now by the clocks of this process
 * @param nowMs the machine's monotonic clock
 */
export function resumeState(rows: readonly LearnedRow[], now: StateClock, nowMs: number): ResumedState {
  const written = clockIn(rows);
  if (written?.bootId === now.bootId) {
    return { state: readLearnedRows(rows, written.wallOffsetMs, nowMs), clock: written, changes: [] };
  }
  const lastMs = lastMomentIn(readLearnedRows(rows, 0, Infinity));
  const passedMs = Math.max(0, Math.min(nowMs, nowMs + now.wallOffsetMs - lastMs));
  const state = readLearnedRows(rows, lastMs - (nowMs - passedMs), nowMs);
  return { state, clock: now, changes: changesTo(now, state) };
}

function changesTo(clock: StateClock, state: LearnedState): readonly Change[] {
  const entries: readonly LearnedEntry[] = [{ kind: 'clock', key: [], of: clock }, ...healthEntries(state)];
  return entries.map((entry) => ({ row: writeLearnedRow(entry, clock.wallOffsetMs), entry, lags: undefined }));
}

/** The clock that the rows name, where they name one that can be compared. */
function clockIn(rows: readonly LearnedRow[]): StateClock | undefined {
  const value = rows.find(({ kind }) => kind === 'clock')?.value;
  try {
    const [bootId, wallOffsetMs] = JSON.parse(value ?? '[]') as readonly unknown[];
    if (typeof bootId !== 'string' || bootId === '' || typeof wallOffsetMs !== 'number') return undefined;
    return { bootId, wallOffsetMs };
  } catch {
    return undefined;
  }
}

/** Of all that happened, what was last: about when the file was written. */
function lastMomentIn({ evidence, ejections }: LearnedState): number {
  let lastMs = -Infinity;
  for (const it of evidence) lastMs = Math.max(lastMs, it.evidence.atMs);
  for (const { ejection } of ejections) lastMs = Math.max(lastMs, ejection.sinceMs);
  return Number.isFinite(lastMs) ? lastMs : 0;
}
