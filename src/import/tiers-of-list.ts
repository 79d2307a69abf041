import type { ListedDestination } from './destination-list.ts';

/** A gateway and its weight among those of its tier. */
export interface TierMember {
  readonly gateway: string;
  readonly weight: number;
}

/** The first tier first. */
export type Tiers = readonly (readonly TierMember[])[];

/** SQL's limit. */
const MOST_WEIGHT = 1_000_000n;

/**
 * A list of drouting's as tiers. Without weights (`N`) each destination is tried after the one before. With them (`W`)
 * OpenSIPS draws the order anew for each call, destinations of weight 0 behind all others: they are one tier and then
 * another one. What stands for a carrier has tiers of its own, and its weight is shared out among them.
 * @param tiersOf of one destination; empty = it is passed over
 */
export function tiersOfList(
  list: readonly ListedDestination[],
  isWeighted: boolean,
  tiersOf: (destination: ListedDestination) => Tiers,
): Tiers {
  if (!isWeighted) return list.flatMap(tiersOf);
  const heavy = list.filter(({ weight }) => weight > 0);
  const light = list.filter(({ weight }) => weight === 0).map((it) => ({ ...it, weight: 1 }));
  return [...sideBySide(heavy, tiersOf), ...sideBySide(light, tiersOf)];
}

/** Each gateway once, where it comes first. Gateways that are dropped are handed to `onRepeated`. */
export function withoutRepeated(tiers: Tiers, onRepeated: (gateway: string) => void): Tiers {
  const seen = new Set<string>();
  const kept = tiers.map((tier) =>
    tier.filter(({ gateway }) => {
      if (!seen.has(gateway)) return seen.add(gateway);
      onRepeated(gateway);
      return false;
    }),
  );
  return kept.filter((tier) => tier.length > 0);
}

/**
 * The first tiers of all are one tier, so are the second ones, and so on; each gateway has the share that its lists give
 * it, added up where several do.
 */
function sideBySide(list: readonly ListedDestination[], tiersOf: (destination: ListedDestination) => Tiers): Tiers {
  const parts = list.map((destination) => ({ weight: BigInt(destination.weight), tiers: tiersOf(destination) }));
  const depth = Math.max(0, ...parts.map(({ tiers }) => tiers.length));
  return Array.from({ length: depth }, (_, at) => {
    const level = parts.flatMap(({ weight, tiers }) => {
      const members = tiers[at];
      return members === undefined ? [] : [{ weight, members, sum: sumOf(members) }];
    });
    // Over a common denominator the shares are whole numbers.
    const common = level.reduce((product, { sum }) => (product * sum) / greatestDivisor(product, sum), 1n);
    const exact = new Map<string, bigint>();
    for (const { weight, members, sum } of level) {
      for (const member of members) {
        const share = (weight * BigInt(member.weight) * common) / sum;
        exact.set(member.gateway, (exact.get(member.gateway) ?? 0n) + share);
      }
    }
    return reduced([...exact].map(([gateway, weight]) => ({ gateway, weight })));
  });
}

function sumOf(members: readonly TierMember[]): bigint {
  return BigInt(members.reduce((sum, { weight }) => sum + weight, 0));
}

/** Divided by what all have in common, and rounded only where they are above what SQL takes. */
function reduced(members: readonly { readonly gateway: string; readonly weight: bigint }[]): readonly TierMember[] {
  const divisor = members.reduce((common, { weight }) => greatestDivisor(common, weight), 0n);
  const weights = members.map(({ weight }) => weight / (divisor === 0n ? 1n : divisor));
  const most = weights.reduce((max, weight) => (weight > max ? weight : max), 1n);
  return members.map(({ gateway }, at) => {
    const weight = weights[at] ?? 1n;
    const fitting = most <= MOST_WEIGHT ? weight : (weight * MOST_WEIGHT + most / 2n) / most;
    return { gateway, weight: Math.max(1, Number(fitting)) };
  });
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}
