import { BinaryHeap } from './binary-heap.ts';
import type { Lineup } from './lineup.ts';
import type { Name } from './name.ts';

/** One call is cut into about this many units, so that a lag carried over a change is rounded by less than 2^-35. */
const UNITS_PER_CALL = 2 ** 36;

/** A member that has been served, or that carries a lag: its next turn, in calls since the scheduler began. */
interface Turn {
  readonly member: number;
  /** Decides between equal deadlines. */
  readonly order: number;
  /** Units by which the member's due share grows with each call. */
  readonly share: number;
  /** The exact moment of eligibility is `whole + rest / share`; the deadline, one service later, likewise. */
  whole: number;
  rest: number;
  deadlineWhole: number;
  deadlineRest: number;
  /** Both rounded up to the call that reaches them. */
  eligibleAt: number;
  deadline: number;
}

const NOBODY: ReadonlySet<number> = new Set();

/** What a change of members or weights takes along; see `carryLags`. */
export interface CarriedLags {
  readonly lags: Float64Array;
  readonly owed: ReadonlyMap<Name, number>;
}

/**
 * Takes turns by EEVDF, "earliest eligible virtual deadline first" (Stoica and Abdel-Wahab 1995; the scheduler of the
 * Linux kernel since 6.6), with services of one call. With a share x = weight / total and k services received, a
 * member is eligible once its due `x * calls` has reached k, and its deadline is the moment at which the due reaches
 * k + 1. Among the eligible the earliest deadline is served.
 *
 * Bound: the lag (due minus received) of every member stays strictly between -1 and +1 after every call. Below: only
 * members with lag >= 0 are served. Above: up to any call T at most sum(floor(x T)) <= T services have deadlines, so
 * earliest-deadline-first meets them all (unit jobs, integer times). Rounding a deadline up to whole calls keeps that
 * order valid. `carryLags` keeps the condition over changes.
 *
 * Exact: times are kept as whole calls plus a remainder and only ever added to, so no product is formed. With at most
 * 10,000 members of weight 1,000,000 a call has at most 2^37 units, and a sum of lags stays below 2^51: far inside the
 * exact integers of a double.
 *
 * Cost: `next` O(1), `advance` O(log served). Members never served need no memory: they stand in the line-up's order,
 * which is also their order of deadlines. After a full cycle without carried lags everything is as at the start.
 */
export class Scheduler {
  readonly lineup: Lineup;
  /** Positions in the line-up that take no turns here. */
  readonly excluded: ReadonlySet<number>;
  /** Lags, in calls, that take no part in the turns now and come in at the next change; see `carryLags`. */
  readonly owed: ReadonlyMap<Name, number>;
  /** Units in one call: a multiple of the weights' sum. */
  readonly unitsPerCall: number;
  /** Units of share in one unit of weight. */
  readonly #scale: number;
  /** Calls after which a scheduler that began without lags is as at the start. */
  readonly #cycle: number;
  /** Rotates the order of equals, so that schedulers for different exclusions do not all begin with the same member. */
  readonly #rotation: number;
  readonly #eligible = new BinaryHeap<Turn>(
    (a, b) => a.deadline - b.deadline < 0 || (a.deadline === b.deadline && a.order < b.order),
  );
  readonly #waiting = new BinaryHeap<Turn>((a, b) => a.eligibleAt < b.eligibleAt);
  /** Orders below this one have been served at least once; all of them where lags were carried in. */
  #fresh = 0;
  #calls = 0;

  /** @param carried the lags by position in the line-up, in units, summing to zero; none = everybody starts even */
  constructor(lineup: Lineup, excluded: ReadonlySet<number> = NOBODY, carried?: CarriedLags) {
    this.lineup = lineup;
    this.excluded = excluded;
    this.owed = carried?.owed ?? new Map();
    let total = lineup.totalWeight;
    let rotation = 0;
    for (const member of excluded) {
      total -= weightAt(lineup, member);
      rotation += member + 1;
    }
    this.#scale = unitsPerWeight(total);
    this.unitsPerCall = total * this.#scale;
    this.#rotation = rotation;
    this.#cycle = carried === undefined ? total : Infinity;
    if (carried !== undefined) this.#enterAll(carried.lags);
    this.#skipExcluded();
  }

  /** Members that hold memory here, left-out ones included: a measure of what keeping this scheduler costs. */
  get footprint(): number {
    return this.#eligible.size + this.#waiting.size + this.excluded.size + this.owed.size;
  }

  /** The position of the member whose turn it is; -1 where nobody takes turns. Changes nothing. */
  next(): number {
    const served = this.#eligible.peek();
    if (this.#fresh >= this.lineup.members.length) return served === undefined ? -1 : served.member;
    const fresh = this.#memberAt(this.#fresh);
    if (served === undefined) return fresh;
    const freshDeadline = Math.ceil(this.unitsPerCall / this.shareOf(fresh));
    return served.deadline < freshDeadline || (served.deadline === freshDeadline && served.order < this.#fresh)
      ? served.member
      : fresh;
  }

  /** Gives the turn to `next()`. */
  advance(): void {
    const member = this.next();
    if (member < 0) return;
    const turn = this.#eligible.peek()?.member === member ? this.#eligible.pop() : undefined;
    this.#calls += 1;
    if (turn === undefined) this.#enterFresh(member);
    else this.#waitForNextTurn(turn);
    if (this.#calls === this.#cycle) this.#beginAgain();
    else this.#promote();
  }

  /** Every member's lag in units, by position. */
  lags(): Float64Array {
    const lags = Float64Array.from(this.lineup.members, (_, member) => this.#calls * this.shareOf(member));
    for (const heap of [this.#eligible, this.#waiting]) {
      for (const turn of heap.values()) lags[turn.member] = (this.#calls - turn.whole) * turn.share - turn.rest;
    }
    for (const member of this.excluded) lags[member] = 0;
    return lags;
  }

  /** Units by which the member's due grows with each call. */
  shareOf(member: number): number {
    return weightAt(this.lineup, member) * this.#scale;
  }

  /** Who stands at this place of the rotated order; rotation moves members only among their equals. */
  #memberAt(order: number): number {
    const from = this.lineup.equalsFrom[order] ?? 0;
    const size = (this.lineup.equalsTo[order] ?? 1) - from;
    return from + ((order - from + this.#rotation) % size);
  }

  #enterFresh(member: number): void {
    const share = this.shareOf(member);
    const turn = newTurn(member, this.#fresh, share);
    addService(turn, this.unitsPerCall);
    this.#waitForNextTurn(turn);
    this.#fresh += 1;
    this.#skipExcluded();
  }

  #skipExcluded(): void {
    while (this.#fresh < this.lineup.members.length && this.excluded.has(this.#memberAt(this.#fresh))) {
      this.#fresh += 1;
    }
  }

  /** The service just given moves the member's eligibility to its old deadline. */
  #waitForNextTurn(turn: Turn): void {
    turn.whole = turn.deadlineWhole;
    turn.rest = turn.deadlineRest;
    turn.eligibleAt = turn.deadline;
    addService(turn, this.unitsPerCall);
    this.#waiting.push(turn);
  }

  #promote(): void {
    for (let turn = this.#waiting.peek(); turn !== undefined && turn.eligibleAt <= this.#calls;) {
      this.#waiting.pop();
      this.#eligible.push(turn);
      turn = this.#waiting.peek();
    }
  }

  #beginAgain(): void {
    this.#eligible.clear();
    this.#waiting.clear();
    this.#calls = 0;
    this.#fresh = 0;
    this.#skipExcluded();
  }

  /** A member with lag l became eligible, or will, at -l / share. */
  #enterAll(lags: Float64Array): void {
    this.lineup.members.forEach((_, order) => {
      const member = this.#memberAt(order);
      if (this.excluded.has(member)) return;
      const turn = newTurn(member, order, this.shareOf(member));
      const lag = lags[member] ?? 0;
      turn.deadlineRest = modulo(-lag, turn.share);
      turn.deadlineWhole = (-lag - turn.deadlineRest) / turn.share;
      turn.deadline = turn.deadlineWhole + (turn.deadlineRest > 0 ? 1 : 0);
      this.#waitForNextTurn(turn);
    });
    this.#fresh = this.lineup.members.length;
    this.#promote();
  }
}

function unitsPerWeight(totalWeight: number): number {
  return totalWeight === 0 ? 1 : Math.max(1, Math.floor(UNITS_PER_CALL / totalWeight));
}

function newTurn(member: number, order: number, share: number): Turn {
  return { member, order, share, whole: 0, rest: 0, deadlineWhole: 0, deadlineRest: 0, eligibleAt: 0, deadline: 0 };
}

/** Moves the deadline on by the time in which the member's due grows by one call. */
function addService(turn: Turn, unitsPerCall: number): void {
  const rest = unitsPerCall % turn.share;
  turn.deadlineRest += rest;
  turn.deadlineWhole += (unitsPerCall - rest) / turn.share;
  if (turn.deadlineRest >= turn.share) {
    turn.deadlineRest -= turn.share;
    turn.deadlineWhole += 1;
  }
  turn.deadline = turn.deadlineWhole + (turn.deadlineRest > 0 ? 1 : 0);
}

function weightAt(lineup: Lineup, member: number): number {
  return lineup.members[member]?.weight ?? 0;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
