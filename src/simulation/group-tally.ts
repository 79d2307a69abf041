import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { Counts } from './counts.ts';
import type { Planned } from './order-tries.ts';
import type { GatewayReport, GroupReport } from './run-report.ts';
import type { ShareAccount } from './share-account.ts';

/** Counts what becomes of the calls of one group. */
export class GroupTally {
  readonly #group: GatewayGroup;
  readonly #tierOf: ReadonlyMap<Name, number>;
  readonly #accounts = new Set<ShareAccount>();
  readonly #firstChoices = new Counts<Name>();
  readonly #attempts = new Counts<Name>();
  readonly #served = new Counts<Name>();
  readonly #unserved = new Counts();
  #calls = 0;
  #trials = 0;
  #doubted = 0;
  #overflow = 0;
  #tierOverflow = 0;

  constructor(group: GatewayGroup) {
    this.#group = group;
    this.#tierOf = new Map(group.members.map(({ gateway, tier }) => [gateway.name, tier]));
  }

  /** @param account of what is due; undefined = nothing is to anybody */
  planned({ probe, isDoubted }: Planned, first: Name | undefined, account: ShareAccount | undefined): void {
    this.#calls += 1;
    if (isDoubted) this.#doubted += 1;
    if (first !== undefined) this.#firstChoices.add(first);
    if (probe !== undefined) this.#trials += 1;
    else if (account !== undefined && first !== undefined) {
      this.#accounts.add(account);
      account.give(first);
    }
  }

  tried(gateway: Name): void {
    this.#attempts.add(gateway);
  }

  /** @param attempts whom it was tried with */
  ended(servedBy: Name | undefined, cause: string, attempts: readonly Name[]): void {
    if (servedBy === undefined) this.#unserved.add(cause);
    else this.#served.add(servedBy);
    if (attempts.length > 1) this.#overflow += 1;
    const tiers = new Set(attempts.map((gateway) => this.#tierOf.get(gateway)));
    if (tiers.size > 1) this.#tierOverflow += 1;
  }

  report(): GroupReport {
    const { name, strategy, members } = this.#group;
    const attempts = this.#attempts.total;
    const gateways = members.map((member) => this.#reportOf(member));
    return {
      group: name,
      strategy,
      calls: this.#calls,
      served: this.#served.total,
      attempts,
      attemptsPerCall: attempts / this.#calls,
      overflow: this.#overflow,
      tierOverflow: this.#tierOverflow,
      largestDeviation: Math.max(0, ...gateways.map(({ largestDeviation }) => largestDeviation)),
      trials: this.#trials,
      doubted: this.#doubted,
      unserved: this.#unserved.all,
      gateways,
    };
  }

  #reportOf({ gateway: { name }, tier, weight }: GroupMember): GatewayReport {
    const accounts = [...this.#accounts];
    const due = accounts.reduce((total, { shares, calls }) => total + calls * (shares.get(name) ?? 0), 0);
    const calls = accounts.reduce((total, account) => total + account.calls, 0);
    const [firstChoices, served] = [this.#firstChoices.of(name), this.#served.of(name)];
    return {
      gateway: name,
      tier,
      weight,
      target: shareOf(due, calls),
      firstChoices,
      firstShare: shareOf(firstChoices, this.#firstChoices.total),
      largestDeviation: Math.max(0, ...accounts.map((account) => account.furthest(name))),
      attempts: this.#attempts.of(name),
      served,
      servedShare: shareOf(served, this.#served.total),
    };
  }
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
