import type { Name } from './name.ts';

/** How many characters of a called number stand for its destination: a country and an area, or a short extension. */
const PREFIX_LENGTH = 5;

/** A fault waits so long for somebody to get through to the same destination; then it is settled. */
const WAIT_MS = 60_000;

/** A destination counts as reachable where some other gateway gets through at least this often. */
const REACHABLE_RATIO = 0.5;

/** So many destinations are watched; they are made of called numbers, which callers choose. */
const PREFIXES_LIMIT = 10_000;

/** So many faults of one gateway wait for one destination: more of them would say nothing more. */
const WAITING_LIMIT = 20;

interface Tally {
  faults: number;
  goods: number;
  waiting: number;
}

interface Destination {
  readonly tallies: Map<Name, Tally>;
  /** Faults that are not yet held against anybody. */
  waiting: { readonly gateway: Name; readonly atMs: number }[];
  /** When the tallies were last halved. */
  halvedAtMs: number;
}

/** What becomes of faults that waited: `charged` to the gateway, or `excused` since nobody gets through. */
export interface Settled {
  readonly charged: readonly Name[];
  readonly excused: readonly Name[];
}

/**
 * Tells faults of gateways from destinations that nobody reaches. A fault is held against a gateway once some other
 * gateway gets through to the same destination at least every second time, or where nobody else has tried; where
 * several have tried and all of them fail, the destination is to blame. One of these for each switch.
 */
export class Suspicions {
  /** By prefix, the longest untouched first. */
  readonly #destinations = new Map<string, Destination>();

  /** The gateway failed; tells which faults are held against whom by now. */
  fault(number: string, gateway: Name, atMs: number): Settled {
    const prefix = prefixOf(number);
    const destination = this.#destinations.get(prefix) ?? newDestination(atMs);
    this.#destinations.delete(prefix);
    this.#destinations.set(prefix, destination);
    const tally = tallyOf(destination, gateway, atMs);
    tally.faults += 1;
    if (tally.waiting < WAITING_LIMIT) {
      tally.waiting += 1;
      destination.waiting.push({ gateway, atMs });
    }
    const charged = chargeWhereReachable(destination);
    const [oldest] = this.#destinations;
    if (this.#destinations.size <= PREFIXES_LIMIT || oldest === undefined) return { charged, excused: [] };
    this.#destinations.delete(oldest[0]);
    const settled = settle(oldest[1].waiting, oldest[1]);
    return { charged: [...charged, ...settled.charged], excused: settled.excused };
  }

  /** The gateway got through. */
  good(number: string, gateway: Name, atMs: number): Settled {
    const destination = this.#destinations.get(prefixOf(number));
    // Where nobody has failed there is nothing to tell apart.
    if (destination === undefined) return { charged: [], excused: [] };
    tallyOf(destination, gateway, atMs).goods += 1;
    return { charged: chargeWhereReachable(destination), excused: [] };
  }

  /** The gateway had rung, and failed after all: it did not get through. */
  takeBackGood(number: string, gateway: Name): void {
    const tally = this.#destinations.get(prefixOf(number))?.tallies.get(gateway);
    if (tally !== undefined) tally.goods = Math.max(0, tally.goods - 1);
  }

  /** Whether a fault of the gateway is not settled yet. */
  isWaiting(gateway: Name): boolean {
    for (const { tallies } of this.#destinations.values()) if ((tallies.get(gateway)?.waiting ?? 0) > 0) return true;
    return false;
  }

  /** Settles what has waited long enough. */
  passTime(atMs: number): Settled {
    const charged: Name[] = [];
    const excused: Name[] = [];
    for (const [prefix, destination] of this.#destinations) {
      const isOver = ({ atMs: sinceMs }: { readonly atMs: number }): boolean => atMs - sinceMs >= WAIT_MS;
      const over = destination.waiting.filter(isOver);
      stopWaiting(destination, over);
      const settled = settle(over, destination);
      charged.push(...settled.charged);
      excused.push(...settled.excused);
      halve(destination, atMs);
      if (destination.waiting.length === 0 && destination.tallies.size === 0) this.#destinations.delete(prefix);
    }
    return { charged, excused };
  }
}

function newDestination(atMs: number): Destination {
  return { tallies: new Map(), waiting: [], halvedAtMs: atMs };
}

function prefixOf(number: string): string {
  return number.slice(0, number.startsWith('+') ? PREFIX_LENGTH + 1 : PREFIX_LENGTH);
}

function tallyOf(destination: Destination, gateway: Name, atMs: number): Tally {
  halve(destination, atMs);
  const tally = destination.tallies.get(gateway) ?? { faults: 0, goods: 0, waiting: 0 };
  destination.tallies.set(gateway, tally);
  return tally;
}

/** Old news counts less; what has become less than half a call is forgotten. */
function halve(destination: Destination, atMs: number): void {
  for (; atMs - destination.halvedAtMs >= WAIT_MS; destination.halvedAtMs += WAIT_MS) {
    for (const [gateway, tally] of destination.tallies) {
      tally.faults /= 2;
      tally.goods /= 2;
      if (tally.faults + tally.goods < 0.5 && tally.waiting === 0) destination.tallies.delete(gateway);
    }
    if (destination.tallies.size === 0) {
      destination.halvedAtMs = atMs;
      return;
    }
  }
}

function chargeWhereReachable(destination: Destination): readonly Name[] {
  const { waiting } = destination;
  if (waiting.length === 0) return [];
  const charged = waiting.filter(({ gateway }) => someoneElseGetsThrough(destination, gateway));
  if (charged.length === 0) return [];
  stopWaiting(destination, charged);
  return charged.map(({ gateway }) => gateway);
}

function stopWaiting(destination: Destination, faults: Destination['waiting']): void {
  const gone = new Set(faults);
  for (const { gateway } of faults) {
    const tally = destination.tallies.get(gateway);
    if (tally !== undefined) tally.waiting -= 1;
  }
  destination.waiting = destination.waiting.filter((it) => !gone.has(it));
}

function someoneElseGetsThrough({ tallies }: Destination, gateway: Name): boolean {
  for (const [other, { faults, goods }] of tallies) {
    if (other !== gateway && goods > 0 && goods >= REACHABLE_RATIO * (goods + faults)) return true;
  }
  return false;
}

function settle(over: Destination['waiting'], { tallies }: Destination): Settled {
  const names = over.map(({ gateway }) => gateway);
  const isAlone = (gateway: Name): boolean => [...tallies.keys()].every((other) => other === gateway);
  return { charged: names.filter(isAlone), excused: names.filter((gateway) => !isAlone(gateway)) };
}
