/** A registrar that answers lets a gateway go within seconds; nobody waits long for one that does not. */
const WAIT_MS = 5_000;

/** Gateways that un-REGISTER after they were taken away, until they are gone. */
export class Leavers {
  readonly #going = new Map<string, Promise<void>>();
  readonly #pause: (ms: number) => Promise<void>;

  constructor(pause: (ms: number) => Promise<void>) {
    this.#pause = pause;
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#going.keys());
  }

  has(gateway: string): boolean {
    return this.#going.has(gateway);
  }

  /** @param onGone called when it is gone, and is no leaver any more */
  add(gateway: string, gone: Promise<void>, onGone: () => void): void {
    const over = gone.then(() => {
      this.#going.delete(gateway);
      onGone();
    });
    this.#going.set(gateway, over);
  }

  /** Until all of these are gone that leave, or some seconds have passed. */
  async wait(isAwaited: (gateway: string) => boolean): Promise<void> {
    const awaited = [...this.#going].flatMap(([gateway, over]) => (isAwaited(gateway) ? [over] : []));
    if (awaited.length > 0) await Promise.race([Promise.all(awaited), this.#pause(WAIT_MS)]);
  }
}
