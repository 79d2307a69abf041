import type { Log } from '../config/log.ts';
import { pruneHistory } from '../inventory/prune-history.ts';
import type { Serving } from './live-state.ts';

const FIRST_AFTER_MS = 10_000;
const EVERY_MS = 60 * 60 * 1000;

/** Between two pieces, so that calls get their turn. */
const PAUSE_MS = 100;

export interface HistoryPruning {
  readonly path: string;
  readonly live: { readonly serving: Serving | undefined; readonly isReadable: boolean };
  readonly log: Log;
  /** Wall clock to tell ages by, milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/**
 * Forgets old versions of the inventory's history once an hour, in small pieces. Nothing is forgotten that came after
 * the version that is served.
 * @returns how to stop it
 */
export function startHistoryPruning({ path, live, log, nowMs, after }: HistoryPruning): () => void {
  let versions = 0;
  let cancel = after(FIRST_AFTER_MS, step);
  return () => {
    cancel();
  };

  function step(): void {
    cancel = after(forgetSome() ? PAUSE_MS : EVERY_MS, step);
  }

  /** @returns whether there is more */
  function forgetSome(): boolean {
    const { serving } = live;
    // Whoever writes to a damaged file, or to one beside which the log of another one lies, makes it worse.
    if (serving === undefined || !live.isReadable) return false;
    try {
      const pruned = pruneHistory(path, serving.snapshot.version, nowMs());
      versions += pruned.versions;
      if (pruned.hasMore) return true;
      if (versions > 0) log.info({ versions }, `${versions} old versions of the inventory are forgotten`);
    } catch (error) {
      // Somebody writes, or the file is read-only: it does not matter when this is done, nor much whether.
      log.debug({ error: String(error) }, 'old versions of the inventory could not be forgotten now');
    }
    versions = 0;
    return false;
  }
}
