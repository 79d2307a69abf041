import type { EslConnection } from '../esl/esl-connection.ts';
import { parseName } from '../routing/name.ts';
import type { CallLedger } from './call-ledger.ts';
import type { LegTracker } from './leg-tracker.ts';
import type { LiveLeg } from './open-plan.ts';

/** So many calls are asked for one by one where the switch keeps no table of its channels. */
const SINGLE_QUESTIONS_LIMIT = 2_000;

interface Channel {
  readonly uuid: string;
  readonly direction: string;
}

/**
 * Brings what is known of a switch's calls in line with the calls that it has: after a reconnect, since there is no
 * replay (contract 7.5), and from time to time, so that a lost event costs a slot for a minute at most.
 *
 * The table of channels lags behind and events go on while it is read. So who is missing in it is asked for by itself
 * before it is let go, and who ended in the meantime is not taken back.
 */
export class ChannelAudit {
  readonly #ledger: CallLedger;
  readonly #legs: LegTracker;
  /** Legs that ended while an audit runs. */
  #endedMeanwhile: Set<string> | undefined;
  #nextQuestion = 0;
  /** Outbound channels that are no gateway's leg. */
  #strangers: ReadonlySet<string> = new Set();

  constructor(ledger: CallLedger, legs: LegTracker) {
    this.#ledger = ledger;
    this.#legs = legs;
  }

  /** An event said that the leg is over. */
  legEnded(uuid: string): void {
    this.#endedMeanwhile?.add(uuid);
  }

  /** @returns how many legs were found, and how many let go */
  async run(connection: EslConnection, hostname: string): Promise<{ readonly found: number; readonly gone: number }> {
    const ended = new Set<string>();
    this.#endedMeanwhile = ended;
    try {
      const channels = readChannels(await connection.api('show channels as json'));
      const present = new Set(channels?.map(({ uuid }) => uuid));
      const doubtful = this.#ledger.legsOn(hostname).filter(({ uuid }) => !present.has(uuid));
      let gone = 0;
      for (const leg of this.#someOf(doubtful)) {
        if ((await connection.api(`uuid_exists ${leg.uuid}`)) !== 'false') continue;
        this.#ledger.legEnded(leg);
        gone += 1;
      }
      return { found: await this.#find(connection, hostname, channels ?? [], ended), gone };
    } finally {
      this.#endedMeanwhile = undefined;
    }
  }

  /** Takes in legs of gateways that nobody told of; what is none of these is not asked about again. */
  async #find(
    connection: EslConnection,
    hostname: string,
    channels: readonly Channel[],
    ended: ReadonlySet<string>,
  ): Promise<number> {
    const outbound = channels.filter(({ direction }) => direction === 'outbound').map(({ uuid }) => uuid);
    const strangers = new Set(outbound.filter((uuid) => this.#strangers.has(uuid)));
    this.#strangers = strangers;
    const unknown = outbound.filter((uuid) => !strangers.has(uuid) && this.#ledger.leg(hostname, uuid) === undefined);
    let found = 0;
    for (const uuid of unknown.slice(0, SINGLE_QUESTIONS_LIMIT)) {
      if (await this.#adopt(connection, hostname, uuid, ended)) found += 1;
      else strangers.add(uuid);
    }
    return found;
  }

  /** Of very many legs others each time, so that each has its turn. */
  #someOf(legs: readonly LiveLeg[]): readonly LiveLeg[] {
    if (legs.length <= SINGLE_QUESTIONS_LIMIT) return legs;
    const start = this.#nextQuestion % legs.length;
    this.#nextQuestion = start + SINGLE_QUESTIONS_LIMIT;
    return [...legs.slice(start), ...legs.slice(0, start)].slice(0, SINGLE_QUESTIONS_LIMIT);
  }

  /** Takes a leg in whose beginning was not seen, where it goes through a gateway. */
  async #adopt(
    connection: EslConnection,
    hostname: string,
    uuid: string,
    ended: ReadonlySet<string>,
  ): Promise<boolean> {
    const variable = async (name: string): Promise<string> => connection.api(`uuid_getvar ${uuid} ${name}`);
    const gateway = parseName(await variable('sip_gateway_name'));
    // "_undef_" and "-ERR No such channel!" are both no leg of a gateway; the first has the form of a name.
    if (gateway === undefined || gateway === '_undef_') return false;
    const decisionId = await variable('trunkhunt_decision');
    const attempt = Number(await variable('trunkhunt_attempt')) || 0;
    if (ended.has(uuid) || this.#ledger.leg(hostname, uuid) !== undefined) return false;
    this.#legs.begin(hostname, uuid, gateway, decisionId, attempt);
    return true;
  }
}

/** The rows of `show channels as json`; undefined where the switch keeps none (`-nosql`). */
function readChannels(text: string): readonly Channel[] | undefined {
  try {
    const { rows = [] } = JSON.parse(text) as { readonly rows?: readonly Partial<Channel>[] };
    return rows.flatMap(({ uuid, direction }) =>
      typeof uuid === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(uuid) ? [{ uuid, direction: String(direction) }] : [],
    );
  } catch {
    return undefined;
  }
}
