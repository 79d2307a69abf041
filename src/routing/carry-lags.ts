import type { Lineup } from './lineup.ts';
import type { Name } from './name.ts';
import { Scheduler } from './scheduler.ts';

/** The common factor is found by bisection to this fineness. */
const FACTOR_STEPS = 1024;

/** Sums that pass 2^53 are compared with this much to spare, so that rounding never lets a deadline be missed. */
const SAFETY = 1 - 1e-9;

/** Calls that may be owed to a member, or by it. Random patterns of changes never came to 2. */
const OWED_LIMIT = 8;

/** So many lags of members that left are kept; older ones are forgotten. */
const ABSENT_LIMIT = 1024;

/** One member that takes turns: its position, its share and its lag, both in units. */
interface Standing {
  readonly member: number;
  readonly share: number;
  readonly lag: number;
}

/**
 * Takes a scheduler over a change of members or weights: nobody is starved, nobody gets a burst to catch up.
 *
 * Lags are carried over by name, a leaver's until it returns; who is new starts even. What the present ones do not sum
 * to zero by is shared out equally. Then all are shrunk by the largest common factor found for which every deadline
 * that follows can be met, so that the bound of `Scheduler` holds on. (Shrinking the heavier side alone is not enough:
 * of six equal members, drop the three just served to weight 1, and three deadlines fall on the next two calls.)
 *
 * What sharing out and shrinking take from a member is owed to it, and comes in again at the next change: so shares
 * are right in the long run even where weights change, or members come and go, at every call.
 */
export function carryLags(old: Scheduler, lineup: Lineup, excluded: ReadonlySet<number>): Scheduler {
  return resumeLags(lagsByName(old), lineup, excluded);
}

/** As `carryLags`, from lags that were written down. */
export function resumeLags(known: ReadonlyMap<Name, number>, lineup: Lineup, excluded: ReadonlySet<number>): Scheduler {
  const even = new Scheduler(lineup, excluded);
  const claims = carried(known, even);
  const standings = balanced(claims);
  const lags = new Float64Array(lineup.members.length);
  for (const { member, lag } of shrunk(standings, largestFittingFactor(standings, even.unitsPerCall))) {
    lags[member] = lag;
  }
  return new Scheduler(lineup, excluded, { lags, owed: owedLags(known, claims, lags, even) });
}

/** Everybody's lag in calls, with what is owed to them; those who left longest ago first. */
export function lagsByName(scheduler: Scheduler): ReadonlyMap<Name, number> {
  const known = new Map(scheduler.owed);
  const lags = scheduler.lags();
  scheduler.lineup.members.forEach(({ name }, member) => {
    if (scheduler.excluded.has(member)) return;
    const owed = known.get(name) ?? 0;
    known.delete(name);
    known.set(name, owed + (lags[member] ?? 0) / scheduler.unitsPerCall);
  });
  return known;
}

/** What balancing and shrinking took from the present, within limits, and the lags of the absent. */
function owedLags(
  known: ReadonlyMap<Name, number>,
  claims: readonly Standing[],
  lags: Float64Array,
  now: Scheduler,
): ReadonlyMap<Name, number> {
  // Who is in the line-up and takes no turns now, being full, is as absent as one that left.
  const present = new Set(claims.map(({ member }) => now.lineup.members[member]?.name));
  const owed = new Map([...known].filter(([name]) => !present.has(name)).slice(-ABSENT_LIMIT));
  for (const { member, lag } of claims) {
    const taken = (lag - (lags[member] ?? 0)) / now.unitsPerCall;
    const name = now.lineup.members[member]?.name;
    if (taken !== 0 && name !== undefined) owed.set(name, Math.max(-OWED_LIMIT, Math.min(OWED_LIMIT, taken)));
  }
  return owed;
}

function carried(known: ReadonlyMap<Name, number>, now: Scheduler): readonly Standing[] {
  return now.lineup.members.flatMap(({ name }, member) => {
    if (now.excluded.has(member)) return [];
    return [{ member, share: now.shareOf(member), lag: Math.round((known.get(name) ?? 0) * now.unitsPerCall) }];
  });
}

/** Shares out equally whatever the lags do not sum to zero by; by weight, heavy members that take turns would lose. */
function balanced(standings: readonly Standing[]): readonly Standing[] {
  const excess = standings.reduce((sum, { lag }) => sum + lag, 0);
  const part = Math.trunc(excess / standings.length);
  return settled(standings.map((it) => ({ ...it, lag: it.lag - part })));
}

function shrunk(standings: readonly Standing[], factor: number): readonly Standing[] {
  return factor === 1 ? standings : settled(standings.map((it) => ({ ...it, lag: Math.trunc(it.lag * factor) })));
}

/** Puts the few units that rounding left over on the heaviest member, so that the sum is exactly zero. */
function settled(standings: readonly Standing[]): readonly Standing[] {
  const leftOver = standings.reduce((sum, { lag }) => sum + lag, 0);
  return standings.map((it, at) => (at === 0 ? { ...it, lag: it.lag - leftOver } : it));
}

function largestFittingFactor(standings: readonly Standing[], unitsPerCall: number): number {
  const fits = (step: number): boolean => deadlinesFit(shrunk(standings, step / FACTOR_STEPS), unitsPerCall);
  if (fits(FACTOR_STEPS)) return 1;
  let fitting = 0;
  let tooLarge = FACTOR_STEPS;
  while (tooLarge - fitting > 1) {
    const middle = (fitting + tooLarge) >> 1;
    if (fits(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting / FACTOR_STEPS;
}

/**
 * Whether every deadline can be met from these lags on. Needed at every horizon of T calls: the services due by then,
 * sum of floor(lag + share T), fit into T. Only members that have a deadline by T count, and their floors are at most
 * floor(sum of (lag + share T)); so it is enough that this sum is below T + 1. Between first deadlines the sum grows
 * no faster than T, so only those moments have to be looked at: O(n log n), whatever the weights.
 */
function deadlinesFit(standings: readonly Standing[], unitsPerCall: number): boolean {
  if (standings.some(({ lag }) => Math.abs(lag) >= unitsPerCall)) return false;
  const firstDeadlines = standings
    .map((it) => ({ ...it, deadline: Math.ceil((unitsPerCall - it.lag) / it.share) }))
    .sort((a, b) => a.deadline - b.deadline);
  let lag = 0;
  let share = 0;
  for (const [at, it] of firstDeadlines.entries()) {
    lag += it.lag;
    share += it.share;
    const isLastOfMoment = firstDeadlines[at + 1]?.deadline !== it.deadline;
    // lag + share T < T + 1, with the terms on the side where none of them cancels another.
    if (isLastOfMoment && lag >= (unitsPerCall + (unitsPerCall - share) * it.deadline) * SAFETY) return false;
  }
  return true;
}
