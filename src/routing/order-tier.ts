import { carryLags } from './carry-lags.ts';
import type { DialNumber } from './dial-number.ts';
import type { Gateway } from './gateway.ts';
import type { Tier } from './gateway-group.ts';
import { Scheduler } from './scheduler.ts';

/** One try: this gateway, asked for this number. */
export interface Leg {
  readonly gateway: Gateway;
  readonly number: DialNumber;
}

/** The scheduler that gave a place, and where it belongs: whoever keeps the state stores it and lets it advance. */
export interface TurnTaken {
  readonly key: string;
  readonly scheduler: Scheduler;
}

/** Where schedulers are found by key. */
export interface Schedulers {
  get(key: string): Scheduler | undefined;
}

/** The first places of a tier have schedulers of their own; later ones follow the line-up. */
const SCHEDULED_PLACES = 3;

/** Leaving and returning costs as much as there are members: in larger tiers the others get turns of their own meanwhile. */
const LEAVING_LIMIT = 512;

/** What an order is wanted for. */
export interface TierRequest {
  readonly tier: Tier;
  /** Positions that this call cannot use. */
  readonly unusable: ReadonlySet<number>;
  /** Positions that no call can use now, since they are at their limits. */
  readonly full: ReadonlySet<number>;
  /** Whether the plan begins with this tier; what only overflows into it is dealt separately. */
  readonly isFirst: boolean;
  readonly limit: number;
}

/**
 * Orders the members of a tier for one call, each once, at most `limit`.
 *
 * The first place is dealt by the tier's own scheduler. The second is dealt by one scheduler for each first choice,
 * the third by one for each pair: so when gateways fail, their calls are spread over the others as the weights say,
 * instead of landing on one neighbour. Schedulers are made when first needed; nothing that is passed in changes.
 *
 * What a call cannot use has schedulers of its own, since other calls can. Who is full leaves the turns for everybody,
 * and returns to them without having lost or gained by it.
 */
export function orderTier(
  { tier, unusable, full, isFirst, limit }: TierRequest,
  schedulers: Schedulers,
): { readonly positions: readonly number[]; readonly turns: readonly TurnTaken[] } {
  const out = full.size === 0 ? unusable : new Set([...unusable, ...full]);
  const length = Math.min(limit, tier.gateways.length - out.size);
  const positions: number[] = [];
  const turns: TurnTaken[] = [];
  const leaves = tier.gateways.length <= LEAVING_LIMIT ? unusable : out;
  const prefix = `${tier.lineup.key}${isFirst ? '' : '\nlater'}${exceptWord(leaves)}`;
  while (positions.length < Math.min(length, SCHEDULED_PLACES)) {
    const key = prefix + namesWord('without', tier, positions);
    const scheduler = schedulerFor(key, tier, out, positions, schedulers);
    positions.push(scheduler.next());
    turns.push({ key, scheduler });
  }
  appendByLineup(positions, tier, out, length);
  return { positions, turns };
}

/**
 * Stands for the positions that a call cannot use. A caller has the choice of them, and they may be thousands: they are
 * summed up by a hash (FNV-1a, twice 32 bits) instead of being named.
 */
function exceptWord(unusable: ReadonlySet<number>): string {
  if (unusable.size === 0) return '';
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  for (const position of unusable) {
    low = Math.imul(low ^ position, 0x01000193);
    high = Math.imul(high ^ position, 0x01000193) ^ (low >>> 15);
  }
  return `\nexcept ${unusable.size} ${(low >>> 0).toString(36)} ${(high >>> 0).toString(36)}`;
}

/**
 * Names members within a key; their order does not matter to what the scheduler deals. A line-up's key may hold a
 * hostname, which is any text on one line, and so every word begins a new one.
 */
function namesWord(word: string, tier: Tier, positions: readonly number[]): string {
  if (positions.length === 0) return '';
  const names = positions.map((position) => tier.lineup.members[position]?.name ?? '');
  return `\n${word} ${names.sort().join(' ')}`;
}

function schedulerFor(
  key: string,
  tier: Tier,
  out: ReadonlySet<number>,
  positions: readonly number[],
  schedulers: Schedulers,
): Scheduler {
  const known = schedulers.get(key);
  if (known?.lineup === tier.lineup && excludesJust(known, out, positions)) return known;
  const excluded = new Set([...out, ...positions]);
  return known === undefined ? new Scheduler(tier.lineup, excluded) : carryLags(known, tier.lineup, excluded);
}

function excludesJust({ excluded }: Scheduler, out: ReadonlySet<number>, positions: readonly number[]): boolean {
  if (excluded.size !== out.size + positions.length) return false;
  for (const position of out) if (!excluded.has(position)) return false;
  return positions.every((position) => excluded.has(position));
}

function appendByLineup(positions: number[], tier: Tier, out: ReadonlySet<number>, length: number): void {
  const taken = new Set(positions);
  const size = tier.gateways.length;
  const start = (positions.at(-1) ?? -1) + 1;
  for (let step = 0; positions.length < length && step < size; step += 1) {
    const position = (start + step) % size;
    if (!taken.has(position) && !out.has(position)) positions.push(position);
  }
}
