import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import { tiersOn } from '../routing/gateway-group.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { spreadOrder } from '../routing/spread-order.ts';
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
}

/**
 * Keeps the lists of mod_distributor as the groups that use it want them. A reload puts every list back to its start,
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
    return this.#right?.wanted === allWanted(snapshot, this.#context.hostname) ? this.#right.sinceMs : undefined;
  }

  /** The lists that are not as they are wanted. */
  async drift(connection: EslConnection, snapshot: Snapshot): Promise<readonly DriftReport[]> {
    const drift: DriftReport[] = [];
    for (const [list, nodes] of wantedLists(snapshot, this.#context.hostname)) {
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
    const wanted = allWanted(snapshot, this.#context.hostname);
    if (drift.length > 0) this.#right = undefined;
    else if (this.#right?.wanted !== wanted) this.#right = { wanted, sinceMs: this.#context.nowMs() };
    return drift;
  }

  async #apply(connection: EslConnection, snapshot: Snapshot): Promise<readonly DriftReport[]> {
    const before = await this.drift(connection, snapshot);
    const wanted = allWanted(snapshot, this.#context.hostname);
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
      this.#context.log.error(
        { switch: hostname, lists: after },
        `switch ${hostname} did not take its lists from here: a local distributor.conf.xml stands in when the server ` +
          'cannot be reached, remove it from the switch; or mod_distributor is not loaded',
      );
    }
    return after;
  }
}

/** By list, the nodes in their order, as words. */
function wantedLists(snapshot: Snapshot, hostname: string): ReadonlyMap<string, string> {
  const view = snapshot.hostnamesWithOwnView.has(hostname) ? hostname : '';
  return new Map(
    snapshot.groups
      .filter(({ chooser }) => chooser === 'mod_distributor')
      .map((group) => {
        const [lowest] = tiersOn(group, view);
        return [group.name, lowest === undefined ? '' : spreadOrder(lowest.lineup.members).names.join(' ')];
      }),
  );
}

/** All of them as one text, to tell whether they are others than before. */
function allWanted(snapshot: Snapshot, hostname: string): string {
  return [...wantedLists(snapshot, hostname)].join();
}

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
