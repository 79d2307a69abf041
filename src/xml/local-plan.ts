import type { GatewayGroup, Tier } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import type { Route } from '../routing/route.ts';
import type { ActionData } from './dial-string.ts';
import { laterListName } from './distributor-document.ts';
import {
  askLaterList,
  askList,
  COUNT_TRY,
  type Exceptions,
  localChosenLeg,
  localLeg,
  type LocalNumbers,
  noteTried,
  NO_TRIES,
} from './local-leg.ts';
import { action, FORGET_EARLIER_STATUS, NOT_TRIED, routeSettings } from './plan-document.ts';
import type { XmlElement } from './write-document.ts';

/** What is done before a leg, and the leg. */
interface Step {
  readonly before: readonly ActionData[];
  readonly bridge: ActionData;
}

/**
 * A route's failover plan for a switch that is on its own: one bridge for each try, as a served plan has them. Shares
 * are kept by mod_distributor, who is down is known to sofia, and both are asked as the plan runs.
 * @param tiers the group's, as the switch sees them
 * @param without words that name gateways which this call cannot use
 */
export function localPlan(
  route: Route,
  tiers: readonly Tier[],
  numbers: LocalNumbers,
  without: readonly string[],
): readonly XmlElement[] {
  const { group } = route;
  const steps =
    group.strategy === 'ordered' ? orderedSteps(group, tiers, numbers) : sharedSteps(group, tiers, numbers, without);
  // Whoever was not tried is passed over, as trunkhunt would, whatever the causes say.
  const policy = [...new Set([...group.continueOn, ...NOT_TRIED.split(',')])].sort().join(',');
  return [
    action('set', 'hangup_after_bridge=true'),
    // For whoever reads call records, or the files.
    action('set', `trunkhunt_group=${group.name}`),
    ...routeSettings(route),
    ...steps.flatMap(({ before, bridge }, at) => [
      ...before.map((data) => action('set', data)),
      ...policyBefore(at, steps.length, policy),
      ...(at === 0 ? [] : [FORGET_EARLIER_STATUS]),
      action('bridge', bridge),
    ]),
    action('respond', '503'),
  ];
}

function policyBefore(at: number, count: number, policy: string): readonly XmlElement[] {
  if (at === count - 1) return [action('set', `continue_on_fail=${NOT_TRIED}`)];
  return at === 0 ? [action('set', `continue_on_fail=${policy}`)] : [];
}

/** How many gateways a call may try; without a cause to continue on, a second one never is. */
export function tryLimit({ maxAttempts, continueOn }: GatewayGroup): number {
  return continueOn.length === 0 ? 1 : maxAttempts;
}

/** Heaviest first, tier by tier. Where there are more gateways than tries, tries are counted: who is down is none. */
function orderedSteps(group: GatewayGroup, tiers: readonly Tier[], numbers: LocalNumbers): readonly Step[] {
  const gateways = tiers.flatMap((tier) => tier.gateways);
  const limit = tryLimit(group);
  const isCounted = gateways.length > limit;
  return gateways.map((gateway, at) => ({
    before: isCounted ? [at === 0 ? NO_TRIES : COUNT_TRY] : [],
    bridge: localLeg(gateway, numbers, group, at < limit ? undefined : limit),
  }));
}

/**
 * Each try asks the lowest tier's list for somebody who is neither down nor was tried; where there is nobody, the next
 * tier's. What a failed try takes from a list is its turn, so that the others keep their shares of what is left.
 */
function sharedSteps(
  group: GatewayGroup,
  tiers: readonly Tier[],
  numbers: LocalNumbers,
  without: readonly string[],
): readonly Step[] {
  const count = tiers.reduce((sum, { gateways }) => sum + gateways.length, 0);
  return Array.from({ length: Math.min(tryLimit(group), count) }, (_, at) => ({
    before: [
      ...(at === 0 ? [] : [noteTried(at === 1)]),
      ...tiers.flatMap((tier, place) => {
        const exceptions: Exceptions = { profiles: profilesOf(tier), words: without, hasTried: at > 0 };
        return place === 0
          ? [askList(group.name, exceptions)]
          : askLaterList(laterListName(group.name, tier.tier), exceptions);
      }),
    ],
    bridge: localChosenLeg(numbers, group),
  }));
}

function profilesOf({ gateways }: Tier): readonly Name[] {
  return [...new Set(gateways.map(({ profile }) => profile))].sort();
}
