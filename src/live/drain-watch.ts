import type { AppliedGateway } from './wanted-gateway.ts';

export interface DrainContext {
  readonly nowMs: () => number;
  readonly callsOn: (gateway: string) => number;
}

/** Gateways that are wanted no more, and whose calls are waited for before they are taken away. */
export class DrainWatch {
  readonly #context: DrainContext;
  readonly #until = new Map<string, number>();

  constructor(context: DrainContext) {
    this.#context = context;
  }

  /** These are on their way out; each has its time from when it was first named here. */
  watch(gateways: readonly string[], applied: ReadonlyMap<string, AppliedGateway>): void {
    const named = new Set(gateways);
    for (const name of this.#until.keys()) if (!named.has(name)) this.#until.delete(name);
    for (const name of gateways) {
      if (this.#until.has(name)) continue;
      this.#until.set(name, this.#context.nowMs() + (applied.get(name)?.drainSeconds ?? 0) * 1000);
    }
  }

  /** Whether a gateway that was not watched so far could go at once. */
  couldGo(gateway: string, applied: ReadonlyMap<string, AppliedGateway>): boolean {
    if (this.#until.has(gateway)) return this.mayGo(gateway);
    return this.#context.callsOn(gateway) === 0 || (applied.get(gateway)?.drainSeconds ?? 0) === 0;
  }

  /** Whether the gateway has no calls any more, or had its time. */
  mayGo(gateway: string): boolean {
    return this.#context.callsOn(gateway) === 0 || this.#context.nowMs() >= (this.#until.get(gateway) ?? 0);
  }

  get hasDrained(): boolean {
    return [...this.#until.keys()].some((gateway) => this.mayGo(gateway));
  }
}
