import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';
import type { EndedPlan, LegBeginning, LiveLeg, OpenPlan, UncalledAttempt } from './open-plan.ts';
import { RateWindow } from './rate-window.ts';

interface Reservation {
  readonly plan: OpenPlan;
  /** Attempts that still hold a slot, with their gateways. */
  readonly held: Map<number, Name>;
  /** Whether any leg of it was seen. */
  isBegun: boolean;
}

/**
 * Who holds a slot of which gateway, over all switches and groups: legs that a switch told of, and legs of plans that no
 * switch has told of yet. A plan's slots are held until the leg appears, the call is over, or the plan cannot run any
 * more; so `max_calls` holds even where a storm of callers outruns the events.
 */
export class CallLedger {
  readonly #plans = new Map<string, Reservation>();
  /** Plans by switch and caller's leg. */
  readonly #byCaller = new Map<string, string>();
  readonly #legs = new Map<string, LiveLeg>();
  readonly #inUse = new Map<Name, number>();
  /** The same by switch and gateway. */
  readonly #inUseOn = new Map<string, number>();
  readonly #liveCalls = new Map<Name, number>();
  /** By switch and gateway on trial: the plan whose call shows how it does. */
  readonly #probes = new Map<string, OpenPlan>();
  readonly #rates = new Map<Name, RateWindow>();

  /** Legs that are up or on their way through the gateway, as far as switches told. */
  liveCalls(gateway: Name): number {
    return this.#liveCalls.get(gateway) ?? 0;
  }

  /** Slots that are taken, those reserved for plans included. */
  slotsInUse(gateway: Name): number {
    return this.#inUse.get(gateway) ?? 0;
  }

  get openPlans(): number {
    return this.#plans.size;
  }

  get plans(): readonly OpenPlan[] {
    return [...this.#plans.values()].map(({ plan }) => plan);
  }

  /** Which limit the gateway is at; undefined = it can take a call. */
  limitReached({ name, maxCalls, maxCps }: Gateway, nowMs: number): 'max_calls' | 'max_cps' | undefined {
    if (maxCalls !== undefined && this.slotsInUse(name) >= maxCalls) return 'max_calls';
    if (maxCps !== undefined && (this.#rates.get(name)?.count(nowMs) ?? 0) >= maxCps) return 'max_cps';
    return undefined;
  }

  /** A plan is given out: all of its slots are taken, and the first gateway's rate is charged. */
  open(plan: OpenPlan, nowMs: number): void {
    const callerKey = plan.callerUuid === '' ? undefined : keyOf(plan.hostname, plan.callerUuid);
    // A call that asks again has left its earlier plan behind (a transfer).
    if (callerKey !== undefined) this.#close(this.#byCaller.get(callerKey));
    const held = new Map(plan.gateways.map(({ name }, at) => [at + plan.firstAttempt, name]));
    this.#plans.set(plan.decisionId, { plan, held, isBegun: false });
    if (callerKey !== undefined) this.#byCaller.set(callerKey, plan.decisionId);
    for (const name of held.values()) this.#take(plan.hostname, name, 1);
    if (plan.probe !== undefined) this.#probes.set(keyOf(plan.hostname, plan.probe), plan);
    const [first] = plan.gateways;
    if (first !== undefined && plan.firstAttempt === 1) this.#charge(first, nowMs);
  }

  /**
   * A switch has begun a leg. Those before it in its plan will not be tried any more.
   * @param gateway as the inventory has it; undefined = it has not
   */
  legBegan(leg: LegBeginning, gateway: Gateway | undefined, nowMs: number): LiveLeg {
    const key = keyOf(leg.hostname, leg.uuid);
    const known = this.#legs.get(key);
    if (known !== undefined) return known;
    const reservation = this.#reservationOf(leg);
    if (reservation !== undefined) {
      reservation.isBegun = true;
      this.#releaseUpTo(reservation, leg);
    }
    const { hostname, uuid, gateway: name } = leg;
    const begun = { hostname, uuid, gateway: name, plan: reservation?.plan, beganAtMs: nowMs, hasRung: false };
    this.#legs.set(key, begun);
    this.#take(hostname, name, 1);
    count(this.#liveCalls, name, 1);
    // The first attempt of a plan was charged when the plan was given out.
    if (gateway !== undefined && !(reservation !== undefined && leg.attempt === 1)) this.#charge(gateway, nowMs);
    return begun;
  }

  /** The attempts that the plan has ahead of this leg, and that the switch went past without one (contract 5.9). */
  skippedBy(leg: LegBeginning): readonly UncalledAttempt[] {
    const reservation = this.#reservationOf(leg);
    return reservation === undefined ? [] : uncalledIn(reservation).filter(({ attempt }) => attempt < leg.attempt);
  }

  leg(hostname: string, uuid: string): LiveLeg | undefined {
    return this.#legs.get(keyOf(hostname, uuid));
  }

  /** The gateway said "ringing": it works, and whoever is on trial may have the next call. */
  legRang(leg: LiveLeg): void {
    leg.hasRung = true;
    this.#probeIsOver(leg.plan, leg.gateway);
  }

  /** Somebody answered: nobody else of the plan will be called. */
  legAnswered(leg: LiveLeg): void {
    if (leg.plan !== undefined) this.#close(leg.plan.decisionId);
  }

  legEnded(leg: LiveLeg): void {
    if (!this.#legs.delete(keyOf(leg.hostname, leg.uuid))) return;
    this.#take(leg.hostname, leg.gateway, -1);
    count(this.#liveCalls, leg.gateway, -1);
    this.#probeIsOver(leg.plan, leg.gateway);
  }

  /** The caller is gone, and with it what was still to be tried. @returns its plan, where it was still open */
  callerEnded(hostname: string, uuid: string): EndedPlan | undefined {
    const reservation = this.#plans.get(this.#byCaller.get(keyOf(hostname, uuid)) ?? '');
    if (reservation === undefined) return undefined;
    const uncalled = reservation.isBegun ? [] : uncalledIn(reservation);
    this.#close(reservation.plan.decisionId);
    return { plan: reservation.plan, uncalled };
  }

  /** The legs that a switch is said to have. */
  legsOn(hostname: string): readonly LiveLeg[] {
    return [...this.#legs.values()].filter((leg) => leg.hostname === hostname);
  }

  /** Calls of the switch that are up through the gateway, on their way, or may still be sent there. */
  slotsOn(hostname: string, gateway: Name): number {
    return this.#inUseOn.get(keyOf(hostname, gateway)) ?? 0;
  }

  /** Nobody will tell of the end of legs that began before. @returns how many there were */
  forgetLegs(hostname: string, beforeMs: number): number {
    const legs = this.legsOn(hostname).filter(({ beganAtMs }) => beganAtMs < beforeMs);
    for (const leg of legs) this.legEnded(leg);
    return legs.length;
  }

  /** The switch lost its calls: plans that were given out before will not be carried out. */
  forgetPlans(hostname: string, beforeMs: number): void {
    for (const { plan } of [...this.#plans.values()]) {
      if (plan.hostname === hostname && plan.openedAtMs < beforeMs) this.#close(plan.decisionId);
    }
  }

  /** Whether a call that is to show how a gateway on trial does has not been judged yet. */
  isProbing(hostname: string, gateway: Name): boolean {
    return this.#probes.has(keyOf(hostname, gateway));
  }

  /** Lets go of plans that can run no more. */
  passTime(nowMs: number): void {
    for (const { plan } of [...this.#plans.values()]) if (plan.expiresAtMs <= nowMs) this.#close(plan.decisionId);
    // What was to be seen of such a call was missed.
    for (const [key, plan] of this.#probes) if (plan.expiresAtMs <= nowMs) this.#probes.delete(key);
  }

  #close(decisionId: string | undefined): void {
    const reservation = decisionId === undefined ? undefined : this.#plans.get(decisionId);
    if (reservation === undefined) return;
    const wasHeld = [...reservation.held.keys()];
    for (const attempt of wasHeld) this.#release(reservation, attempt);
    this.#plans.delete(reservation.plan.decisionId);
    const { probe, firstAttempt } = reservation.plan;
    // Whoever was to be tried first and never was can be tried by another call.
    if (probe !== undefined && wasHeld.includes(firstAttempt)) this.#probeIsOver(reservation.plan, probe);
    const callerKey = keyOf(reservation.plan.hostname, reservation.plan.callerUuid);
    if (this.#byCaller.get(callerKey) === reservation.plan.decisionId) this.#byCaller.delete(callerKey);
  }

  #reservationOf({ hostname, decisionId }: LegBeginning): Reservation | undefined {
    const reservation = this.#plans.get(decisionId);
    return reservation?.plan.hostname === hostname ? reservation : undefined;
  }

  #releaseUpTo(reservation: Reservation, { attempt, gateway }: LegBeginning): void {
    const { plan, held } = reservation;
    for (const earlier of [...held.keys()].filter((it) => it <= attempt)) {
      this.#release(reservation, earlier);
      // The switch let no call out to whoever is on trial (contract 5.9): another call may try.
      if (plan.probe !== undefined && plan.probe !== gateway && earlier === plan.firstAttempt) {
        this.#probeIsOver(plan, plan.probe);
      }
    }
  }

  #release({ plan, held }: Reservation, attempt: number): void {
    const gateway = held.get(attempt);
    if (gateway === undefined) return;
    held.delete(attempt);
    this.#take(plan.hostname, gateway, -1);
  }

  #take(hostname: string, gateway: Name, change: 1 | -1): void {
    count(this.#inUse, gateway, change);
    count(this.#inUseOn, keyOf(hostname, gateway), change);
  }

  #probeIsOver(plan: OpenPlan | undefined, gateway: Name): void {
    if (plan?.probe !== gateway) return;
    const key = keyOf(plan.hostname, gateway);
    if (this.#probes.get(key) === plan) this.#probes.delete(key);
  }

  /** Only gateways with a rate limit are worth a window. */
  #charge({ name, maxCps }: Gateway, nowMs: number): void {
    if (maxCps === undefined) return;
    const window = this.#rates.get(name) ?? new RateWindow();
    this.#rates.set(name, window);
    window.add(nowMs);
  }
}

function uncalledIn({ held }: Reservation): readonly UncalledAttempt[] {
  return [...held].map(([attempt, gateway]) => ({ attempt, gateway }));
}

function count<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const sum = (counts.get(key) ?? 0) + change;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}

function keyOf(hostname: string, uuid: string): string {
  return `${hostname}\n${uuid}`;
}
