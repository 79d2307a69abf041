import type { Call } from './call.ts';
import type { DialNumber, NumberRejection } from './dial-number.ts';
import type { Gateway } from './gateway.ts';
import { type GatewayGroup, type Tier, tiersOn } from './gateway-group.ts';
import { configuredView, type GroupView } from './health-view.ts';
import type { Name } from './name.ts';
import type { Leg, Schedulers, TurnTaken } from './order-tier.ts';
import { planLegs, type PlanRequest } from './plan-legs.ts';
import type { Route } from './route.ts';
import { routeNumber } from './route-number.ts';
import type { Snapshot } from './snapshot.ts';

/** What has been learned and is not in the inventory. */
export interface LiveView {
  readonly schedulers: Schedulers;
  /** The group as its health leaves it on this switch. */
  viewOf(group: GatewayGroup, hostname: string): GroupView;
  /** Whether the gateway is at its `max_calls` or `max_cps`. */
  isFull(gateway: Gateway): boolean;
  /** Whether a gateway on trial may have a call now: the one before it has been judged. */
  mayProbe(group: GatewayGroup, hostname: string, gateway: Gateway): boolean;
}

/** A view without anything learned: everybody is up and empty. */
export function nothingLearned(schedulers: Schedulers): LiveView {
  return {
    schedulers,
    viewOf: (group, hostname) => configuredView(tiersOn(group, hostname)),
    isFull: () => false,
    mayProbe: () => false,
  };
}

/**
 * Why no gateway can be called. `not_configured`: the inventory gives the switch none; `down`: health leaves none, and
 * the group says `when_all_down = 'refuse'`; `full`: all that are left are at their limits.
 */
export type NoGatewayReason = 'not_configured' | 'down' | 'full';

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
  | { readonly outcome: 'no_gateway'; readonly route: Route; readonly reason: NoGatewayReason }
  | {
      readonly outcome: 'planned';
      readonly route: Route;
      readonly distributor: DistributorLeg | undefined;
      /** In the order in which they are tried; each gateway once. */
      readonly legs: readonly Leg[];
      readonly turns: readonly TurnTaken[];
      /** The first leg where it is there to see whether its gateway works again; nobody's turn then. */
      readonly probe: Gateway | undefined;
      /** Whether health left nobody and was doubted. */
      readonly isDoubted: boolean;
    };

/**
 * Decides where a call goes. Pure: reads the snapshot and what is live, changes neither. Whoever keeps the live state
 * stores the schedulers of `turns` under their keys and lets each advance.
 */
export function decide(snapshot: Snapshot, live: LiveView, call: Call): Decision {
  const route = snapshot.routes.match(call);
  if (route === undefined) return { outcome: 'no_route' };
  const { group } = route;
  const number = routeNumber(route, call);
  if (typeof number === 'string') return { outcome: 'rejected_number', route, reason: number };
  const configured = tiersOn(group, call.hostname);
  if (configured.length === 0) return { outcome: 'no_gateway', route, reason: 'not_configured' };
  const view = live.viewOf(group, call.hostname);
  if (view.tiers.length === 0) return { outcome: 'no_gateway', route, reason: 'down' };
  const ask: PlanRequest = {
    group,
    number,
    schedulers: live.schedulers,
    limit: legLimit(group),
    callerAddress: call.networkAddress,
    isFull: (gateway) => live.isFull(gateway),
    mayProbe: (gateway) => live.mayProbe(group, call.hostname, gateway),
  };
  const isPossible = (request: PlanRequest): boolean => planLegs(view, request).legs.length > 0;
  const isFullOnly = (request: PlanRequest): boolean => isPossible({ ...request, isFull: () => false });
  const avoiding = planLegs(view, ask);
  const isSentBack = avoiding.legs.length === 0;
  // A call is sent back to where it came from only where nobody else could take it, now or later.
  if (isSentBack && isFullOnly(ask)) return { outcome: 'no_gateway', route, reason: 'full' };
  const sendingBack = { ...ask, callerAddress: '' };
  const plan = isSentBack ? planLegs(view, sendingBack) : avoiding;
  if (plan.legs.length === 0) {
    return isFullOnly(sendingBack)
      ? { outcome: 'no_gateway', route, reason: 'full' }
      : { outcome: 'rejected_number', route, reason: 'after_rules' };
  }
  const distributor = distributorLeg(group, configured, view, plan.legs, isSentBack ? '' : call.networkAddress);
  const legs = distributor?.spare === undefined ? plan.legs : plan.legs.slice(0, -1);
  return {
    outcome: 'planned',
    route,
    distributor,
    legs,
    turns: plan.turns,
    probe: plan.probe,
    isDoubted: view.isDoubted,
  };
}

/**
 * How many gateways of ours a plan needs. Where nothing is continued on, a second one would never be tried. Beside
 * mod_distributor's choice the last of them is the spare one.
 */
export function legLimit({ maxAttempts, continueOn }: GatewayGroup): number {
  return continueOn.length === 0 ? 1 : maxAttempts;
}

/**
 * The inventory is proven to give all members of such a group the same number rules, so any leg's number will do. The
 * list knows nothing of health: whom health leaves out is named as an exception, as is whoever the call came from.
 */
function distributorLeg(
  group: GatewayGroup,
  configured: readonly Tier[],
  view: GroupView,
  legs: readonly Leg[],
  callerAddress: string,
): DistributorLeg | undefined {
  const [lowest] = configured;
  const [first] = legs;
  if (group.chooser !== 'mod_distributor' || lowest === undefined || first === undefined) return undefined;
  const left = new Set(view.tiers.flatMap((tier) => (tier.tier === lowest.tier ? tier.gateways : [])));
  const fromCaller = new Set(lowest.byProxyAddress.get(callerAddress));
  const exceptions = lowest.gateways.flatMap((gateway, at) =>
    fromCaller.has(at) || !left.has(gateway) ? [gateway.name] : [],
  );
  if (exceptions.length === lowest.gateways.length) return undefined;
  const profiles = [...new Set(lowest.gateways.map(({ profile }) => profile))].sort();
  const spare = legs.length > 1 ? legs.at(-1)?.gateway.name : undefined;
  return { list: group.name, profiles, exceptions, number: first.number, spare };
}
