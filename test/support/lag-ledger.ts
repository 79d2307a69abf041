/** Lags to begin with: `lags[i] / unitsPerCall` calls. */
export interface LagStart {
  readonly lags: readonly number[];
  readonly unitsPerCall: number;
}

/**
 * Keeps the lag of every member, calls due by its share minus calls given, in exact integers that have nothing to do
 * with the scheduler's own, and notes where one is not strictly between -1 and +1.
 *
 * A lag only grows between two services, so it is highest just before a service or at the end, and lowest just after
 * one: looking there is looking at every call. A weight of 0 stands for a member that must not be served.
 */
export class LagLedger {
  readonly #weights: readonly bigint[];
  readonly #totalWeight: bigint;
  readonly #unitsPerCall: bigint;
  readonly #start: readonly bigint[];
  readonly #given: bigint[];
  readonly #violations: string[] = [];
  #calls = 0n;

  constructor(weights: readonly number[], start?: LagStart) {
    this.#weights = weights.map(BigInt);
    this.#totalWeight = this.#weights.reduce((sum, weight) => sum + weight, 0n);
    this.#unitsPerCall = BigInt(start?.unitsPerCall ?? 1);
    this.#start = weights.map((_, member) => BigInt(start?.lags[member] ?? 0));
    this.#given = weights.map(() => 0n);
    for (const member of weights.keys()) this.#look(member);
  }

  /** Notes that the next call goes to this member. */
  serve(member: number): void {
    const given = this.#given[member];
    if (given === undefined) {
      this.#violations.push(`call ${this.#calls + 1n} went to nobody (${member})`);
      this.#calls += 1n;
      return;
    }
    this.#look(member);
    this.#calls += 1n;
    this.#given[member] = given + 1n;
    this.#look(member);
  }

  /** Everything that was out of bounds so far; looks at all members first. */
  violations(): readonly string[] {
    for (const member of this.#weights.keys()) this.#look(member);
    return this.#violations;
  }

  #look(member: number): void {
    const one = this.#unitsPerCall * this.#totalWeight;
    const due = this.#start[member]! * this.#totalWeight + this.#weights[member]! * this.#unitsPerCall * this.#calls;
    const lag = due - this.#given[member]! * one;
    if (lag > -one && lag < one) return;
    this.#violations.push(`member ${member} after call ${this.#calls}: ${Number(lag) / Number(one)}`);
  }
}
