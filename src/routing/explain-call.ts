import { type Call, plainText } from './call.ts';
import { type Decision, decide, type LiveView, type NoGatewayReason, nothingLearned } from './decide.ts';
import { dialledText } from './dial-number.ts';
import type { GatewayGroup, GroupMember } from './gateway-group.ts';
import { gatewaysPassedOver, type PassedOverGateway, routesPassedOver } from './passed-over.ts';
import { routeNumber } from './route-number.ts';
import type { Snapshot } from './snapshot.ts';

/** How a gateway's weight comes about: configured x health x slow start x headroom. */
export interface GatewayWeight {
  readonly gateway: string;
  readonly tier: number;
  readonly configured: number;
  /** 0 or 1. */
  readonly health: number;
  /** 0.1 to 1. */
  readonly slowStart: number;
  /** 0 or 1. */
  readonly headroom: number;
  readonly effective: number;
  /** What the factors below 1 come from, in words; "" where there are none. */
  readonly why: string;
}

/** What a decision and its explanation read of what was learned. */
export interface ExplainView {
  readonly live: LiveView;
  weightOf(group: GatewayGroup, hostname: string, member: GroupMember): GatewayWeight;
}

/** Why a call goes where it goes. */
export interface Explanation {
  readonly number: string;
  readonly context: string;
  readonly switch: string;
  readonly outcome: Decision['outcome'];
  readonly verdict: string;
  readonly route: { readonly name: string; readonly group: string } | null;
  readonly numberAfterRoute: string | null;
  /** The list that mod_distributor chooses from first, and who stands in for its choice later; null = it does not. */
  readonly distributor: { readonly list: string; readonly spare: string | null } | null;
  readonly plan: readonly { readonly attempt: number; readonly gateway: string; readonly number: string }[];
  /** None where nothing was learned: the call was decided from the inventory alone. */
  readonly weights: readonly GatewayWeight[];
  readonly routesPassedOver: readonly { readonly route: string; readonly unmet: string }[];
  readonly gatewaysPassedOver: readonly PassedOverGateway[];
}

/**
 * Decides a call as the server does, takes no turn, and says why.
 * @param learned undefined = from the inventory alone, with everybody at the start of their turns
 */
export function explainCall(snapshot: Snapshot, call: Call, learned?: ExplainView): Explanation {
  const decision = decide(snapshot, learned?.live ?? nothingLearned(new Map()), call);
  const route = decision.outcome === 'no_route' ? undefined : decision.route;
  const number = route === undefined ? undefined : routeNumber(route, call);
  const planned = decision.outcome === 'planned' ? decision : undefined;
  const before = planned?.distributor === undefined ? 1 : 2;
  const weights =
    route === undefined || learned === undefined
      ? []
      : route.group.members.map((member) => learned.weightOf(route.group, call.hostname, member));
  const isOut = new Map(
    weights.flatMap(({ gateway, effective, why }) => (effective === 0 ? [[gateway, why] as const] : [])),
  );
  return {
    number: plainText(call.destinationNumber),
    context: call.context,
    switch: call.hostname,
    outcome: decision.outcome,
    verdict: verdictOf(decision, snapshot, call),
    route: route === undefined ? null : { name: route.label, group: route.group.name },
    numberAfterRoute: typeof number === 'object' ? number.text : null,
    distributor:
      planned?.distributor === undefined
        ? null
        : { list: planned.distributor.list, spare: planned.distributor.spare ?? null },
    plan: (planned?.legs ?? []).map((leg, at) => ({
      attempt: at + before,
      gateway: leg.gateway.name,
      number: dialledText(leg.number),
    })),
    weights,
    routesPassedOver: routesPassedOver(snapshot, call).map((it) => ({ route: it.route.label, unmet: it.unmet })),
    gatewaysPassedOver: gatewaysPassedOver(decision, call, isOut),
  };
}

const NO_GATEWAY: Readonly<Record<NoGatewayReason, string>> = {
  not_configured: 'the group has no usable member on this switch',
  down: "health leaves no gateway, and the group's when_all_down is 'refuse'",
  full: 'all gateways that are left are at their limits',
};

function verdictOf(decision: Decision, snapshot: Snapshot, call: Call): string {
  switch (decision.outcome) {
    case 'no_route':
      return `${missingRoute(snapshot.routes.contexts, call.context)}; FreeSWITCH goes on to its local dialplan`;
    case 'rejected_number':
      return `refused with 484, the number is outside the route's destination_charset (${decision.reason})`;
    case 'no_gateway':
      return `refused with 503, ${NO_GATEWAY[decision.reason]}`;
    case 'planned': {
      const tries = decision.legs.length + (decision.distributor === undefined ? 0 : 1);
      return (
        `the plan has ${tries} ${tries === 1 ? 'try' : 'tries'}` +
        (decision.isDoubted ? '; health leaves no gateway, so it is doubted and all count as up' : '')
      );
    }
  }
}

function missingRoute(contexts: readonly string[], context: string): string {
  if (contexts.includes(context.toLowerCase())) return 'no route matches';
  return `no route has this context (there are ${contexts.length === 0 ? 'none at all' : contexts.join(', ')})`;
}
