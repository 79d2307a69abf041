import type { GatewayGroup, Tier } from '../routing/gateway-group.ts';

/** A group as one switch sees it. */
export interface GroupOnSwitch {
  /** "" for every switch on which its members do not differ. */
  readonly hostname: string;
  readonly tiers: readonly Tier[];
}

/** The different ways in which switches see a group. */
export function groupViews(group: GatewayGroup): readonly GroupOnSwitch[] {
  const bound = [...group.tiersBySwitch].map(([hostname, tiers]) => ({ hostname, tiers }));
  return [{ hostname: '', tiers: group.tiers }, ...bound];
}

/** Where something holds, for messages: nothing to say of the view that is common to all. */
export function onSwitch(hostname: string): string {
  return hostname === '' ? '' : `on switch '${hostname}' `;
}
