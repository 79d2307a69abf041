import type { TableRow } from '../inventory/table-rows.ts';
import { causesOfItsOwn } from './continue-policy.ts';
import { type GroupPlan, policyKey } from './group-plan.ts';
import { NameMaker } from './name-maker.ts';
import { NotCarriedError } from './not-carried-error.ts';
import type { ReadingCollector } from './reading-collector.ts';
import type { ProposedRow, SourcePlace } from './reading.ts';
import type { ListMember, TakenList } from './take-over-list.ts';

/** What `max_attempts` is by default. */
const USUAL_ATTEMPTS = 3;

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
    const list = plan.list ?? this.#listInOrder(plan);
    const group = list === undefined ? this.#fixed(plan, wanted, from) : this.#listed(plan, list, from);
    const keep = (): void => {
      this.#byPlan.set(key, group.name);
      if (list !== undefined) this.#keepList(list, group.name, from);
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
    const strategy = plan.list === undefined ? 'ordered' : 'weighted';
    return { name, rows: listRows(taken, name, { strategy, ...planColumns(plan, taken.members.length) }) };
  }

  /** An exported plan in a fixed order asks no list, but its group is one as well. */
  #listInOrder({ isExported, exportedGroup = '', gateways }: GroupPlan): string | undefined {
    if (!isExported) return undefined;
    if (this.#options.lists.has(exportedGroup.toLowerCase())) return exportedGroup.toLowerCase();
    const wanted = gateways.join('\n').toLowerCase();
    for (const [key, { members }] of this.#options.lists) {
      if (!this.#usedLists.has(key) && inOrder(members).join('\n').toLowerCase() === wanted) return key;
    }
    return undefined;
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
    const group = { name, strategy: 'ordered', ...planColumns(plan, gateways.length) };
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
    ...members.map(({ gateway, weight, tier, from: place }): ProposedRow => {
      return { table: 'gateway_group_members', row: { group_name: name, gateway, tier, weight }, from: place };
    }),
  ];
}

/** What the dialplan does not say is left to the columns' defaults. */
function planColumns(plan: GroupPlan, members: number): TableRow {
  // As many as there are gateways is what the default comes to as well.
  const isDefault = plan.isExported && plan.maxAttempts === members && members <= USUAL_ATTEMPTS;
  return {
    ...(isDefault ? {} : { max_attempts: plan.maxAttempts }),
    ...(plan.progressTimeoutSeconds === undefined ? {} : { progress_timeout_seconds: plan.progressTimeoutSeconds }),
    ...(plan.answerTimeoutSeconds === undefined ? {} : { answer_timeout_seconds: plan.answerTimeoutSeconds }),
  };
}

/** The order of an ordered group: tier, heaviest first, then the name. */
function inOrder(members: readonly ListMember[]): readonly string[] {
  return [...members]
    .sort((a, b) => a.tier - b.tier || b.weight - a.weight || (a.gateway < b.gateway ? -1 : 1))
    .map(({ gateway }) => gateway);
}

function planKey(plan: GroupPlan): string {
  const { list, exportedGroup, gateways, maxAttempts, progressTimeoutSeconds, answerTimeoutSeconds, continueOn } = plan;
  const policy = policyKey(continueOn);
  return JSON.stringify([
    list?.toLowerCase(),
    exportedGroup?.toLowerCase(),
    gateways,
    maxAttempts,
    progressTimeoutSeconds,
    answerTimeoutSeconds,
    policy,
  ]);
}
