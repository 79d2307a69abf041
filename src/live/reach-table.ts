import type { RunningGateway } from '../xml/read-xmlstatus.ts';

/** What a switch says of a gateway; `unknown` where nobody has asked it lately. */
export type Reach = 'up' | 'down' | 'absent' | 'unknown';

/** A switch that cannot be asked is believed for so long; then its gateways count as up, and it will know better itself. */
const BELIEVED_MS = 60_000;

interface SwitchWord {
  readonly gateways: Map<string, RunningGateway>;
  /** When the connection was lost; undefined while it stands. */
  lostAtMs: number | undefined;
}

/** What the switches themselves say of their gateways: by their pings and registrations (contract 5.6). */
export class ReachTable {
  readonly #switches = new Map<string, SwitchWord>();
  /** Switches that have not said anything yet, and since when they are asked. */
  readonly #unheard = new Map<string, number>();
  readonly #doubted = new Set<string>();

  reachOf(hostname: string, gateway: string): Reach {
    const word = this.#switches.get(hostname);
    if (word === undefined) return 'unknown';
    const running = word.gateways.get(gateway);
    if (running === undefined) return 'absent';
    return running.isUp ? 'up' : 'down';
  }

  /** The gateways that the switch runs; undefined where it could not be asked. */
  running(hostname: string): ReadonlyMap<string, RunningGateway> | undefined {
    return this.#switches.get(hostname)?.gateways;
  }

  /** The switches whose word counts. */
  get hostnames(): readonly string[] {
    return [...this.#switches.keys()];
  }

  isKnown(hostname: string): boolean {
    return this.#switches.has(hostname);
  }

  /** Whether the switch has been silent for so long that nothing learned through it is held against anybody. */
  isDoubted(hostname: string): boolean {
    return this.#doubted.has(hostname);
  }

  /**
   * All gateways of a switch, as it has just told.
   * @returns the names of those whose reach changed
   */
  replace(hostname: string, gateways: ReadonlyMap<string, RunningGateway>): readonly string[] {
    const before = this.#switches.get(hostname);
    this.#switches.set(hostname, { gateways: new Map(gateways), lostAtMs: undefined });
    this.#unheard.delete(hostname);
    this.#doubted.delete(hostname);
    const names = new Set([...(before?.gateways.keys() ?? []), ...gateways.keys()]);
    return [...names].filter((name) => before?.gateways.get(name)?.isUp !== gateways.get(name)?.isUp);
  }

  /**
   * One gateway of a switch; undefined = the switch has it no more.
   * @returns whether its reach changed
   */
  set(hostname: string, name: string, gateway: RunningGateway | undefined): boolean {
    const word = this.#switches.get(hostname);
    if (word === undefined) return false;
    const before = word.gateways.get(name);
    if (gateway === undefined) word.gateways.delete(name);
    else word.gateways.set(name, gateway);
    return before?.isUp !== gateway?.isUp;
  }

  /** There is no connection to the switch; what it said last, or before a restart, is believed for a while. */
  lost(hostname: string, atMs: number): void {
    const word = this.#switches.get(hostname);
    if (word !== undefined) word.lostAtMs ??= atMs;
    else if (!this.#unheard.has(hostname) && !this.#doubted.has(hostname)) this.#unheard.set(hostname, atMs);
  }

  /** Nothing is known of the switch any more. */
  forget(hostname: string): void {
    this.#switches.delete(hostname);
    this.#unheard.delete(hostname);
    this.#doubted.delete(hostname);
  }

  /** @returns the switches that have become silent for too long */
  passTime(nowMs: number): readonly string[] {
    const since = [...this.#switches].map(([hostname, { lostAtMs }]) => [hostname, lostAtMs] as const);
    const silent = [...since, ...this.#unheard].flatMap(([hostname, atMs]) =>
      atMs !== undefined && nowMs - atMs >= BELIEVED_MS ? [hostname] : [],
    );
    for (const hostname of silent) {
      this.forget(hostname);
      this.#doubted.add(hostname);
    }
    return silent;
  }
}
