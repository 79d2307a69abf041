import type { DispatcherEntry } from './dispatcher-entry.ts';

/** Where a destination stands in its group. */
export interface Share {
  readonly entry: DispatcherEntry;
  readonly tier: number;
  readonly weight: number;
}

export interface SetShares {
  readonly strategy: 'weighted' | 'ordered';
  readonly shares: readonly Share[];
  /** What is otherwise than with Kamailio; undefined where nothing is. */
  readonly otherwise: string | undefined;
}

/** Algorithms of ds_select_dst() by how trunkhunt comes nearest to them. */
const HASHES = [0, 1, 2, 3, 5, 7];
const EQUAL_SHARES = [...HASHES, 4, 6, 10, 12, 64];

/** The algorithms that are understood. */
export const ALGORITHMS: readonly number[] = [...EQUAL_SHARES, 8, 9, 11, 13, 14, 15];

/**
 * The algorithm that a set is most likely used with: it stands in kamailio.cfg, not in the list. Attributes and
 * priorities are set only for the algorithms that look at them.
 */
export function likelyAlgorithm(entries: readonly DispatcherEntry[]): number {
  const has = (name: string): boolean => entries.some(({ attributes }) => attributes.has(name));
  if (has('rweight')) return 11;
  if (has('weight')) return 9;
  if (has('maxload')) return 10;
  return new Set(entries.map(({ priority }) => priority)).size > 1 ? 8 : 4;
}

/** The order in which Kamailio keeps a set: the highest priority first, of equal ones the last line first. */
export function kamailioOrder(entries: readonly DispatcherEntry[]): readonly DispatcherEntry[] {
  return [...entries].sort((a, b) => a.priority - b.priority).reverse();
}

/**
 * How an algorithm shares the calls among a set, in tiers and weights.
 * @param entries in Kamailio's order
 */
export function shareSet(entries: readonly DispatcherEntry[], algorithm: number): SetShares {
  switch (algorithm) {
    case 8:
      return { strategy: 'ordered', shares: inOrder(entries), otherwise: undefined };
    case 9:
      return percentShares(entries);
    case 11:
      return weighted(entries, ({ attributes }) => percentOf(attributes.get('rweight')));
    case 13:
      return {
        strategy: 'weighted',
        shares: byPriority(entries, false, () => 1),
        otherwise: 'latency does not change the priorities',
      };
    case 14: {
      const [first, ...others] = entries;
      const isRoundRobin = (first?.priority ?? 0) > 0 && others.every(({ priority }) => priority === first?.priority);
      return shareSet(entries, isRoundRobin ? 4 : 8);
    }
    case 15:
      return prioritiesAndWeights(entries);
    default:
      return {
        strategy: 'weighted',
        shares: entries.map((entry) => ({ entry, tier: 1, weight: 1 })),
        otherwise: DIFFERENCES.get(algorithm),
      };
  }
}

const DIFFERENCES: ReadonlyMap<number, string> = new Map([
  ...HASHES.map(
    (hash) => [hash, 'equal shares; the same caller or number does not always get the same gateway'] as const,
  ),
  [10, 'equal shares, up to max_calls; not always the gateway with the fewest calls'],
  [12, 'one gateway after the other; never all at once'],
  [64, 'equal shares, without the rates of overload control'],
]);

/** One after the other: of the gateways of a tier, `ordered` takes the heaviest first. */
function inOrder(entries: readonly DispatcherEntry[]): readonly Share[] {
  const priorities = tiersOf(entries, false);
  return entries.map((entry, at) => ({
    entry,
    tier: priorities.get(entry.priority) ?? 1,
    weight: entries.length - at,
  }));
}

/**
 * Algorithm 9 (dp_init_weights): percents in order, cut where they pass 100; the last one gets what is missing. Where
 * the first has none, the percents are not used at all.
 */
function percentShares(entries: readonly DispatcherEntry[]): SetShares {
  const percents = entries.map(({ attributes }) => percentOf(attributes.get('weight')));
  if (percents[0] === 0) {
    const otherwise = 'equal shares: the first destination has no weight from 1 to 100, so Kamailio uses none of them';
    return { strategy: 'weighted', shares: entries.map((entry) => ({ entry, tier: 1, weight: 1 })), otherwise };
  }
  let left = 100;
  const weights = percents.map((percent) => {
    const weight = Math.min(percent, left);
    left -= weight;
    return weight;
  });
  const sum = percents.reduce((total, percent) => total + percent, 0);
  const last = weights.length - 1;
  weights[last] = (weights[last] ?? 0) + left;
  const otherwise =
    sum === 100
      ? undefined
      : `the weights add up to ${sum} and not to 100; ${sum < 100 ? `${entries[last]?.uri ?? ''} gets the rest, as with Kamailio` : 'what is above it gets no calls, as with Kamailio'}`;
  return { ...weighted(entries, (_, at) => weights[at] ?? 0), otherwise };
}

/** Algorithm 15 (dp_init_priority_weights): the lowest priority first, as in SRV records. */
function prioritiesAndWeights(entries: readonly DispatcherEntry[]): SetShares {
  const sums = new Map<number, number>();
  for (const { priority, attributes } of entries) {
    sums.set(priority, (sums.get(priority) ?? 0) + percentOf(attributes.get('weight')));
  }
  const shares = byPriority(entries, true, ({ priority, attributes }) =>
    sums.get(priority) === 0 ? 1 : percentOf(attributes.get('weight')),
  );
  return { strategy: 'weighted', shares, otherwise: undefined };
}

/** Those without a weight get calls only where the others have failed. */
function weighted(
  entries: readonly DispatcherEntry[],
  weightOf: (entry: DispatcherEntry, at: number) => number,
): SetShares {
  const weights = entries.map(weightOf);
  const hasWeights = weights.some((weight) => weight > 0);
  const shares = entries.map((entry, at): Share => {
    const weight = weights[at] ?? 0;
    return { entry, tier: weight > 0 || !hasWeights ? 1 : 2, weight: Math.max(1, weight) };
  });
  return { strategy: 'weighted', shares, otherwise: undefined };
}

function byPriority(
  entries: readonly DispatcherEntry[],
  lowestFirst: boolean,
  weightOf: (entry: DispatcherEntry) => number,
): readonly Share[] {
  const tiers = tiersOf(entries, lowestFirst);
  return entries.map((entry) => ({ entry, tier: tiers.get(entry.priority) ?? 1, weight: weightOf(entry) }));
}

function tiersOf(entries: readonly DispatcherEntry[], lowestFirst: boolean): ReadonlyMap<number, number> {
  const priorities = [...new Set(entries.map(({ priority }) => priority))].sort((a, b) =>
    lowestFirst ? a - b : b - a,
  );
  return new Map(priorities.map((priority, at) => [priority, at + 1]));
}

/** What the module takes as a weight: 1 to 100, everything else is 0 (ds_set_attrs). */
function percentOf(text: string | undefined): number {
  const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  return value >= 1 && value <= 100 ? value : 0;
}
