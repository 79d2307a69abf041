import type { HealthEvent } from '../metrics/live-metrics.ts';
import type { Call } from '../routing/call.ts';
import type { Decision } from '../routing/decide.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { Counts } from './counts.ts';
import { DueShares } from './due-shares.ts';
import { GroupTally } from './group-tally.ts';
import type { RunReport } from './run-report.ts';
import type { WorldObserver } from './simulated-world.ts';

/** Counts what becomes of the calls of one inventory. */
export class RunTally implements WorldObserver {
  readonly #due = new DueShares();
  readonly #groups = new Map<Name, GroupTally>();
  readonly #refused = new Counts();
  readonly #full = new Map<string, Counts<string>>();
  readonly #health = new Map<string, Counts<HealthEvent>>();
  #calls = 0;

  decided(call: Call, decision: Decision, first: Name | undefined): void {
    this.#calls += 1;
    if (decision.outcome !== 'planned') {
      this.#refused.add(refusalOf(decision));
      return;
    }
    this.#of(decision.route.group).planned(decision, first, this.#due.accountOf(decision.route, call));
  }

  tried(group: GatewayGroup, gateway: Name): void {
    this.#of(group).tried(gateway);
  }

  ended(group: GatewayGroup, servedBy: Name | undefined, cause: string, attempts: readonly Name[]): void {
    this.#of(group).ended(servedBy, cause, attempts);
  }

  foundFull(gateway: Name, limit: string): void {
    countFor(this.#full, gateway, limit);
  }

  healthChanged(gateway: string, event: HealthEvent): void {
    countFor(this.#health, gateway, event);
  }

  report(): RunReport {
    const groups = [...this.#groups.values()]
      .map((group) => group.report())
      .sort((a, b) => (a.group < b.group ? -1 : 1));
    const sum = (of: (group: (typeof groups)[number]) => number): number =>
      groups.reduce((total, group) => total + of(group), 0);
    const planned = sum(({ calls }) => calls);
    const attempts = sum((group) => group.attempts);
    return {
      calls: this.#calls,
      planned,
      served: sum(({ served }) => served),
      attempts,
      attemptsPerCall: planned === 0 ? 0 : attempts / planned,
      overflow: sum(({ overflow }) => overflow),
      largestDeviation: Math.max(0, ...groups.map((group) => group.largestDeviation)),
      refused: this.#refused.all,
      groups,
      full: byGateway(this.#full),
      health: byGateway(this.#health),
    };
  }

  #of(group: GatewayGroup): GroupTally {
    const tally = this.#groups.get(group.name) ?? new GroupTally(group);
    this.#groups.set(group.name, tally);
    return tally;
  }
}

function countFor<Word extends string>(counts: Map<string, Counts<Word>>, gateway: string, word: Word): void {
  const known = counts.get(gateway) ?? new Counts<Word>();
  counts.set(gateway, known);
  known.add(word);
}

function byGateway(
  counts: ReadonlyMap<string, Counts<string>>,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const entries = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([gateway, { all }]) => [gateway, all]));
}

/** One word for why a call has no plan. */
export function refusalOf(decision: Exclude<Decision, { readonly outcome: 'planned' }>): string {
  return decision.outcome === 'no_route' ? 'no_route' : `${decision.outcome}: ${decision.reason}`;
}
