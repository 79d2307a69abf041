import type { Timers } from '../../../src/esl/timers.ts';
import type { CallOptions, CallResult, RunningCall } from './call-result.ts';
import type { FakeEvent } from './fake-event.ts';
import type { BehaviourScript, GatewayBehaviour, GatewayCall } from './gateway-behaviour.ts';
import { reachable, type Peer } from './peer.ts';
import type { LookupTarget } from './post-lookup.ts';
import { RunningSwitch } from './running-switch.ts';
import type { LocalGateway } from './sofia-configuration.ts';
import { SwitchLog } from './switch-log.ts';

export interface FakeFreeswitchOptions {
  /** Also the switchname. */
  readonly hostname: string;
  /** All time comes from them, stamps included. */
  readonly timers: Timers;
  /** The bindings of mod_xml_curl in their order; undefined = none, so everything is local. */
  readonly lookup: LookupTarget | readonly LookupTarget[] | undefined;
  /** ClueCon by default. */
  readonly eslPassword?: string;
  /** In the local sofia.conf, each with `<domain name="all" parse="true"/>`; `external` by default. */
  readonly profiles?: readonly string[];
  /** False = started with -nosql. */
  readonly sql?: boolean;
  /** False = mod_distributor is not loaded. */
  readonly modDistributor?: boolean;
  /** The local distributor.conf, `<configuration name="distributor.conf">` and all. */
  readonly localDistributor?: string;
  readonly localGateways?: readonly LocalGateway[];
  readonly random?: () => number;
  /** 20 s by default. */
  readonly heartbeatMs?: number;
  /** In full, as `version` and HEARTBEAT say it. */
  readonly version?: string;
  /** How far `show channels` is behind. */
  readonly showLagMs?: number;
}

/**
 * A FreeSWITCH as far as trunkhunt can see it: a server of the event socket and a client of mod_xml_curl in one, with
 * sofia's gateways, mod_distributor, and calls that run the plans it is given (contract 1 to 7).
 */
export class FakeFreeswitch {
  readonly log = new SwitchLog();
  readonly #options: FakeFreeswitchOptions;
  readonly #gateways = new Map<string, BehaviourScript>();
  readonly #peers = new Map<string, Peer>();
  #running: RunningSwitch;
  #port = 0;
  #isUp = false;
  #isPaused = false;
  #isRejecting = false;
  #isLost: ((event: FakeEvent) => boolean) | undefined;

  /** Boots a switch: when it is ready, its profiles have loaded what they get. */
  static async start(options: FakeFreeswitchOptions): Promise<FakeFreeswitch> {
    const fake = new FakeFreeswitch(options);
    await fake.#boot();
    return fake;
  }

  private constructor(options: FakeFreeswitchOptions) {
    this.#options = options;
    this.#running = this.#process();
  }

  get eslPort(): number {
    return this.#port;
  }

  get coreUuid(): string {
    return this.#running.core.uuid;
  }

  /** How many clients are connected to the event socket. */
  get eslConnections(): number {
    return this.#running.server.connections;
  }

  /** How many calls are in progress. */
  get callsInProgress(): number {
    return this.#running.calls;
  }

  /** What a gateway does with calls from now on; `undefined` = rings and answers. */
  setGateway(name: string, script: BehaviourScript | undefined): void {
    if (script === undefined) {
      this.#gateways.delete(name);
    } else {
      this.#gateways.set(name, script);
    }
  }

  /** What is at the far end of a gateway from now on, for pings and registrations; what is left out is reachable. */
  setPeer(name: string, peer: Partial<Peer>): void {
    this.#peers.set(name, { ...reachable, ...peer });
  }

  /** Somebody calls, and the call runs to its end. */
  call(options: CallOptions): Promise<CallResult> {
    return this.startCall(options).result;
  }

  startCall(options: CallOptions): RunningCall {
    if (!this.#isUp) throw new Error('the switch is down');
    return this.#running.startCall(options);
  }

  /** An API command as at the console, not logged. */
  command(line: string): Promise<string> {
    return this.#running.command(line);
  }

  /** Drops the clients of the event socket; calls go on. */
  cutEsl(): void {
    this.#running.server.drop(false);
  }

  /** Events queue up until they are resumed, for whoever is connected. */
  pauseEvents(): void {
    this.#isPaused = true;
    this.#running.server.pause(true);
  }

  resumeEvents(): void {
    this.#isPaused = false;
    this.#running.server.pause(false);
  }

  /** Events for which it holds are silently lost, though they are counted; undefined = none. */
  loseEvents(isLost: ((event: FakeEvent) => boolean) | undefined): void {
    this.#isLost = isLost;
    this.#running.core.isLost = isLost;
  }

  /** New clients of the event socket get a text/rude-rejection, as by its ACL. */
  rejectEsl(isRejecting = true): void {
    this.#isRejecting = isRejecting;
    this.#running.server.rejectAll(isRejecting);
  }

  /** Shuts down: clients get their notice, calls are gone. */
  async stop(): Promise<void> {
    if (this.#isUp) await this.#running.end(true);
    this.#isUp = false;
  }

  /** As kill -9: every connection is reset, calls are gone, nothing is said. */
  async kill(): Promise<void> {
    if (this.#isUp) await this.#running.end(false);
    this.#isUp = false;
  }

  /** Kills it unless it is down already, and boots another core on the same port, which fetches everything anew. */
  async restart(): Promise<void> {
    await this.kill();
    this.#running = this.#process();
    await this.#boot();
  }

  async #boot(): Promise<void> {
    const { server, core } = this.#running;
    server.pause(this.#isPaused);
    server.rejectAll(this.#isRejecting);
    core.isLost = this.#isLost;
    this.#isUp = true;
    this.#port = await this.#running.boot(this.#port);
  }

  #process(): RunningSwitch {
    return new RunningSwitch(this.#options, {
      log: this.log,
      peer: (name) => this.#peers.get(name) ?? reachable,
      behaviour: (call) => this.#behaviour(call),
    });
  }

  #behaviour(call: GatewayCall): GatewayBehaviour {
    const script = this.#gateways.get(call.gateway) ?? {};
    return typeof script === 'function' ? script(call) : script;
  }
}
