import type { Name } from '../routing/name.ts';

/** Stands for all switches that the inventory does not name, so that whoever asks cannot fill the memory. */
const UNNAMED = '';

/** Which gateways were in plans for switches that nobody listens to: nobody will tell when those calls are over. */
export class UnseenPlans {
  readonly #switches = new Map<Name, Set<string>>();

  /** @param hostname as the inventory names it; undefined = it does not */
  note(hostname: string | undefined, gateways: Iterable<Name>): void {
    for (const gateway of gateways) {
      const switches = this.#switches.get(gateway);
      if (switches === undefined) this.#switches.set(gateway, new Set([hostname ?? UNNAMED]));
      else switches.add(hostname ?? UNNAMED);
    }
  }

  /** Whether a switch that the inventory does not name was sent to the gateway. */
  hasUnnamed(gateway: Name): boolean {
    return this.#switches.get(gateway)?.has(UNNAMED) === true;
  }

  /** The switches, by the names that the inventory has for them. */
  named(gateway: Name): readonly string[] {
    return [...(this.#switches.get(gateway) ?? [])].filter((hostname) => hostname !== UNNAMED);
  }
}
