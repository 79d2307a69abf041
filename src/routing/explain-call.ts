import type { Call } from '../routing/call.ts';
import { type Decision, decide, routeNumber } from '../routing/decide.ts';
import { gatewaysPassedOver, type PassedOverGateway, routesPassedOver } from '../routing/passed-over.ts';
import type { Snapshot } from '../routing/snapshot.ts';

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
  readonly routesPassedOver: readonly { readonly route: string; readonly unmet: string }[];
  readonly gatewaysPassedOver: readonly PassedOverGateway[];
}

/** Decides a call as the server does, with everybody at the start of their turns, and says why. */
export function explainCall(snapshot: Snapshot, call: Call): Explanation {
  const decision = decide(snapshot, { schedulers: new Map() }, call);
  const route = decision.outcome === 'no_route' ? undefined : decision.route;
  const number = route === undefined ? undefined : routeNumber(route, call);
  const planned = decision.outcome === 'planned' ? decision : undefined;
  const before = planned?.distributor === undefined ? 1 : 2;
  return {
    number: call.destinationNumber,
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
      number: leg.number,
    })),
    routesPassedOver: routesPassedOver(snapshot, call).map((it) => ({ route: it.route.label, unmet: it.unmet })),
    gatewaysPassedOver: gatewaysPassedOver(decision, call),
  };
}

function verdictOf(decision: Decision, snapshot: Snapshot, call: Call): string {
  switch (decision.outcome) {
    case 'no_route':
      return `${missingRoute(snapshot.routes.contexts, call.context)}; FreeSWITCH goes on to its local dialplan`;
    case 'rejected_number':
      return `refused with 484, the number is outside the route's destination_charset (${decision.reason})`;
    case 'no_gateway':
      return 'refused with 503, the group has no usable member on this switch';
    case 'planned':
      return `the plan has ${decision.legs.length + (decision.distributor === undefined ? 0 : 1)} tries`;
  }
}

function missingRoute(contexts: readonly string[], context: string): string {
  if (contexts.includes(context.toLowerCase())) return 'no route matches';
  return `no route has this context (there are ${contexts.length === 0 ? 'none at all' : contexts.join(', ')})`;
}
