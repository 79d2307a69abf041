import { legLimit } from '../routing/decide.ts';
import type { Gateway } from '../routing/gateway.ts';
import type { GatewayGroup, Tier } from '../routing/gateway-group.ts';
import type { EventSocket } from '../routing/snapshot.ts';
import { type Findings, rowAt } from './findings.ts';
import { groupViews, onSwitch } from './group-views.ts';

const MAX_ATTEMPTS_LIMIT = 100;

/** A tier that is in no plan while everybody before it can be called. */
interface Crowded {
  readonly tier: number;
  readonly hostname: string;
  /** The gateways of the tiers before it. */
  readonly earlier: readonly Gateway[];
  readonly isListened: boolean;
}

/**
 * Tiers that plans have no room for: those before them have as many gateways as a plan has tries. Gateways that are
 * known to be down, ejected, full or unable to take the call leave the plan and make room; where none of that can
 * happen often enough, the tier is never tried.
 */
export function reviewTiers(group: GatewayGroup, eventSockets: readonly EventSocket[], findings: Findings): void {
  const limit = legLimit(group);
  const crowded = groupViews(group).flatMap(({ hostname, tiers }): Crowded[] => {
    const found = firstCrowded(tiers, limit);
    return found === undefined ? [] : [{ ...found, hostname, isListened: isListened(group, hostname, eventSockets) }];
  });
  const never = crowded.find((it) => it.earlier.length - mostPassedOver(it) >= limit);
  const late = crowded.find((it) => it.earlier.length - mostPassedOver(it) < limit);
  const where = rowAt('gateway_groups', group.name, 'max_attempts');
  if (never !== undefined) {
    const what = `${onSwitch(never.hostname)}tier ${never.tier} is never tried: ${describePlan(group, limit, never)}, and nothing is known of any of them for which a call would pass it over`;
    const listen = 'set esl_host of the switches, so that gateways that are down are passed over';
    findings.add('tier-never-reached', where, what, `${makeRoom(group, never)}; or ${listen}`);
  }
  if (late !== undefined) {
    const why = late.isListened
      ? 'known to be down, ejected or full'
      : 'full, unable to dial the number, or where the call comes from';
    const what = `${onSwitch(late.hostname)}tier ${late.tier} is tried only while ${enough(late, limit)} ${why}: ${describePlan(group, limit, late)}`;
    findings.add('tier-reached-late', where, what, `${makeRoom(group, late)}; or leave it so, if that is enough`);
  }
}

function firstCrowded(tiers: readonly Tier[], limit: number): Pick<Crowded, 'tier' | 'earlier'> | undefined {
  const earlier: Gateway[] = [];
  for (const { tier, gateways } of tiers) {
    if (earlier.length >= limit) return { tier, earlier };
    earlier.push(...gateways);
  }
  return undefined;
}

/** Health is known of switches that are listened to, and of no other. */
function isListened(group: GatewayGroup, hostname: string, eventSockets: readonly EventSocket[]): boolean {
  return eventSockets.some((it) =>
    hostname === '' ? !group.tiersBySwitch.has(it.hostname) : it.hostname === hostname,
  );
}

/** How many of the earlier gateways one call can pass over at most. */
function mostPassedOver({ earlier, isListened: isHealthKnown }: Crowded): number {
  if (isHealthKnown) return earlier.length;
  const mayPass = (it: Gateway): boolean =>
    it.maxCalls !== undefined ||
    it.maxCps !== undefined ||
    // Hardly any rules leave something to dial of every number, however short or long.
    it.numberRules.stripDigits > 0 ||
    it.numberRules.addPrefix !== '';
  const atAddress = new Map<string, number>();
  for (const { proxyAddress } of earlier.filter((it) => !mayPass(it))) {
    if (proxyAddress !== undefined) atAddress.set(proxyAddress, (atAddress.get(proxyAddress) ?? 0) + 1);
  }
  // A call comes from one address.
  return earlier.filter(mayPass).length + Math.max(0, ...atAddress.values());
}

/** How many have to be passed over to make room. */
function enough({ earlier }: Crowded, limit: number): string {
  if (earlier.length === 1) return 'the gateway before it is';
  const needed = earlier.length - limit + 1;
  const whose = `of the ${earlier.length} gateways before it`;
  return needed === 1 ? `one ${whose} is` : `${needed} ${whose} are`;
}

function describePlan({ continueOn }: GatewayGroup, limit: number, { earlier }: Crowded): string {
  const tries = continueOn.length === 0 ? "no cause is 'next', so a plan is one try" : `max_attempts is ${limit}`;
  return `${tries}, and the tiers before it have ${earlier.length} gateway${earlier.length === 1 ? '' : 's'}`;
}

function makeRoom({ continueOn }: GatewayGroup, { earlier }: Crowded): string {
  if (continueOn.length === 0) return "give some causes the action 'next' in failover_causes or group_failover_causes";
  return earlier.length < MAX_ATTEMPTS_LIMIT
    ? `set max_attempts to ${earlier.length + 1} or more`
    : 'put fewer gateways into the tiers before it';
}
