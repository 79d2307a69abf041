import { Gauge, type Registry } from 'prom-client';

/** Whether the files that the server reads and writes can be read and written. */
export class StorageMetrics {
  readonly #inventory: Gauge;
  readonly #state: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#inventory = new Gauge({
      name: 'trunkhunt_inventory_readable',
      help: '1 where the file of the inventory can be read, 0 where it is missing, damaged, locked or too new.',
      registers,
    });
    this.#state = new Gauge({
      name: 'trunkhunt_state_writable',
      help: '1 where what is learned was written when it was last to be, 0 where its file cannot be written to.',
      registers,
    });
  }

  inventoryReadable(isReadable: boolean): void {
    this.#inventory.set(isReadable ? 1 : 0);
  }

  stateWritable(isWritable: boolean): void {
    this.#state.set(isWritable ? 1 : 0);
  }
}
