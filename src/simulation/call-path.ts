import type { Call } from '../routing/call.ts';
import { type Decision, decide, nothingLearned } from '../routing/decide.ts';
import { type GatewayGroup, type Tier, tiersOn } from '../routing/gateway-group.ts';
import { numberRulesKey } from '../routing/number-rules.ts';
import { numbersOf, unusablePositions } from '../routing/plan-legs.ts';
import type { Route } from '../routing/route.ts';
import { type RoutedNumber, routeNumber } from '../routing/route-number.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { refusalOf } from './run-tally.ts';

/** Gateways that a call may come to, by tier, with what makes each of them dial what it dials. */
export interface Candidates {
  readonly tierOf: ReadonlyMap<string, number>;
  readonly rulesOf: ReadonlyMap<string, string>;
  /** The same for the same gateways in the same tiers, and only for them. */
  readonly text: string;
}

/** Where an inventory sends a call, whoever's turn it is and whatever is known of health. */
export interface CallPath {
  readonly decision: Decision;
  /** `planned`, or why there is no plan. */
  readonly outcome: string;
  readonly route: Route | undefined;
  readonly number: RoutedNumber | undefined;
  /** Undefined where there is no plan. */
  readonly candidates: Candidates | undefined;
}

/** Finds where inventories send calls. Calls that the same gateways can take share one list of candidates. */
export class PathFinder {
  readonly #snapshot: Snapshot;
  readonly #known = new Map<readonly Tier[], Map<string, Candidates>>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  find(call: Call): CallPath {
    const decision = decide(this.#snapshot, nothingLearned(new Map()), call);
    const route = decision.outcome === 'no_route' ? undefined : decision.route;
    const routed = route === undefined ? undefined : routeNumber(route, call);
    const number = typeof routed === 'string' ? undefined : routed;
    if (decision.outcome !== 'planned') {
      return { decision, outcome: refusalOf(decision), route, number, candidates: undefined };
    }
    const { group } = decision.route;
    const candidates = number === undefined ? undefined : this.#candidates(group, call, number);
    return { decision, outcome: 'planned', route, number, candidates };
  }

  #candidates(group: GatewayGroup, call: Call, number: RoutedNumber): Candidates {
    const tiers = tiersOn(group, call.hostname);
    const avoiding = usableIn(tiers, number, call.networkAddress);
    const usable = avoiding.some(({ size }) => size > 0) ? avoiding : usableIn(tiers, number, '');
    const key = `${group.name} ${usable.map((positions) => [...positions].join(' ')).join('/')}`;
    const known = this.#known.get(tiers) ?? new Map<string, Candidates>();
    this.#known.set(tiers, known);
    const candidates = known.get(key) ?? candidatesOf(group, tiers, usable);
    known.set(key, candidates);
    return candidates;
  }
}

/** For each tier the positions that can take the call. */
function usableIn(tiers: readonly Tier[], number: RoutedNumber, address: string): readonly ReadonlySet<number>[] {
  return tiers.map((tier) => {
    const unusable = unusablePositions(tier, numbersOf(tier, number), address);
    return new Set(tier.gateways.flatMap((_, position) => (unusable.has(position) ? [] : [position])));
  });
}

function candidatesOf(group: GatewayGroup, tiers: readonly Tier[], usable: readonly ReadonlySet<number>[]): Candidates {
  const limit = group.continueOn.length === 0 ? 1 : group.maxAttempts;
  const tierOf = new Map<string, number>();
  const rulesOf = new Map<string, string>();
  const words: string[] = [];
  for (const [at, { tier, gateways }] of tiers.entries()) {
    // Earlier tiers have enough for all tries.
    if (tierOf.size >= limit) break;
    const left = gateways.filter((_, position) => usable[at]?.has(position) === true);
    for (const { name, numberRules } of left) {
      tierOf.set(name, tier);
      rulesOf.set(name, numberRulesKey(numberRules));
    }
    const names = left.map(({ name }) => name);
    // Whoever stands first in an ordered group gets the call.
    words.push(`${tier}: ${(group.strategy === 'ordered' ? names : names.sort()).join(' ')}`);
  }
  return { tierOf, rulesOf, text: [group.strategy, group.chooser, String(limit), ...words].join('\n') };
}
