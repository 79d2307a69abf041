import { asciiLower } from '../ascii-case.ts';
import type { Header } from './fake-event.ts';
import type { Peer } from './peer.ts';
import type { GatewaySettings } from './read-gateway.ts';
import { SofiaGateway, type GatewayWorld } from './sofia-gateway.ts';
import type { SwitchCore } from './switch-core.ts';

/** A running profile; its gateways newest first, as listings have them. */
export interface SofiaProfile {
  readonly name: string;
  readonly startedAt: number;
  readonly gateways: SofiaGateway[];
}

/** sofia's profiles, their gateways, and the one table of names over all of them (contract 5.3 to 5.5). */
export class GatewayTable {
  readonly #core: SwitchCore;
  readonly #world: GatewayWorld;
  readonly #profiles = new Map<string, SofiaProfile>();
  /** `NAME` and `PROFILE::NAME`. */
  readonly #names = new Map<string, SofiaGateway>();

  constructor(core: SwitchCore, peer: (name: string) => Peer) {
    this.#core = core;
    this.#world = { core, peer, named: (name) => this.find(name) };
  }

  get profiles(): readonly SofiaProfile[] {
    return [...this.#profiles.values()];
  }

  profile(name: string): SofiaProfile | undefined {
    return this.#profiles.get(asciiLower(name));
  }

  startProfile(name: string): SofiaProfile {
    const profile = { name, startedAt: this.#core.clock.epochSeconds(), gateways: [] };
    this.#profiles.set(asciiLower(name), profile);
    return profile;
  }

  /** Its gateways go with it, and no event says so (sofia_glue_del_profile). */
  stopProfile({ name, gateways }: SofiaProfile): void {
    for (const gateway of gateways) {
      this.#names.delete(gateway.name);
      this.#names.delete(`${name}::${gateway.name}`);
    }
    this.#profiles.delete(asciiLower(name));
  }

  /** What calls and commands find by a name: nothing once it is marked for deletion. */
  find(name: string): SofiaGateway | undefined {
    const gateway = this.#names.get(name);
    return gateway?.deleted === false ? gateway : undefined;
  }

  /**
   * A gateway of a document (SOF:3784, REG:3683-3731). One that runs in the same profile is left as it is, whatever has
   * changed; a marked one makes way; a name that another profile has gives a copy that nobody can look up.
   */
  add(profile: SofiaProfile, settings: GatewaySettings): void {
    const { name } = settings;
    const qualified = `${profile.name}::${name}`;
    if (this.#names.has(name) && this.#names.get(qualified)?.deleted === false) return;
    const gateway = new SofiaGateway(settings, profile.name, this.#world);
    profile.gateways.unshift(gateway);
    if (this.#names.get(name)?.deleted === true) {
      this.#names.delete(name);
      this.#names.delete(qualified);
    }
    if (this.#names.has(name) || this.#names.has(qualified)) return;
    this.#names.set(name, gateway);
    this.#names.set(qualified, gateway);
    const build = (): readonly Header[] => [
      ['Gateway', name],
      ['profile-name', profile.name],
    ];
    this.#core.fireCustom('sofia::gateway_add', build, ['sofia_reg.c', 'sofia_reg_add_gateway', 3723]);
  }

  /** One round of every profile's worker: removes what is marked and may go, then lets the rest advance (REG:316-360). */
  tick(): void {
    for (const profile of this.#profiles.values()) {
      for (const gateway of [...profile.gateways]) {
        if (gateway.deleted) this.#remove(profile, gateway);
      }
      for (const gateway of profile.gateways) gateway.tick();
    }
  }

  #remove(profile: SofiaProfile, gateway: SofiaGateway): void {
    const { name, state } = gateway;
    if (this.#names.get(name) === gateway) {
      this.#names.delete(name);
      this.#names.delete(`${profile.name}::${name}`);
    }
    // A registered one stays until it has un-REGISTERed.
    if (state !== 'NOREG' && state !== 'DOWN') return;
    profile.gateways.splice(profile.gateways.indexOf(gateway), 1);
    const build = (): readonly Header[] => [
      ['profile-name', profile.name],
      ['Gateway', name],
    ];
    this.#core.fireCustom('sofia::gateway_delete', build, ['sofia_reg.c', 'sofia_reg_check_gateway', 343]);
  }
}
