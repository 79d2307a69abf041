import type { Log } from '../config/log.ts';
import type { AppliedGateway } from './wanted-gateway.ts';

export interface DrainContext {
  readonly hostname: string;
  readonly log: Log;
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
      const seconds = applied.get(name)?.drainSeconds ?? 0;
      this.#until.set(name, this.#context.nowMs() + seconds * 1000);
      this.#tell(name, seconds);
    }
  }

  #tell(gateway: string, seconds: number): void {
    const { hostname, log, callsOn } = this.#context;
    const calls = callsOn(gateway);
    if (calls === 0 || seconds === 0) return;
    log.info(
      { switch: hostname, gateway, calls, seconds },
      `gateway ${gateway} is taken away from ${hostname} when its calls are over (now ${calls}), or after ${seconds} s`,
    );
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
