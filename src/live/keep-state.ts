import { openStateFile, type StateFile } from '../inventory/state-file.ts';
import { type KeeperContext, StateKeeper } from './state-keeper.ts';

/** What stood in the way at the start may be gone by then. */
const RETRY_MS = 10_000;

/**
 * Keeps what is learned in a file, from before the first snapshot is served. It is worth a warm-up: without a file the
 * server starts all the same, and tries again, so that the next restart has one.
 * @returns how to write a last time and stop
 */
export function keepState(path: string, parts: Omit<KeeperContext, 'file'>): () => void {
  const { log, timers, onWritable } = parts;
  let keeper = begin(true);
  let cancel = (): void => undefined;
  if (keeper === undefined) wait();
  return () => {
    cancel();
    keeper?.stop();
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
      return started(file, isStart);
    } catch (error) {
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
