import { buildTier, type WeightedGateway } from './build-tier.ts';
import type { Gateway } from './gateway.ts';
import type { GatewayGroup, Tier } from './gateway-group.ts';
import { type Lineup, sameMembers, WEIGHT_LIMIT } from './lineup.ts';

/** What is known of a gateway in a group, on one switch, as factors of its configured weight. */
export interface WeightFactors {
  /** Whether the switch and the calls say that it works; 0 while it is down, ejected or on trial. */
  readonly healthPerMille: 0 | 1000;
  /** Grows from 100 to 1000 after an ejection. */
  readonly slowStartPerMille: number;
  /** Whether it gets one call at a time, to see whether it works again. */
  readonly isOnTrial: boolean;
}

/** Nothing is held against the gateway. */
export const FULL_WEIGHT: WeightFactors = { healthPerMille: 1000, slowStartPerMille: 1000, isOnTrial: false };

/** What a gateway on trial weighs in a tier that is not reached unless others fail. */
const TRIAL_PER_MILLE = 100;

/** A group as its health leaves it on one switch. */
export interface GroupView {
  /** Lowest first; none where health leaves nobody and the group would rather refuse. */
  readonly tiers: readonly Tier[];
  /** Gateways on trial that may be called ahead of everybody else, one call at a time. */
  readonly probes: readonly Gateway[];
  /** Whether health left nobody, so that it is doubted and all are taken as up. */
  readonly isDoubted: boolean;
}

/** Who keeps line-ups that did not change, so that their schedulers go on as they are. */
export interface ViewNames {
  /** Turns the key of a configured line-up into that of this view's. */
  readonly keyOf: (configuredKey: string) => string;
  /** The line-up that had this key before. */
  readonly before: (key: string) => Lineup | undefined;
}

/** The view of whom nothing has been learned of. */
export function configuredView(tiers: readonly Tier[]): GroupView {
  return { tiers, probes: [], isDoubted: false };
}

/**
 * Weighs the members of each tier by what is known of them. Gateways on trial are called ahead of the lowest tier that
 * works, one call at a time; in later tiers, which are reached only when others fail, they take part with little
 * weight. Where health leaves nobody, those on trial are all there is; and where there are none, health is doubted.
 */
export function healthView(
  configured: readonly Tier[],
  group: GatewayGroup,
  factorsOf: (gateway: Gateway) => WeightFactors,
  names: ViewNames,
): GroupView {
  const isUp = (gateway: Gateway): boolean => factorsOf(gateway).healthPerMille > 0;
  const isOnTrial = (gateway: Gateway): boolean => factorsOf(gateway).isOnTrial;
  const lowest = configured.findIndex(({ gateways }) => gateways.some(isUp));
  if (lowest === -1) {
    const tiers = configured.flatMap((tier) => weighTier(tier, (it) => (isOnTrial(it) ? 1000 : 0), names));
    if (tiers.length > 0) return { tiers, probes: [], isDoubted: false };
    return group.health.whenAllDown === 'refuse'
      ? { tiers: [], probes: [], isDoubted: false }
      : { tiers: configured.flatMap((tier) => weighTier(tier, () => 1000, names)), probes: [], isDoubted: true };
  }
  const weighed = configured.flatMap((tier, at) =>
    weighTier(
      tier,
      (gateway) => {
        const { healthPerMille, slowStartPerMille } = factorsOf(gateway);
        if (at > lowest && isOnTrial(gateway)) return TRIAL_PER_MILLE;
        return healthPerMille === 0 ? 0 : slowStartPerMille;
      },
      names,
    ),
  );
  const probes = configured.slice(0, lowest + 1).flatMap(({ gateways }) => gateways.filter(isOnTrial));
  return { tiers: weighed, probes, isDoubted: false };
}

/** The tier with its weights times these factors; the configured one itself where nothing differs, none where nobody is left. */
function weighTier(tier: Tier, perMilleOf: (gateway: Gateway) => number, names: ViewNames): readonly Tier[] {
  const key = names.keyOf(tier.lineup.key);
  const factors = tier.gateways.map(perMilleOf);
  const isWhole = factors.every((factor) => factor === 1000);
  if (isWhole && key === tier.lineup.key) return [tier];
  const scaled = tier.gateways.map((gateway, at) => ({
    gateway,
    weight: (tier.lineup.members[at]?.weight ?? 0) * (isWhole ? 1 : (factors[at] ?? 0)),
  }));
  const left = scaled.filter(({ weight }) => weight > 0);
  if (left.length === 0) return [];
  const pooled = (lineup: Lineup): Lineup => {
    const before = names.before(key);
    return before !== undefined && sameMembers(before, lineup) ? before : lineup;
  };
  return [buildTier(key, tier.tier, withinLimit(left), pooled)];
}

/** Reduces weights by their common divisor; what still is too large is rounded, to within a millionth of the heaviest. */
function withinLimit(members: readonly WeightedGateway[]): readonly WeightedGateway[] {
  const divisor = members.reduce((common, { weight }) => greatestCommonDivisor(common, weight), 0);
  const heaviest = members.reduce((most, { weight }) => Math.max(most, weight), 0) / divisor;
  const shrink = Math.max(1, heaviest / WEIGHT_LIMIT);
  return members.map(({ gateway, weight }) => ({
    gateway,
    weight: Math.max(1, Math.round(weight / divisor / shrink)),
  }));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
