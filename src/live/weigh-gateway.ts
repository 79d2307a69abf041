import { ejectedUntilMs, type Ejection } from '../routing/ejection.ts';
import type { GatewayWeight } from '../routing/explain-call.ts';
import type { Gateway } from '../routing/gateway.ts';
import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';
import type { WeightFactors } from '../routing/health-view.ts';
import type { Reach } from './reach-table.ts';

/** All that bears on a gateway's weight at one moment. */
export interface WeighedFacts {
  readonly factors: WeightFactors;
  readonly reach: Reach;
  readonly ejection: Ejection;
  readonly limit: 'max_calls' | 'max_cps' | undefined;
  /** Slots that are taken. */
  readonly calls: number;
}

/** Puts the factors of a gateway's weight together, each with its reason in words. */
export function weighGateway(
  facts: WeighedFacts,
  group: GatewayGroup,
  member: GroupMember,
  nowMs: number,
): GatewayWeight {
  const { factors, limit } = facts;
  const { gateway, tier } = member;
  const configured = gateway.state === 'active' ? member.weight : 0;
  const headroom = limit === undefined ? 1 : 0;
  const health = factors.healthPerMille / 1000;
  const slowStart = factors.slowStartPerMille / 1000;
  return {
    gateway: gateway.name,
    tier,
    configured,
    health,
    slowStart,
    headroom,
    effective: configured * health * slowStart * headroom,
    why: [healthWords(facts, group, nowMs), ...limitWords(facts, gateway)].filter((words) => words !== '').join('; '),
  };
}

/** What the switch says of a gateway that it lets no calls out to. */
export function reachWords(reach: 'down' | 'absent'): string {
  return reach === 'down' ? 'the switch says DOWN' : 'the switch does not have it';
}

function healthWords({ reach, ejection, factors }: WeighedFacts, group: GatewayGroup, nowMs: number): string {
  if (reach === 'down' || reach === 'absent') return reachWords(reach);
  const seconds = Math.ceil((ejectedUntilMs(ejection, group.health) - nowMs) / 1000);
  const isObserved = group.health.mode === 'observe';
  switch (ejection.stage) {
    case 'ejected':
      return isObserved ? 'would be ejected, its calls fail' : `ejected for another ${seconds} s, its calls fail`;
    case 'trial':
      return `on trial, one call at a time: ${ejection.trialGoods} went well`;
    case 'slow_start':
      return `its weight grows back: ${factors.slowStartPerMille / 10} %`;
    case 'in':
      return '';
  }
}

function limitWords({ limit, calls }: WeighedFacts, { maxCalls, maxCps }: Gateway): readonly string[] {
  if (limit === 'max_calls') return [`full: ${calls} of max_calls ${maxCalls ?? 0}`];
  return limit === 'max_cps' ? [`at its max_cps of ${maxCps ?? 0}`] : [];
}
