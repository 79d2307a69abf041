import type { Snapshot } from '../routing/snapshot.ts';
import type { CompiledInventory } from './compile-snapshot.ts';

/** Where inventories come from. Nothing above knows which source it is. */
export interface InventorySource {
  /**
   * Reads and compiles the inventory as it is now; the same object as before where nothing of it changed.
   * @throws OperatorError where it cannot be read at all
   */
  load(previous?: Snapshot): CompiledInventory;
  /**
   * Looks for committed changes by anybody, without end.
   * @param onChange called while there is a commit that `load` has not seen, and with the error where looking failed
   * @returns how to stop it
   */
  watch(onChange: (error?: Error) => void): () => void;
  close(): void;
}
