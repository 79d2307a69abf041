import { type GatewayGroup, tiersOn } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { spreadOrder } from '../routing/spread-order.ts';

/**
 * mod_distributor's place in each list. Its lists have nodes of weight 1, which it walks round and round; one that is
 * excepted is stepped over and has spent its turn (contract 4.2).
 */
export class DistributorWalk {
  /** By switch and list: how many nodes of the round are behind. */
  readonly #places = new Map<string, number>();

  /** @returns undefined where all are excepted, which mod_distributor says as `-err` */
  next(group: GatewayGroup, hostname: string, isExcepted: (gateway: Name) => boolean): Name | undefined {
    const [lowest] = tiersOn(group, hostname);
    if (lowest === undefined) return undefined;
    const key = `${hostname}\n${group.name}`;
    const { names } = spreadOrder(lowest.lineup.members);
    const from = this.#places.get(key) ?? 0;
    const round = [...names.slice(from), ...names.slice(0, from)];
    const step = round.findIndex((name) => !isExcepted(name));
    if (step === -1) return undefined;
    this.#places.set(key, (from + step + 1) % names.length);
    return round[step];
  }
}
