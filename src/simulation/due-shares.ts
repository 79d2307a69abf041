import type { Call } from '../routing/call.ts';
import { type GatewayGroup, type Tier, tiersOn } from '../routing/gateway-group.ts';
import { numbersOf, unusablePositions } from '../routing/plan-legs.ts';
import type { Route } from '../routing/route.ts';
import { routeNumber } from '../routing/route-number.ts';
import { ShareAccount } from './share-account.ts';

/**
 * What each gateway of a group is due by the inventory alone, whatever its health: its weight among those of the lowest
 * tier that can take the call at all. Calls that not all of them can take are dealt, and reckoned, separately.
 */
export class DueShares {
  readonly #accounts = new Map<Tier, Map<string, ShareAccount>>();

  /** The account that the first choice of this call goes into; undefined where nobody can take it. */
  accountOf(route: Route, call: Call): ShareAccount | undefined {
    const turns = turnsOf(route, call);
    if (turns === undefined) return undefined;
    const accounts = this.#accounts.get(turns.tier) ?? new Map<string, ShareAccount>();
    this.#accounts.set(turns.tier, accounts);
    const key = [...turns.unusable].join(' ');
    const account = accounts.get(key) ?? new ShareAccount(sharesOf(route.group, turns));
    accounts.set(key, account);
    return account;
  }
}

interface Turns {
  readonly tier: Tier;
  readonly unusable: ReadonlySet<number>;
}

function turnsOf(route: Route, call: Call): Turns | undefined {
  const number = routeNumber(route, call);
  if (typeof number === 'string') return undefined;
  const tiers = tiersOn(route.group, call.hostname);
  // Only where nobody else is there is a call sent back to where it came from.
  for (const callerAddress of [call.networkAddress, '']) {
    for (const tier of tiers) {
      const unusable = unusablePositions(tier, numbersOf(tier, number), callerAddress);
      if (unusable.size < tier.gateways.length) return { tier, unusable };
    }
  }
  return undefined;
}

function sharesOf({ strategy }: GatewayGroup, { tier, unusable }: Turns): ReadonlyMap<string, number> {
  const usable = tier.lineup.members.filter((_, position) => !unusable.has(position));
  const total = usable.reduce((sum, { weight }) => sum + weight, 0);
  if (strategy === 'weighted') return new Map(usable.map(({ name, weight }) => [name, weight / total]));
  return new Map(usable.map(({ name }, at) => [name, at === 0 ? 1 : 0]));
}
