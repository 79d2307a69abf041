import { OperatorError } from '../errors/operator-error.ts';
import type { CompiledInventory } from '../inventory/compile-snapshot.ts';
import type { InventorySource } from '../inventory/inventory-source.ts';
import type { LiveState } from './live-state.ts';

/**
 * Keeps the live state at what the source holds: loads it, then loads it again after every committed change. What
 * cannot be read or is inconsistent is told once and leaves the last good snapshot serving.
 * @returns how to stop it
 */
export function startInventoryLoop(source: InventorySource, live: LiveState): () => void {
  let lastFailure = '';
  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    // A file that stays unreadable is looked at ten times a second: once in the log is enough.
    if (message === lastFailure) return;
    lastFailure = message;
    if (error instanceof OperatorError) live.cannotRead(error.findings);
    else live.failToLoad(error);
  };
  let last: CompiledInventory | undefined;
  const load = (): void => {
    try {
      const compiled = source.load(live.serving?.snapshot);
      const isNews = compiled !== last || lastFailure !== '';
      last = compiled;
      lastFailure = '';
      if (!isNews) return;
      if (compiled.snapshot === undefined) live.refuse(compiled.findings);
      else live.serve(compiled.snapshot, compiled.findings);
    } catch (error) {
      fail(error);
    }
  };
  load();
  return source.watch((error) => {
    if (error === undefined) load();
    else fail(error);
  });
}
