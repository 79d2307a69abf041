import type { EslConnection } from '../esl/esl-connection.ts';
import type { GatewayEvent } from '../esl/switch-event.ts';
import type { Timers } from '../esl/timers.ts';
import { readXmlstatus, type RunningGateway } from '../xml/read-xmlstatus.ts';
import type { ReachTable } from './reach-table.ts';

/** Events of more gateways than this are answered by asking for all at once. */
const SINGLE_QUESTIONS_LIMIT = 20;

/** Events come in bursts; they are gathered for so long. */
const GATHER_MS = 50;

/** An un-REGISTER that nobody answers ends after SIP's 32 s; then FreeSWITCH lets go (contract 5.3). */
const DELETE_TIMEOUT_MS = 40_000;

export interface SwitchGatewaysContext {
  readonly hostname: string;
  readonly timers: Timers;
  readonly reach: ReachTable;
  /** The reach of these gateways changed, for this reason. */
  readonly onReach: (gateways: readonly string[], why: string) => void;
  /** The switch has added the gateway, by whose command whatsoever. */
  readonly onAdded: (gateway: string, profile: string) => void;
  /** Somebody else took a gateway away. */
  readonly onVanished: () => void;
  readonly connection: () => EslConnection | undefined;
}

/**
 * The gateways that one switch runs. A gateway that was told to go is listed for another second or longer, while
 * another of the same name may already be there (contract 5.4): it is left out, and after each `gateway_delete` the
 * name is asked for again.
 */
export class SwitchGateways {
  readonly #context: SwitchGatewaysContext;
  /** Told to go and not yet gone, with who waits for it. */
  readonly #doomed = new Map<string, () => void>();
  /** For each question about all gateways that is open: whom events spoke of meanwhile, and know better. */
  readonly #openQuestions = new Set<Set<string>>();
  /** Names to ask for, and whether we had a hand in what happened to them. */
  readonly #toAsk = new Map<string, { readonly isOurs: boolean }>();
  #isGathering = false;

  constructor(context: SwitchGatewaysContext) {
    this.#context = context;
  }

  /** Asks for all gateways. */
  async resync(connection: EslConnection, why: string): Promise<void> {
    const spokenOf = new Set<string>();
    this.#openQuestions.add(spokenOf);
    const answer = await connection.api('sofia xmlstatus gateway').finally(() => {
      this.#openQuestions.delete(spokenOf);
    });
    const listed = readXmlstatus(answer);
    if (listed === undefined) throw new Error(`'sofia xmlstatus gateway' was answered with '${answer.slice(0, 80)}'`);
    const { reach, hostname } = this.#context;
    const running = new Map([...listed].filter(([name]) => !this.#doomed.has(name)));
    for (const name of spokenOf) {
      const newer = reach.running(hostname)?.get(name);
      if (newer === undefined) running.delete(name);
      else running.set(name, newer);
      this.#askAgain(name, true);
    }
    this.#changed(reach.replace(hostname, running), why);
  }

  /** Takes an event in. Of a gateway that came or went, only the switch itself knows how it is now. */
  follow(event: GatewayEvent): void {
    const { reach, hostname } = this.#context;
    const { gateway } = event;
    for (const spokenOf of this.#openQuestions) spokenOf.add(gateway);
    if (event.change === 'state') {
      const known = reach.running(hostname)?.get(gateway);
      if (known === undefined || event.status === '') this.#askAgain(gateway);
      else {
        const why = event.sipStatus === 0 ? `state ${event.state}` : `state ${event.state}, SIP ${event.sipStatus}`;
        const isChange = reach.set(hostname, gateway, { ...known, state: event.state, isUp: event.status === 'UP' });
        if (isChange) this.#changed([gateway], why);
      }
      return;
    }
    if (event.change === 'added') this.#context.onAdded(gateway, event.profile);
    const isOurs = this.#doomed.has(gateway);
    this.#noLongerDoomed(gateway);
    this.#askAgain(gateway, isOurs);
  }

  /**
   * The gateway was told to go: it gets no calls from now on.
   * @returns when it is gone, or long enough after
   */
  doom(gateway: string): Promise<void> {
    const { reach, hostname, timers } = this.#context;
    if (reach.set(hostname, gateway, undefined)) this.#changed([gateway], 'it was told to go');
    return new Promise((resolve) => {
      const cancel = timers.after(DELETE_TIMEOUT_MS, () => {
        this.#noLongerDoomed(gateway);
      });
      this.#doomed.set(gateway, () => {
        cancel();
        resolve();
      });
    });
  }

  /** It does not go after all. */
  spare(gateway: string): void {
    this.#noLongerDoomed(gateway);
    this.#askAgain(gateway, true);
  }

  /** The connection is gone: whoever waits need not wait any more. */
  lost(): void {
    for (const gateway of [...this.#doomed.keys()]) this.#noLongerDoomed(gateway);
    this.#toAsk.clear();
  }

  #noLongerDoomed(gateway: string): void {
    const resolve = this.#doomed.get(gateway);
    this.#doomed.delete(gateway);
    resolve?.();
  }

  #askAgain(gateway: string, isOurs = false): void {
    this.#toAsk.set(gateway, { isOurs });
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#context.timers.after(GATHER_MS, () => {
      this.#isGathering = false;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const names = [...this.#toAsk];
    this.#toAsk.clear();
    const connection = this.#context.connection();
    if (connection === undefined || names.length === 0) return;
    try {
      if (names.length > SINGLE_QUESTIONS_LIMIT) await this.resync(connection, 'gateways came or went');
      else for (const [name] of names) await this.query(connection, name);
    } catch {
      // The connection broke, or will be found out of order by the next resync: after both all is asked for anew.
      return;
    }
    const { reach, hostname } = this.#context;
    const isGone = (name: string): boolean => reach.reachOf(hostname, name) === 'absent' && !this.#doomed.has(name);
    if (names.some(([name, { isOurs }]) => !isOurs && isGone(name))) this.#context.onVanished();
  }

  /** Asks for one gateway, of which the switch knows even while an older one of the same name is listed. */
  async query(connection: EslConnection, name: string): Promise<RunningGateway | undefined> {
    const answer = readXmlstatus(await connection.api(`sofia xmlstatus gateway ${name}`));
    const gateway = answer?.get(name);
    if (this.#doomed.has(name)) return gateway;
    const { reach, hostname } = this.#context;
    if (reach.set(hostname, name, gateway))
      this.#changed([name], gateway === undefined ? 'it is gone' : 'so the switch says');
    return gateway;
  }

  #changed(gateways: readonly string[], why: string): void {
    if (gateways.length > 0) this.#context.onReach(gateways, why);
  }
}
