import { isServed } from '../routing/gateway.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { type AppliedGateway, fingerprintOf, type WantedGateway } from './wanted-gateway.ts';

/** A switch that starts loads its profiles some time before its event socket is there. */
const SERVED_JUST_NOW_MS = 120_000;

/** Where another server may be asked as well: how long an answer shows that it is still this one that is. */
const ASKED_JUST_NOW_MS = 10_000;

/** A switch tells of the gateways that it adds right after it has fetched them. */
const TOLD_WITHIN_MS = 1_000;

const NONE: ReadonlySet<string> = new Set();

/**
 * What each switch was given: a switch does not show a gateway's password or parameters, so whether they are still as
 * SQL wants them is known only from what was last applied. Belongs to one run of the switch (its Core-UUID).
 */
export class AppliedGateways {
  readonly #bySwitch = new Map<string, Map<string, AppliedGateway>>();
  /** What each switch was last answered, by profile: a gateway that it adds right after has the definition of then. */
  readonly #served = new Map<string, { readonly wanted: ReadonlyMap<string, WantedGateway>; readonly atMs: number }>();
  /** Switches and profiles for which another server was asked, the first of two perhaps. */
  readonly #askedElsewhere = new Set<string>();
  /** Those that have since got a gateway from it. */
  readonly #givenElsewhere = new Set<string>();
  readonly #wanted = new WeakMap<Snapshot, Map<string, ReadonlyMap<string, WantedGateway>>>();
  readonly #nowMs: () => number;
  /** By switch, gateways that are on their way out and must not be handed out before they are gone. */
  readonly #heldBack = new Map<string, ReadonlySet<string>>();
  #onChange: () => void = () => undefined;

  /** @param nowMs monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @param tell called after every change, so that it is kept over restarts */
  onChange(tell: () => void): void {
    this.#onChange = tell;
  }

  /** By switch, then gateway. */
  get all(): ReadonlyMap<string, ReadonlyMap<string, AppliedGateway>> {
    return this.#bySwitch;
  }

  /** What was applied to the switch, by gateway. */
  of(hostname: string): ReadonlyMap<string, AppliedGateway> {
    return this.#bySwitch.get(hostname) ?? new Map<string, AppliedGateway>();
  }

  /** The gateways that the switch is to have, by name. */
  wantedOn(snapshot: Snapshot, hostname: string): ReadonlyMap<string, WantedGateway> {
    const views = this.#wanted.get(snapshot) ?? new Map<string, ReadonlyMap<string, WantedGateway>>();
    this.#wanted.set(snapshot, views);
    const view = snapshot.hostnamesWithOwnView.has(hostname) ? hostname : '';
    const known = views.get(view);
    if (known !== undefined) return known;
    const wanted = new Map<string, WantedGateway>(
      snapshot.gateways
        .filter((gateway) => isServed(gateway, view))
        .map((gateway) => [gateway.name, { gateway, fingerprint: fingerprintOf(gateway) }]),
    );
    views.set(view, wanted);
    return wanted;
  }

  /** The switch was answered with this snapshot's gateways of a profile. */
  served(snapshot: Snapshot, hostname: string, profile: string): void {
    // Whoever asks may name any profile.
    if (!snapshot.gateways.some((gateway) => gateway.profile === profile)) return;
    const key = `${hostname}\n${profile}`;
    this.#served.set(key, { wanted: this.wantedOn(snapshot, hostname), atMs: this.#nowMs() });
    this.#givenElsewhere.delete(key);
  }

  /**
   * Whether the switch asks here for the gateways of this profile: it has since it, or this server, began; where it was
   * seen to ask another server, just now.
   */
  hasFetched(hostname: string, profile: string): boolean {
    const key = `${hostname}\n${profile}`;
    return this.#served.has(key) && (!this.#askedElsewhere.has(key) || this.#wasAsked(key, ASKED_JUST_NOW_MS));
  }

  /** The switch fetched the gateways of a profile. Where nobody asked here since then, it asks another server. */
  fetched(hostname: string, profile: string, sinceMs: number): void {
    const key = `${hostname}\n${profile}`;
    if ((this.#served.get(key)?.atMs ?? -Infinity) < sinceMs) this.#askedElsewhere.add(key);
  }

  /** The gateways that this switch is not given: those that wait for their predecessor to go. */
  heldBack(hostname: string): ReadonlySet<string> {
    return this.#heldBack.get(hostname) ?? NONE;
  }

  holdBack(hostname: string, gateways: ReadonlySet<string>): void {
    if (gateways.size === 0) this.#heldBack.delete(hostname);
    else this.#heldBack.set(hostname, gateways);
  }

  /** The switch has the gateway anew: with the definition that it was last answered. */
  added(hostname: string, profile: string, gateway: string, wanted: WantedGateway | undefined): void {
    const served = this.#justServed(hostname, profile)?.get(gateway) ?? wanted;
    if (served === undefined) return;
    this.#set(hostname, gateway, { fingerprint: served.fingerprint, drainSeconds: served.gateway.drainSeconds });
  }

  /** The switch says that it has the gateway anew, by whose command and from whom whatsoever. */
  appeared(hostname: string, profile: string, gateway: string, wanted: WantedGateway | undefined): void {
    const key = `${hostname}\n${profile}`;
    if (!this.#wasAsked(key, TOLD_WITHIN_MS)) {
      this.#givenElsewhere.add(key);
      // At worst it was slow to tell: then a gateway is taken away one rescan later.
      this.#askedElsewhere.add(key);
    }
    this.added(hostname, profile, gateway, wanted);
  }

  /**
   * Takes a gateway to be as it is wanted though it was given by another server, which alone knows what cannot be seen.
   * @returns whether the switch is known to have its gateways from another server
   */
  trustElsewhere(hostname: string, { gateway, fingerprint }: WantedGateway): boolean {
    if (!this.#givenElsewhere.has(`${hostname}\n${gateway.profile}`)) return false;
    this.#set(hostname, gateway.name, { fingerprint, drainSeconds: gateway.drainSeconds });
    return true;
  }

  #wasAsked(key: string, withinMs: number): boolean {
    return this.#nowMs() - (this.#served.get(key)?.atMs ?? -Infinity) <= withinMs;
  }

  #set(hostname: string, gateway: string, applied: AppliedGateway): void {
    const all = this.#bySwitch.get(hostname) ?? new Map<string, AppliedGateway>();
    this.#bySwitch.set(hostname, all);
    all.set(gateway, applied);
    this.#onChange();
  }

  /** Old answers say nothing of what is added now: another server may have given the newer one. */
  #justServed(hostname: string, profile: string): ReadonlyMap<string, WantedGateway> | undefined {
    const served = this.#served.get(`${hostname}\n${profile}`);
    return served !== undefined && this.#nowMs() - served.atMs <= SERVED_JUST_NOW_MS ? served.wanted : undefined;
  }

  /** The switch has it no more. */
  gone(hostname: string, gateway: string): void {
    if (this.#bySwitch.get(hostname)?.delete(gateway) === true) this.#onChange();
  }

  /** The switch began anew: what it has now it was given since. */
  forget(hostname: string): void {
    this.#bySwitch.delete(hostname);
    this.#heldBack.delete(hostname);
    this.#onChange();
  }

  /** Takes over what was known before a restart. */
  restore(hostname: string, applied: ReadonlyMap<string, AppliedGateway>): void {
    this.#bySwitch.set(hostname, new Map(applied));
  }
}
