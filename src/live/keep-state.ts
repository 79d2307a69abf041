import { OperatorError } from '../errors/operator-error.ts';
import { openStateFile, type StateFile } from '../inventory/state-file.ts';
import { crashCount, writeCrashes } from './crash-count.ts';
import { type KeeperContext, StateKeeper } from './state-keeper.ts';

/** What stood in the way at the start may be gone by then. */
const RETRY_MS = 10_000;

/** What is learned, being kept. */
export interface KeptState {
  /** How often servers with this file ended by their own mistake. */
  readonly crashes: number;
  /** This one does. @throws Error of SQLite's */
  crashed(): void;
  /** Writes a last time. */
  stop(): void;
}

/**
 * Keeps what is learned in a file, from before the first snapshot is served. It is worth a warm-up: without a file the
 * server starts all the same, and tries again, so that the next restart has one.
 * @throws OperatorError state-in-use, since that is a mistake of the set-up which nobody would notice otherwise
 */
export function keepState(path: string, parts: Omit<KeeperContext, 'file'>): KeptState {
  const { log, timers, onWritable } = parts;
  let open: StateFile | undefined;
  let crashes = 0;
  let keeper = begin(true);
  let cancel = (): void => undefined;
  if (keeper === undefined) wait();
  return {
    crashes,
    crashed: () => {
      // By what is known: somebody may have taken the file away since.
      if (open !== undefined) writeCrashes(open, crashes + 1);
    },
    stop: () => {
      cancel();
      keeper?.stop();
    },
  };

  function wait(): void {
    cancel = timers.after(RETRY_MS, () => {
      keeper = begin(false);
      if (keeper === undefined) wait();
      else log.info({ state: path }, 'learned state is kept over a restart from now on');
    });
  }

  function begin(isStart: boolean): StateKeeper | undefined {
    try {
      const file = isStart ? openStateFile(path) : openStateFile(path, 0);
      if (file.complaint !== undefined) log.warn({ state: path }, `learned state begins anew: ${file.complaint}`);
      open = file;
      crashes = Math.max(crashes, crashCount(file));
      return started(file, isStart);
    } catch (error) {
      if (isStart && error instanceof OperatorError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (isStart)
        log.warn({ state: path, error: message }, `nothing learned is kept over a restart: ${path}: ${message}`);
      onWritable?.(false);
      return undefined;
    }
  }

  function started(file: StateFile, isStart: boolean): StateKeeper {
    const made = new StateKeeper({ ...parts, file });
    // What was learned since the start is newer than what the file holds.
    if (isStart) made.restore();
    else made.replace();
    made.start();
    onWritable?.(true);
    return made;
  }
}
