import type { Gateway } from './gateway.ts';
import type { HealthPolicy } from './health-policy.ts';
import type { Lineup } from './lineup.ts';
import type { Name } from './name.ts';
import type { NumberRules } from './number-rules.ts';

/** `weighted` shares calls by weight; `ordered` always tries heaviest first. */
export type Strategy = 'weighted' | 'ordered';

/** Who picks the first gateway: this program, or mod_distributor from the list that it was given. */
export type Chooser = 'trunkhunt' | 'mod_distributor';

export interface GroupMember {
  readonly gateway: Gateway;
  readonly tier: number;
  /** 0 = drained here. */
  readonly weight: number;
}

/** The usable members of one tier, as one switch sees them: active, of positive weight, present on that switch. */
export interface Tier {
  readonly tier: number;
  readonly lineup: Lineup;
  /** By position in the line-up. */
  readonly gateways: readonly Gateway[];
  /** The different number rules among the gateways, and for each position which of them applies. */
  readonly numberRules: readonly NumberRules[];
  readonly numberRulesOf: readonly number[];
  /** Positions by the address that the gateway's proxy has. */
  readonly byProxyAddress: ReadonlyMap<string, readonly number[]>;
  /** Positions of gateways with `max_calls` or `max_cps`. */
  readonly limited: readonly number[];
}

export interface GatewayGroup {
  readonly name: Name;
  readonly strategy: Strategy;
  readonly chooser: Chooser;
  readonly maxAttempts: number;
  readonly progressTimeoutSeconds: number;
  readonly answerTimeoutSeconds: number;
  /** FreeSWITCH's names of the causes after which the next gateway is tried, sorted. */
  readonly continueOn: readonly string[];
  /** Every member, by tier, then weight, heaviest first, then name. */
  readonly members: readonly GroupMember[];
  readonly health: HealthPolicy;
  /** The usable tiers, lowest first, on a switch that `tiersBySwitch` does not name. */
  readonly tiers: readonly Tier[];
  /** Only switches on which this group's members differ. */
  readonly tiersBySwitch: ReadonlyMap<string, readonly Tier[]>;
}

/** The group's usable tiers as this switch sees them, lowest first; none where the switch has no usable member. */
export function tiersOn(group: GatewayGroup, hostname: string): readonly Tier[] {
  return group.tiersBySwitch.get(hostname) ?? group.tiers;
}
