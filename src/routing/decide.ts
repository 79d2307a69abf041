import type { Call } from './call.ts';
import { type Charset, type DialNumber, type NumberRejection, parseDialNumber, rejectionOf } from './dial-number.ts';
import { type GatewayGroup, type Tier, tiersOn } from './gateway-group.ts';
import type { Name } from './name.ts';
import { applyNumberRules, fillCaptures, ruleNumber } from './number-rules.ts';
import { type Leg, type Schedulers, type TurnTaken, orderTier } from './order-tier.ts';
import { MATCH_LENGTH_LIMIT, type Route } from './route.ts';
import type { Snapshot } from './snapshot.ts';

/** What has been learned and is not in the inventory. */
export interface LiveView {
  readonly schedulers: Schedulers;
}

/** FreeSWITCH's own choice from a list, ahead of our legs; see `GatewayGroup.chooser`. */
export interface DistributorLeg {
  readonly list: Name;
  /** The profiles whose gateways the list may name, sorted: each is asked which of its gateways are down. */
  readonly profiles: readonly Name[];
  /** Gateways of the list that it must not name: the call came from their address. */
  readonly exceptions: readonly Name[];
  readonly number: DialNumber;
  /**
   * Stands in for whichever of our legs turns out to be the one that FreeSWITCH chose, so that no gateway is called
   * twice. None where nobody else is there, or one try is all: our legs then only back an `-err`.
   */
  readonly spare: Name | undefined;
}

export type Decision =
  | { readonly outcome: 'no_route' }
  | { readonly outcome: 'rejected_number'; readonly route: Route; readonly reason: NumberRejection }
  | { readonly outcome: 'no_gateway'; readonly route: Route }
  | {
      readonly outcome: 'planned';
      readonly route: Route;
      readonly distributor: DistributorLeg | undefined;
      /** In the order in which they are tried; each gateway once. */
      readonly legs: readonly Leg[];
      readonly turns: readonly TurnTaken[];
    };

/** What a route makes of the called number: final, or still to be changed by each gateway's rules. */
export interface RoutedNumber {
  readonly text: string;
  readonly isFinal: boolean;
  readonly charset: Charset;
}

/**
 * Decides where a call goes. Pure: reads the snapshot and what is live, changes neither. Whoever keeps the live state
 * stores the schedulers of `turns` under their keys and lets each advance.
 */
export function decide(snapshot: Snapshot, live: LiveView, call: Call): Decision {
  const route = snapshot.routes.match(call);
  if (route === undefined) return { outcome: 'no_route' };
  const number = routeNumber(route, call);
  if (typeof number === 'string') return { outcome: 'rejected_number', route, reason: number };
  const tiers = tiersOn(route.group, call.hostname);
  if (tiers.length === 0) return { outcome: 'no_gateway', route };
  const limit = legLimit(route.group);
  const avoiding = planOver(tiers, route.group, number, live, limit, call.networkAddress);
  // A call is sent back to where it came from only where nobody else could take it.
  const isSentBack = avoiding.legs.length === 0;
  const plan = isSentBack ? planOver(tiers, route.group, number, live, limit, '') : avoiding;
  const [first] = plan.legs;
  if (first === undefined) return { outcome: 'rejected_number', route, reason: 'after_rules' };
  const distributor = distributorLeg(route.group, tiers, plan.legs, isSentBack ? '' : call.networkAddress);
  const legs = distributor?.spare === undefined ? plan.legs : plan.legs.slice(0, -1);
  return { outcome: 'planned', route, distributor, legs, turns: plan.turns };
}

/**
 * How many gateways of ours a plan needs. Where nothing is continued on, a second one would never be tried. Beside
 * mod_distributor's choice the last of them is the spare one.
 */
function legLimit({ maxAttempts, continueOn }: GatewayGroup): number {
  return continueOn.length === 0 ? 1 : maxAttempts;
}

/** Applies the route's rules to the called number, or says why it is refused before or after them. */
export function routeNumber(route: Route, call: Call): RoutedNumber | NumberRejection {
  const { charset } = route;
  if (parseDialNumber(call.destinationNumber, charset) === undefined) return rejectionOf(call.destinationNumber);
  const isFinal = route.dialNumber !== undefined;
  const text = isFinal
    ? fillCaptures(route.dialNumber, capturesOf(route, call))
    : applyNumberRules(call.destinationNumber, route.numberRules);
  if (parseDialNumber(text, charset) === undefined) return 'after_rules';
  return { text, isFinal, charset };
}

function capturesOf(route: Route, call: Call): readonly string[] {
  return route.destinationPattern?.captures(call.destinationNumber.slice(0, MATCH_LENGTH_LIMIT)) ?? [];
}

/** What each of the tier's number rules makes of the number; undefined where it could not be dialled. */
function numbersOf(tier: Tier, number: RoutedNumber): readonly (DialNumber | undefined)[] {
  return tier.numberRules.map((rules) =>
    number.isFinal ? parseDialNumber(number.text, number.charset) : ruleNumber(number.text, rules, number.charset),
  );
}

/** @param callerAddress gateways at this address are passed over; '' = none are */
function planOver(
  tiers: readonly Tier[],
  group: GatewayGroup,
  number: RoutedNumber,
  live: LiveView,
  limit: number,
  callerAddress: string,
): { readonly legs: readonly Leg[]; readonly turns: readonly TurnTaken[] } {
  const legs: Leg[] = [];
  const turns: TurnTaken[] = [];
  for (const tier of tiers) {
    if (legs.length >= limit) break;
    const numbers = numbersOf(tier, number);
    const unusable = unusablePositions(tier, numbers, callerAddress);
    const ordered =
      group.strategy === 'ordered'
        ? { positions: inOrder(tier, unusable, limit - legs.length), turns: [] }
        : orderTier(tier, unusable, legs.length === 0, limit - legs.length, live.schedulers);
    for (const position of ordered.positions) {
      const gateway = tier.gateways[position];
      const dialled = numbers[tier.numberRulesOf[position] ?? 0];
      if (gateway !== undefined && dialled !== undefined) legs.push({ gateway, number: dialled });
    }
    turns.push(...ordered.turns);
  }
  return { legs, turns };
}

/** Positions whose rules leave nothing to dial, and those whose proxy is where the call came from. */
function unusablePositions(
  tier: Tier,
  numbers: readonly (DialNumber | undefined)[],
  callerAddress: string,
): ReadonlySet<number> {
  const atAddress = tier.byProxyAddress.get(callerAddress);
  if (atAddress === undefined && !numbers.includes(undefined)) return NONE;
  const fromCaller = new Set(atAddress);
  // In the order of positions, since the set's order enters a key.
  const isUnusable = (position: number, rules: number): boolean =>
    numbers[rules] === undefined || fromCaller.has(position);
  return new Set(tier.numberRulesOf.flatMap((rules, position) => (isUnusable(position, rules) ? [position] : [])));
}

const NONE: ReadonlySet<number> = new Set();

function inOrder(tier: Tier, unusable: ReadonlySet<number>, limit: number): readonly number[] {
  const positions: number[] = [];
  for (let position = 0; position < tier.gateways.length && positions.length < limit; position += 1) {
    if (!unusable.has(position)) positions.push(position);
  }
  return positions;
}

/** The inventory is proven to give all members of such a group the same number rules, so any leg's number will do. */
function distributorLeg(
  group: GatewayGroup,
  tiers: readonly Tier[],
  legs: readonly Leg[],
  callerAddress: string,
): DistributorLeg | undefined {
  const [lowest] = tiers;
  const [first] = legs;
  if (group.chooser !== 'mod_distributor' || lowest === undefined || first === undefined) return undefined;
  const exceptions = (lowest.byProxyAddress.get(callerAddress) ?? []).flatMap((at) => lowest.gateways[at]?.name ?? []);
  if (exceptions.length === lowest.gateways.length) return undefined;
  const profiles = [...new Set(lowest.gateways.map(({ profile }) => profile))].sort();
  const spare = legs.length > 1 ? legs.at(-1)?.gateway.name : undefined;
  return { list: group.name, profiles, exceptions, number: first.number, spare };
}
