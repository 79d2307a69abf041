import type { TableRow } from '../inventory/table-rows.ts';
import { causesOfItsOwn } from './continue-policy.ts';
import { type GroupPlan, policyKey } from './group-plan.ts';
import { NameMaker } from './name-maker.ts';
import { NotCarriedError } from './not-carried-error.ts';
import type { ReadingCollector } from './reading-collector.ts';
import type { ProposedRow, SourcePlace } from './reading.ts';
import type { TakenList } from './take-over-list.ts';

/** A group that an extension needs. */
export interface PlannedGroup {
  readonly name: string;
  /** What it is made of; nothing where it is there already. */
  readonly rows: readonly ProposedRow[];
  /** To be called once the rows are taken. */
  readonly keep: () => void;
}

interface BookOptions {
  readonly collector: ReadingCollector;
  /** By their names in lower case. */
  readonly lists: ReadonlyMap<string, TakenList>;
  /** The gateways there are, by their names in lower case, with their spelling. */
  readonly gateways: ReadonlyMap<string, string>;
  /** `failover_causes`. */
  readonly commonCauses: ReadonlyMap<string, string>;
}

/** The groups that extensions need: each plan once, each list at least once. */
export class GroupBook {
  readonly #options: BookOptions;
  readonly #names = new NameMaker('group');
  readonly #byPlan = new Map<string, string>();
  readonly #usedLists = new Set<string>();

  constructor(options: BookOptions) {
    this.#options = options;
    // A list keeps its name whatever else wants it.
    for (const { name } of options.lists.values()) this.#names.make(name);
  }

  /**
   * The group of a plan, with the rows that make it where it is new.
   * @param wanted what to call it where the dialplan has no name for it
   * @throws NotCarriedError where there is no such list or gateway
   */
  groupOf(plan: GroupPlan, wanted: string, from: SourcePlace): PlannedGroup {
    const key = planKey(plan);
    const known = this.#byPlan.get(key);
    if (known !== undefined) return { name: known, rows: [], keep: () => undefined };
    const group = plan.list === undefined ? this.#fixed(plan, wanted, from) : this.#listed(plan, plan.list, from);
    const keep = (): void => {
      this.#byPlan.set(key, group.name);
      if (plan.list !== undefined) this.#keepList(plan.list, group.name, from);
    };
    return { name: group.name, rows: [...group.rows, ...this.#causeRows(group.name, plan, from)], keep };
  }

  /** Proposes the lists that no extension was taken over for: they may be used by others. */
  addUnusedLists(): void {
    for (const [key, list] of this.#options.lists) {
      if (this.#usedLists.has(key)) continue;
      this.#options.collector.propose(listRows(list, list.name, {}), `list '${list.name}'`);
    }
  }

  #listed(plan: GroupPlan, list: string, from: SourcePlace): Pick<PlannedGroup, 'name' | 'rows'> {
    const key = list.toLowerCase();
    const taken = this.#options.lists.get(key);
    if (taken === undefined) throw new NotCarriedError(from, `list '${list}' is none that was taken over`);
    const name = this.#usedLists.has(key) ? this.#names.make(taken.name) : taken.name;
    return { name, rows: listRows(taken, name, planColumns(plan)) };
  }

  #keepList(list: string, group: string, from: SourcePlace): void {
    const key = list.toLowerCase();
    if (this.#usedLists.has(key)) {
      const why = `another extension uses the list with other tries, timeouts or causes: this one has the group '${group}'`;
      this.#options.collector.remark(from, `list '${list}'`, why);
    }
    this.#usedLists.add(key);
  }

  #fixed(plan: GroupPlan, wanted: string, from: SourcePlace): Pick<PlannedGroup, 'name' | 'rows'> {
    const gateways = plan.gateways.map((gateway) => {
      const known = this.#options.gateways.get(gateway.toLowerCase());
      if (known !== undefined) return known;
      throw new NotCarriedError(from, `gateway '${gateway}' is none that was taken over, and none in the inventory`);
    });
    const name = this.#names.make(wanted);
    const members = gateways.map((gateway, at): ProposedRow => {
      // Heaviest first is the order of an ordered group.
      const row = { group_name: name, gateway, tier: 1, weight: gateways.length - at };
      return { table: 'gateway_group_members', row, from };
    });
    const group = { name, strategy: 'ordered', ...planColumns(plan) };
    return { name, rows: [{ table: 'gateway_groups', row: group, from }, ...members] };
  }

  #causeRows(group: string, { continueOn }: GroupPlan, from: SourcePlace): readonly ProposedRow[] {
    if (continueOn === undefined) return [];
    return causesOfItsOwn(continueOn, this.#options.commonCauses).map(([cause, action]) => ({
      table: 'group_failover_causes',
      row: { group_name: group, cause, action },
      from,
    }));
  }
}

function listRows({ from, members }: TakenList, name: string, columns: TableRow): readonly ProposedRow[] {
  return [
    { table: 'gateway_groups', row: { name, strategy: 'weighted', ...columns }, from },
    ...members.map(({ gateway, weight, from: place }): ProposedRow => {
      return { table: 'gateway_group_members', row: { group_name: name, gateway, tier: 1, weight }, from: place };
    }),
  ];
}

/** What the dialplan does not say is left to the columns' defaults. */
function planColumns(plan: GroupPlan): TableRow {
  return {
    max_attempts: plan.maxAttempts,
    ...(plan.progressTimeoutSeconds === undefined ? {} : { progress_timeout_seconds: plan.progressTimeoutSeconds }),
    ...(plan.answerTimeoutSeconds === undefined ? {} : { answer_timeout_seconds: plan.answerTimeoutSeconds }),
  };
}

function planKey(plan: GroupPlan): string {
  const { list, gateways, maxAttempts, progressTimeoutSeconds, answerTimeoutSeconds, continueOn } = plan;
  const policy = policyKey(continueOn);
  return JSON.stringify([
    list?.toLowerCase(),
    gateways,
    maxAttempts,
    progressTimeoutSeconds,
    answerTimeoutSeconds,
    policy,
  ]);
}
