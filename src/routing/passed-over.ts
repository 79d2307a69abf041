import type { Call } from './call.ts';
import type { Decision } from './decide.ts';
import { ruleNumber } from './number-rules.ts';
import type { GatewayGroup, GroupMember } from './gateway-group.ts';
import { isOnSwitch } from './gateway.ts';
import type { Name } from './name.ts';
import type { Leg } from './order-tier.ts';
import { type Route, type RouteCondition, unmetCondition } from './route.ts';
import { type RoutedNumber, routeNumber } from './route-number.ts';
import type { Snapshot } from './snapshot.ts';

export interface PassedOverRoute {
  readonly route: Route;
  readonly unmet: RouteCondition;
}

export interface PassedOverGateway {
  readonly gateway: Name;
  readonly reason: string;
}

/**
 * The candidates that come before the matched route (all of them where none matched), each with what it lacks.
 * @param limit no more than so many
 */
export function routesPassedOver(snapshot: Snapshot, call: Call, limit = Infinity): readonly PassedOverRoute[] {
  const passed: PassedOverRoute[] = [];
  for (const route of snapshot.routes.candidates(call)) {
    const unmet = unmetCondition(route, call);
    if (unmet === undefined || passed.length >= limit) break;
    passed.push({ route, unmet });
  }
  return passed;
}

/**
 * Why each member of the group is not in the plan. Computed only when somebody asks.
 * @param isOut why health or limits leave the gateway no weight, by name
 */
export function gatewaysPassedOver(
  decision: Decision,
  call: Call,
  isOut: ReadonlyMap<string, string> = new Map(),
): readonly PassedOverGateway[] {
  if (decision.outcome === 'no_route') return [];
  const { group } = decision.route;
  const planned = new Set(decision.outcome === 'planned' ? decision.legs.map(({ gateway }) => gateway.name) : []);
  const number = routeNumber(decision.route, call);
  const isElsewhere = ({ gateway }: Leg): boolean => gateway.proxyAddress !== call.networkAddress;
  const avoided = decision.outcome === 'planned' && decision.legs.some(isElsewhere) ? call.networkAddress : undefined;
  return group.members
    .filter(({ gateway }) => !planned.has(gateway.name))
    .map((member) => ({
      gateway: member.gateway.name,
      reason: reasonFor(member, group, call, number, avoided, isOut.get(member.gateway.name)),
    }));
}

function reasonFor(
  { gateway, weight }: GroupMember,
  group: GatewayGroup,
  call: Call,
  number: ReturnType<typeof routeNumber>,
  avoidedAddress: string | undefined,
  out: string | undefined,
): string {
  if (gateway.state === 'drain') return "its state is 'drain': no new calls";
  if (gateway.state === 'disabled') return "its state is 'disabled'";
  if (weight === 0) return 'its weight in this group is 0';
  if (!isOnSwitch(gateway, call.hostname)) return `gateway_switches does not give it to switch '${call.hostname}'`;
  if (out !== undefined) return out;
  if (typeof number === 'string') return 'the number is refused';
  if (!canDial(gateway.numberRules, number)) return 'its own strip_digits and add_prefix leave nothing to dial';
  if (gateway.proxyAddress !== undefined && gateway.proxyAddress === avoidedAddress) {
    return `the call came from its address, ${avoidedAddress}`;
  }
  if (group.continueOn.length === 0) return "no cause has the action 'next' here, so only one is ever tried";
  if (group.chooser === 'mod_distributor')
    return 'it is called only where mod_distributor names it, or a leg needs it as a spare';
  return `the plan has its max_attempts of ${group.maxAttempts} without it`;
}

function canDial(rules: GroupMember['gateway']['numberRules'], number: RoutedNumber): boolean {
  return number.isFinal || ruleNumber(number.text, rules, number.charset) !== undefined;
}
