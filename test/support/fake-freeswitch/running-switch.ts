import { ApiCommands } from './api-commands.ts';
import { ChannelTable } from './channel-table.ts';
import { DistributorModule } from './distributor-module.ts';
import { EventSocketServer } from './event-socket-server.ts';
import type { CallOptions, RunningCall } from './call-result.ts';
import { FakeCall } from './fake-call.ts';
import type { FakeFreeswitchOptions } from './fake-freeswitch.ts';
import type { GatewayBehaviour, GatewayCall } from './gateway-behaviour.ts';
import { ModSofia } from './mod-sofia.ts';
import type { Peer } from './peer.ts';
import { SwitchClock } from './switch-clock.ts';
import { SwitchCore } from './switch-core.ts';
import type { SwitchLog } from './switch-log.ts';
import { XmlCurlClient } from './xml-curl-client.ts';

/** What is outside the process, and so outlives it. */
export interface Surroundings {
  readonly log: SwitchLog;
  readonly peer: (gateway: string) => Peer;
  readonly behaviour: (call: GatewayCall) => GatewayBehaviour;
}

const recordedVersion = '1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit';
const heartbeatMs = 20_000;

/** One process of FreeSWITCH, from its start to its end: core, modules, calls. */
export class RunningSwitch {
  readonly core: SwitchCore;
  readonly server: EventSocketServer;
  readonly #sofia: ModSofia;
  readonly #distributor: DistributorModule | undefined;
  readonly #xmlCurl: XmlCurlClient;
  readonly #api: ApiCommands;
  readonly #channels: ChannelTable;
  readonly #behaviour: (call: GatewayCall) => GatewayBehaviour;
  readonly #heartbeatMs: number;
  readonly #calls = new Set<FakeCall>();

  constructor(options: FakeFreeswitchOptions, { log, peer, behaviour }: Surroundings) {
    const { hostname, timers, random = Math.random, version = recordedVersion } = options;
    const clock = new SwitchClock(timers);
    this.core = new SwitchCore({ hostname, clock, random, version });
    this.#xmlCurl = new XmlCurlClient(hostname, [options.lookup ?? []].flat(), clock, log);
    const { profiles = ['external'], localGateways = [] } = options;
    this.#sofia = new ModSofia(this.core, this.#xmlCurl, peer, profiles, localGateways);
    this.#distributor =
      options.modDistributor === false ? undefined : new DistributorModule(this.#xmlCurl, options.localDistributor);
    this.#channels = new ChannelTable(this.core, options.showLagMs ?? 0);
    this.#api = new ApiCommands({
      core: this.core,
      sofia: this.#sofia,
      distributor: this.#distributor,
      channels: this.#channels,
      hasSql: options.sql !== false,
    });
    this.#behaviour = behaviour;
    this.#heartbeatMs = options.heartbeatMs ?? heartbeatMs;
    const { core } = this;
    this.server = new EventSocketServer({ core, api: this.#api, log, password: options.eslPassword ?? 'ClueCon' });
  }

  /** Modules in the order of contract 3.1; profiles start in threads of their own. */
  async boot(port: number): Promise<number> {
    await this.#distributor?.load();
    const threads = (await this.#sofia.load()).map((start) => start());
    const listening = await this.server.listen(port);
    this.core.clock.every(this.#heartbeatMs, () => {
      this.core.beat();
    });
    await Promise.all(threads);
    return listening;
  }

  get calls(): number {
    return this.#calls.size;
  }

  /** An API command, as at the switch's own console. */
  command(line: string): Promise<string> {
    return this.#api.execute(line);
  }

  startCall(options: CallOptions): RunningCall {
    const world = {
      core: this.core,
      xmlCurl: this.#xmlCurl,
      gateways: this.#sofia.table,
      channels: this.#channels,
      expand: (command: string) => this.#api.expand(command),
      behaviour: this.#behaviour,
    };
    const call = new FakeCall(world, options);
    this.#calls.add(call);
    call.start();
    const forget = (): void => {
      this.#calls.delete(call);
    };
    call.result.then(forget, forget);
    return call;
  }

  /** @param friendly whether clients are told; calls end without a word either way */
  async end(friendly: boolean): Promise<void> {
    this.core.clock.stop();
    for (const call of this.#calls) call.drop();
    this.#xmlCurl.stop();
    await this.server.close(friendly);
  }
}
