import type { DialNumber } from './dial-number.ts';
import type { Gateway } from './gateway.ts';
import type { GatewayGroup, Tier } from './gateway-group.ts';
import type { GroupView } from './health-view.ts';
import { type Leg, type Schedulers, type TurnTaken, orderTier } from './order-tier.ts';
import { gatewayNumber, type RoutedNumber } from './route-number.ts';

/** What a plan is wanted for. */
export interface PlanRequest {
  readonly group: GatewayGroup;
  readonly number: RoutedNumber;
  readonly schedulers: Schedulers;
  /** Most legs that it may have. */
  readonly limit: number;
  /** Gateways at this address are passed over; '' = none are. */
  readonly callerAddress: string;
  readonly isFull: (gateway: Gateway) => boolean;
  readonly mayProbe: (gateway: Gateway) => boolean;
}

export interface PlanLegs {
  readonly legs: readonly Leg[];
  readonly turns: readonly TurnTaken[];
  readonly probe: Gateway | undefined;
}

/** Plans a call over the tiers of a view: each gateway once, in the order in which they are tried. */
export function planLegs(view: GroupView, ask: PlanRequest): PlanLegs {
  const { group, number } = ask;
  const probe = probeLeg(view, ask);
  // A gateway on trial may fail: the call has as many tries besides it, wherever a second try is possible.
  const limit = probe === undefined || group.continueOn.length === 0 ? ask.limit : ask.limit + 1;
  const legs: Leg[] = probe === undefined ? [] : [probe];
  const turns: TurnTaken[] = [];
  let isFirstTier = true;
  for (const tier of view.tiers) {
    if (legs.length >= limit) break;
    const numbers = numbersOf(tier, number);
    const unusable = unusablePositions(tier, numbers, ask.callerAddress);
    const full = fullPositions(tier, ask.isFull);
    const ordered: Pick<PlanLegs, 'turns'> & { readonly positions: readonly number[] } =
      group.strategy === 'ordered'
        ? { positions: inOrder(tier, unusable, full, limit - legs.length), turns: [] }
        : orderTier({ tier, unusable, full, isFirst: isFirstTier, limit: limit - legs.length }, ask.schedulers);
    for (const position of ordered.positions) {
      const gateway = tier.gateways[position];
      const dialled = numbers[tier.numberRulesOf[position] ?? 0];
      if (gateway !== undefined && dialled !== undefined) legs.push({ gateway, number: dialled });
    }
    // A call that goes first to a gateway on trial is nobody's turn.
    if (probe === undefined) turns.push(...ordered.turns);
    isFirstTier &&= ordered.positions.length === 0;
  }
  return { legs, turns, probe: probe?.gateway };
}

/** A gateway on trial that may have this call first. FreeSWITCH chooses first where mod_distributor is the chooser. */
function probeLeg(view: GroupView, ask: PlanRequest): Leg | undefined {
  if (ask.group.chooser === 'mod_distributor') return undefined;
  for (const gateway of view.probes) {
    const isElsewhere = gateway.proxyAddress === undefined || gateway.proxyAddress !== ask.callerAddress;
    if (!isElsewhere || ask.isFull(gateway) || !ask.mayProbe(gateway)) continue;
    const number = gatewayNumber(ask.number, gateway.numberRules);
    if (number !== undefined) return { gateway, number };
  }
  return undefined;
}

/** Positions whose rules leave nothing to dial, and those whose proxy is where the call came from. */
export function unusablePositions(
  tier: Tier,
  numbers: readonly (DialNumber | undefined)[],
  callerAddress: string,
): ReadonlySet<number> {
  const atAddress = tier.byProxyAddress.get(callerAddress);
  if (atAddress === undefined && !numbers.includes(undefined)) return NONE;
  const fromCaller = new Set(atAddress);
  // In the order of positions, since the set's order enters a key.
  const isUnusable = (position: number, rules: number): boolean =>
    numbers[rules] === undefined || fromCaller.has(position);
  return new Set(tier.numberRulesOf.flatMap((rules, position) => (isUnusable(position, rules) ? [position] : [])));
}

function fullPositions(tier: Tier, isFull: PlanRequest['isFull']): ReadonlySet<number> {
  if (tier.limited.length === 0) return NONE;
  const full = tier.limited.filter((position) => {
    const gateway = tier.gateways[position];
    return gateway !== undefined && isFull(gateway);
  });
  return full.length === 0 ? NONE : new Set(full);
}

const NONE: ReadonlySet<number> = new Set();

function inOrder(
  tier: Tier,
  unusable: ReadonlySet<number>,
  full: ReadonlySet<number>,
  limit: number,
): readonly number[] {
  const positions: number[] = [];
  for (let position = 0; position < tier.gateways.length && positions.length < limit; position += 1) {
    if (!unusable.has(position) && !full.has(position)) positions.push(position);
  }
  return positions;
}

/** What each of the tier's number rules makes of the number; undefined where it could not be dialled. */
export function numbersOf(tier: Tier, number: RoutedNumber): readonly (DialNumber | undefined)[] {
  return tier.numberRules.map((rules) => gatewayNumber(number, rules));
}
