import { buildLineup, type LineupMember } from './lineup.ts';
import type { Name } from './name.ts';
import { Scheduler } from './scheduler.ts';

/** Lists for mod_distributor have at most this many nodes. */
export const NODES_LIMIT = 512;

/** One round of turns in which each member stands as often as its weight says. */
export interface SpreadOrder {
  readonly names: readonly Name[];
  /** The largest difference between a member's share of this round and its share by weight; 0 = exact. */
  readonly shareError: number;
}

/**
 * Lays out one round of turns by EEVDF, for a chooser that can only walk a list: given weight-1 nodes in this order,
 * mod_distributor returns exactly this order over and over (contract 4.2). Weights are divided by their greatest
 * common divisor; where a round would still be longer than NODES_LIMIT, the nearest shares that fit are used, and
 * of more members than that only the heaviest stand in it.
 */
export function spreadOrder(members: readonly LineupMember[]): SpreadOrder {
  const known = MEMO.get(members);
  if (known !== undefined) return known;
  const order = layOut(members);
  MEMO.set(members, order);
  return order;
}

/** Line-ups live on over snapshots; the same one is laid out once, for the check and for every document. */
const MEMO = new WeakMap<readonly LineupMember[], SpreadOrder>();

function layOut(members: readonly LineupMember[]): SpreadOrder {
  const heaviest = [...buildLineup('', members).members].slice(0, NODES_LIMIT);
  const weights = heaviest.map(({ weight }) => weight);
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  const reduced = weights.map((weight) => weight / divisor);
  const counts = sum(reduced) <= NODES_LIMIT ? reduced : nearestCounts(reduced);
  const round = heaviest.map(({ name }, at) => ({ name, weight: counts[at] ?? 1 }));
  return { names: oneRound(round), shareError: shareError(members, round) };
}

function oneRound(round: readonly LineupMember[]): readonly Name[] {
  const scheduler = new Scheduler(buildLineup('', round));
  const names: Name[] = [];
  for (let turn = 0; turn < scheduler.lineup.totalWeight; turn += 1) {
    const member = scheduler.lineup.members[scheduler.next()];
    if (member !== undefined) names.push(member.name);
    scheduler.advance();
  }
  return names;
}

/** Of all round lengths that are allowed, the counts whose shares are nearest to the weights'. */
function nearestCounts(weights: readonly number[]): readonly number[] {
  const total = sum(weights);
  let best: readonly number[] = [];
  let bestError = Infinity;
  for (let length = Math.max(weights.length, NODES_LIMIT / 2); length <= NODES_LIMIT; length += 1) {
    const counts = apportion(weights, total, length);
    const error = Math.max(...counts.map((count, at) => Math.abs(count / length - (weights[at] ?? 0) / total)));
    if (error < bestError) {
      best = counts;
      bestError = error;
    }
  }
  return best;
}

/** Largest remainders (Hamilton's method), with one place for everybody first. */
function apportion(weights: readonly number[], total: number, length: number): readonly number[] {
  const quotas = weights.map((weight) => (weight * length) / total);
  const counts = quotas.map((quota) => Math.max(1, Math.floor(quota)));
  let left = length - sum(counts);
  while (left !== 0) {
    const step = Math.sign(left);
    let neediest = 0;
    let need = -Infinity;
    for (const [at, quota] of quotas.entries()) {
      const count = counts[at] ?? 1;
      const gain = step * (quota - count);
      if (gain > need && count + step >= 1) {
        neediest = at;
        need = gain;
      }
    }
    counts[neediest] = (counts[neediest] ?? 1) + step;
    left -= step;
  }
  return counts;
}

function shareError(members: readonly LineupMember[], round: readonly LineupMember[]): number {
  const wanted = sum(members.map(({ weight }) => weight));
  const given = sum(round.map(({ weight }) => weight));
  const share = new Map(round.map(({ name, weight }) => [name, weight / given]));
  const errors = members.map(({ name, weight }) => Math.abs((share.get(name) ?? 0) - weight / wanted));
  // Exact weights differ by the rounding of the two divisions at most.
  return Math.max(0, ...errors.filter((error) => error > 1e-12));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
