import type { GatewayGroup } from '../routing/gateway-group.ts';

/** A leg may take a little longer than its timeout; a plan's slots are kept so much longer for each. */
const LEG_MARGIN_SECONDS = 5;

/** How long a plan of so many legs can run, in seconds. */
export function planSeconds({ answerTimeoutSeconds }: GatewayGroup, legs: number): number {
  return (answerTimeoutSeconds + LEG_MARGIN_SECONDS) * legs;
}

/** By when the last leg of any plan of the group has begun, or never will, in seconds from when it was given out. */
export function lastLegSeconds(group: GatewayGroup): number {
  const own = Math.min(group.maxAttempts, group.members.length);
  const legs = group.chooser === 'mod_distributor' ? own + 1 : own;
  return planSeconds(group, Math.max(0, legs - 1)) + LEG_MARGIN_SECONDS;
}
