import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import { type GatewayGroup, tiersOn } from '../routing/gateway-group.ts';
import { type Snapshot, viewOf } from '../routing/snapshot.ts';
import { groupLists, LOCAL_LIST } from '../xml/distributor-document.ts';
import { Attempts } from './attempts.ts';
import type { CommandLog } from './command-log.ts';
import type { DriftReport } from './reconcile-plan.ts';

/** They are fetched all at once. */
const LISTS = 'lists';

export interface ListContext {
  readonly hostname: string;
  readonly commands: CommandLog;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Whether lists of all groups matter, since the switch is to do without this server: else those that choose. */
  readonly keepsAllLists?: boolean | undefined;
}

/**
 * Keeps the lists of mod_distributor as the groups that use it want them; all lists, where plans of the switch's own do. A reload puts every list back to its start,
 * so there is none unless one of them really differs; and a reload that fails to fetch takes the switch's local file and
 * says that all is well (contract 4.5), by whomever it was asked for: so what the switch has is looked at each time.
 */
export class ListReconciler {
  readonly #context: ListContext;
  readonly #attempts: Attempts;
  /** Since when the switch has had what was wanted last, if it has. */
  #right: { readonly wanted: string; readonly sinceMs: number } | undefined;

  constructor(context: ListContext) {
    this.#context = context;
    this.#attempts = new Attempts(context.nowMs);
  }

  /** The switch began anew. */
  forget(): void {
    this.#attempts.reset();
    this.#right = undefined;
  }

  /** Since when the switch's lists are as this snapshot wants them; undefined = they were not yet found so. */
  rightSinceMs(snapshot: Snapshot): number | undefined {
    return this.#right?.wanted === this.#allWanted(snapshot) ? this.#right.sinceMs : undefined;
  }

  /** The lists that are not as they are wanted. */
  async drift(connection: EslConnection, snapshot: Snapshot): Promise<readonly DriftReport[]> {
    const drift: DriftReport[] = [];
    for (const [list, nodes] of this.#wanted(snapshot)) {
      const answer = await connection.api(`distributor_ctl dump ${list}`);
      const has = nodesIn(answer);
      if (has === nodes) continue;
      const reason = has === undefined ? answer.trim() : `it is '${shortened(has)}', wanted is '${shortened(nodes)}'`;
      drift.push({ name: list, kind: 'list', reason });
    }
    return drift;
  }

  /** Has the lists fetched anew where one differs. @returns those that differ still */
  async apply(connection: EslConnection, snapshot: Snapshot): Promise<readonly DriftReport[]> {
    const drift = await this.#apply(connection, snapshot);
    const wanted = this.#allWanted(snapshot);
    if (drift.length > 0) this.#right = undefined;
    else if (this.#right?.wanted !== wanted) this.#right = { wanted, sinceMs: this.#context.nowMs() };
    return drift;
  }

  async #apply(connection: EslConnection, snapshot: Snapshot): Promise<readonly DriftReport[]> {
    const before = await this.drift(connection, snapshot);
    const wanted = this.#allWanted(snapshot);
    if (before.length === 0 || !this.#attempts.isWorthwhile(LISTS, wanted)) return before;
    await this.#context.commands.note(
      'distributor_ctl reload',
      'distributor_reload',
      connection.bgapi('distributor_ctl reload'),
    );
    const after = await this.drift(connection, snapshot);
    if (after.length > 0) {
      this.#attempts.failed(LISTS, wanted);
      const { hostname } = this.#context;
      const why = (await this.#isOnItsFiles(connection)) ? EXPORTED : UNKNOWN;
      this.#context.log.error(
        { switch: hostname, lists: after },
        `switch ${hostname} did not take its lists from here: ${why}`,
      );
    }
    return after;
  }

  /** Whether it has the list that only an export writes. */
  async #isOnItsFiles(connection: EslConnection): Promise<boolean> {
    return nodesIn(await connection.api(`distributor_ctl dump ${LOCAL_LIST}`)) !== undefined;
  }

  /** All of them as one text, to tell whether they are others than before. */
  #allWanted(snapshot: Snapshot): string {
    return [...this.#wanted(snapshot)].join();
  }

  /** By list, the nodes in their order, as words. */
  #wanted(snapshot: Snapshot): ReadonlyMap<string, string> {
    const view = viewOf(snapshot, this.#context.hostname);
    const isUsed = ({ chooser }: GatewayGroup): boolean =>
      chooser === 'mod_distributor' || this.#context.keepsAllLists === true;
    const lists = snapshot.groups.filter(isUsed).flatMap((group) => {
      const [lowest, ...later] = groupLists(group, tiersOn(group, view));
      // Later tiers' lists are asked by plans of the switch's own alone.
      return lowest === undefined ? [] : this.#context.keepsAllLists === true ? [lowest, ...later] : [lowest];
    });
    return new Map(lists.map(({ name, nodes }) => [name, nodes.join(' ')]));
  }
}

const EXPORTED = 'it runs on the files that were exported to it, so it does not reach this server';
const UNKNOWN =
  'a local distributor.conf.xml stands in when the server cannot be reached; or mod_distributor is not loaded';

/** The nodes of a `dump`; undefined where it is none. */
function nodesIn(dump: string): string | undefined {
  if (!dump.startsWith('list: name=')) return undefined;
  return [...dump.matchAll(/^node: name=(\S+) weight=(\d+)$/gm)]
    .map(([, name = '', weight = '']) => (weight === '1' ? name : `${name}*${weight}`))
    .join(' ');
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}
