import { equalIgnoringAsciiCase } from '../ascii-case.ts';
import { childrenNamed } from '../xml-node.ts';
import type { Header } from './fake-event.ts';
import { allGatewaysXml, oneGatewayXml, profilesText, profilesXml } from './gateway-status.ts';
import { GatewayTable, type SofiaProfile } from './gateway-table.ts';
import type { Peer } from './peer.ts';
import type { GatewaySettings } from './read-gateway.ts';
import {
  gatewaysOfDomain,
  localConfiguration,
  profileNamed,
  servedConfiguration,
  type LocalGateway,
  type ProfileConfiguration,
} from './sofia-configuration.ts';
import type { Origin, SwitchCore } from './switch-core.ts';
import type { XmlCurlClient } from './xml-curl-client.ts';

const tickMs = 1000;
/** A profile cannot be stopped in the first seconds of its life (contract 3.3). */
const restartableAfterSeconds = 10;
/** A restarting profile is away for a while (a quarter of a second at the least), and commands to it fail meanwhile. */
const restartMs = 2000;
const reloaded = 'Reload XML [Success]\n';
const loading: Origin = ['sofia.c', 'config_sofia', 4486];
const starting: Origin = ['sofia.c', 'launch_sofia_worker_thread', 3046];
const startingDirectory: Origin = ['sofia.c', 'launch_sofia_worker_thread', 3064];
const rescanningDirectory: Origin = ['sofia.c', 'config_sofia', 6268];
const startingGateway: Origin = ['sofia.c', 'config_gateway', 4432];

/** mod_sofia as far as gateways go: loading, the `sofia` command, and the worker thread (contract 3.3, 3.4 and 5). */
export class ModSofia {
  readonly table: GatewayTable;
  readonly #core: SwitchCore;
  readonly #xmlCurl: XmlCurlClient;
  readonly #local: readonly ProfileConfiguration[];

  constructor(
    core: SwitchCore,
    xmlCurl: XmlCurlClient,
    peer: (name: string) => Peer,
    profiles: readonly string[],
    gateways: readonly LocalGateway[],
  ) {
    this.#core = core;
    this.#xmlCurl = xmlCurl;
    this.table = new GatewayTable(core, peer);
    this.#local = localConfiguration(profiles, gateways);
  }

  /** Module load: which profiles there are. Each then starts in a thread of its own (contract 3.1). */
  async load(): Promise<readonly (() => Promise<void>)[]> {
    const configured = await this.#configuration(loading, []);
    this.#core.clock.every(tickMs, () => {
      this.table.tick();
    });
    return configured.map(
      ({ name }) =>
        () =>
          this.#startProfile(name),
    );
  }

  /** The API command `sofia`. */
  async command(line: string): Promise<string> {
    const [verb = '', ...words] = line.split(' ').filter((word) => word !== '');
    switch (verb.toLowerCase()) {
      case 'profile':
        return this.#profileCommand(words);
      case 'status':
        return words.length === 0 ? profilesText(this.table.profiles, this.#core.clock) : 'Invalid Syntax!\n';
      case 'xmlstatus':
        return this.#xmlStatus(words);
      default:
        return 'USAGE:\n';
    }
  }

  #xmlStatus([what, name]: readonly string[]): string {
    const { clock } = this.#core;
    if (what === undefined) return profilesXml(this.table.profiles, clock);
    if (name === undefined) return allGatewaysXml(this.table.profiles, clock);
    if (!equalIgnoringAsciiCase(what, 'gateway')) return 'Invalid Syntax!\n';
    const gateway = this.table.find(name);
    return gateway === undefined ? 'Invalid Gateway!\n' : oneGatewayXml(gateway, clock);
  }

  async #profileCommand([profileName = '', verb, name]: readonly string[]): Promise<string> {
    if (verb === undefined) return 'Invalid Args!\n';
    const profile = this.table.profile(profileName);
    if (profile === undefined) return `Invalid Profile [${profileName}]`;
    switch (verb.toLowerCase()) {
      case 'killgw':
        return this.#kill(profile, name);
      case 'startgw':
        return name === undefined ? '-ERR missing gw name\n' : this.#startGateway(profile, name);
      case 'rescan':
        return this.#rescan(profile);
      case 'register':
        return this.#order(profile, name, 'UNREGED', 'registered');
      case 'unregister':
        return this.#order(profile, name, 'UNREGISTER', 'unregistered');
      case 'restart':
      case 'stop':
        return this.#stop(profile, verb.toLowerCase() === 'restart');
      case 'gwlist':
        return this.gatewayList(profile.name, name);
      default:
        return '-ERR Unknown command!\n';
    }
  }

  /** Names with a space after each, newest first; any word but `down` means up (contract 5.2). */
  gatewayList(profileName: string, word = 'up'): string {
    const wanted = equalIgnoringAsciiCase(word, 'down') ? 'DOWN' : 'UP';
    const gateways = this.table.profile(profileName)?.gateways ?? [];
    return gateways
      .filter(({ status }) => status === wanted)
      .map(({ name }) => `${name} `)
      .join('');
  }

  /** Looked up over all profiles, whichever was named (contract 5.3). */
  #kill(profile: SofiaProfile, name: string | undefined): string {
    if (name === undefined) return '-ERR missing gw name\n';
    if (equalIgnoringAsciiCase(name, '_all_')) {
      for (const gateway of profile.gateways) gateway.kill();
      return '+OK every gateway marked for deletion.\n';
    }
    const gateway = this.table.find(name);
    gateway?.kill();
    return gateway === undefined ? '-ERR no such gateway.\n' : '+OK gateway marked for deletion.\n';
  }

  #order(profile: SofiaProfile, name: string | undefined, state: 'UNREGED' | 'UNREGISTER', done: string): string {
    if (name === undefined) return 'No gateway name provided!\n';
    if (equalIgnoringAsciiCase(name, 'all')) {
      for (const each of profile.gateways) each.order(state);
      return '+OK\n';
    }
    const gateway = this.table.find(name);
    if (gateway === undefined) return 'Invalid gateway!\n';
    return gateway.order(state) ? '+OK\n' : `-ERR NOREG gateway [${name}] can't be ${done}!\n`;
  }

  async #startProfile(name: string): Promise<void> {
    const profile = this.table.startProfile(name);
    const configured = await this.#configuration(starting, [['profile', name]]);
    await this.#addAll(profile, configured, startingDirectory);
  }

  async #rescan(profile: SofiaProfile): Promise<string> {
    const fields: readonly Header[] = [
      ['profile', profile.name],
      ['reconfig', 'true'],
    ];
    const found = await this.#addAll(profile, await this.#configuration(loading, fields), rescanningDirectory);
    return `${reloaded}${found ? '+OK scan complete\n' : `-ERR cannot find config for profile ${profile.name}\n`}`;
  }

  /** Only sofia.conf is read for it, not the directory (SOF:4418-4462). */
  async #startGateway(profile: SofiaProfile, name: string): Promise<string> {
    const fields: readonly Header[] = [
      ['profile', profile.name],
      ['reconfig', 'true'],
      ['gateway', name],
    ];
    const configured = profileNamed(await this.#configuration(startingGateway, fields), profile.name);
    for (const settings of configured?.gateways ?? []) {
      if (name === '_all_' || settings.name === name) this.table.add(profile, settings);
    }
    const failure = `-ERR cannot add gateway ${name} for profile ${profile.name}\n`;
    return `${reloaded}${configured === undefined ? failure : `+OK start gateway ${name} complete\n`}`;
  }

  #stop(profile: SofiaProfile, restarts: boolean): string {
    const left = restartableAfterSeconds - (this.#core.clock.epochSeconds() - profile.startedAt);
    if (left > 0) {
      const wait = `${left} second${left === 1 ? '' : 's'}`;
      return `Profile ${profile.name} must be up for at least 10 seconds to stop/restart.\nPlease wait ${wait}\n`;
    }
    this.table.stopProfile(profile);
    if (restarts) this.#core.clock.after(restartMs, () => void this.#startProfile(profile.name));
    return `${reloaded}${restarts ? 'restarting' : 'stopping'}: ${profile.name}`;
  }

  /** @returns whether the profile is in the configuration */
  async #addAll(
    profile: SofiaProfile,
    configuration: readonly ProfileConfiguration[],
    directory: Origin,
  ): Promise<boolean> {
    const configured = profileNamed(configuration, profile.name);
    if (configured === undefined) return false;
    for (const settings of configured.gateways) this.table.add(profile, settings);
    for (const domain of configured.domains) {
      for (const settings of await this.#directoryGateways(profile, domain, directory)) {
        this.table.add(profile, settings);
      }
    }
    return true;
  }

  async #directoryGateways(
    { name }: SofiaProfile,
    domain: string,
    origin: Origin,
  ): Promise<readonly GatewaySettings[]> {
    const fields: readonly Header[] = [
      ...this.#core.basics('REQUEST_PARAMS', origin),
      ['purpose', 'gateways'],
      ['profile', name],
    ];
    if (equalIgnoringAsciiCase(domain, 'all')) {
      const found = await this.#xmlCurl.lookup({ section: 'directory', fields });
      return found?.node === undefined ? [] : childrenNamed(found.node, 'domain').flatMap(gatewaysOfDomain);
    }
    const key = { tagName: 'domain', keyName: 'name', keyValue: domain };
    const found = await this.#xmlCurl.lookup({ section: 'directory', ...key, fields });
    return found?.node === undefined ? [] : gatewaysOfDomain(found.node);
  }

  /** sofia.conf, served or from the local file. */
  async #configuration(origin: Origin, fields: readonly Header[]): Promise<readonly ProfileConfiguration[]> {
    const sent = [...this.#core.basics('REQUEST_PARAMS', origin), ...fields];
    const found = await this.#xmlCurl.configuration('sofia.conf', sent);
    return found?.node === undefined ? this.#local : servedConfiguration(found.node);
  }
}
