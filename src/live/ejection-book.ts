import type { Log } from '../config/log.ts';
import type { HealthEvent, LearningMetrics } from '../metrics/live-metrics.ts';
import {
  afterGoodCall,
  afterTime,
  eject,
  ejectedUntilMs,
  type Ejection,
  NEVER_EJECTED,
  rampPerMille,
} from '../routing/ejection.ts';
import { type BookedEvidence, EvidenceBook } from './evidence-book.ts';
import { type FaultEvidence, faultProbability, noEvidence, withCall, withoutGood } from '../routing/fault-evidence.ts';
import { type Gateway, isOnSwitch } from '../routing/gateway.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { type Settled, Suspicions } from '../routing/suspicions.ts';

/** What the book needs to know and do beyond itself. */
export interface BookContext {
  readonly metrics: LearningMetrics;
  readonly log: Log;
  readonly nowMs: () => number;
  /** The groups that have this gateway as a member. */
  readonly groupsOf: (gateway: string) => readonly GatewayGroup[];
  /** Whether the switch itself lets calls out to the gateway, as far as is known. */
  readonly isReachable: (hostname: string, gateway: string) => boolean;
  /** Something about the group's members on this switch is otherwise now. */
  readonly onChange: (group: GatewayGroup) => void;
}

/** An ejection with what it belongs to. */
export interface BookedEjection {
  readonly hostname: string;
  readonly group: Name;
  readonly gateway: Name;
  readonly ejection: Ejection;
}

/**
 * What becomes of gateways by their calls: for each switch, group and gateway an ejection where the group found the
 * evidence too bad.
 */
export class EjectionBook {
  readonly #context: BookContext;
  readonly #evidence = new EvidenceBook();
  /** Only where something is, or was, held against the gateway. */
  readonly #ejections = new Map<string, BookedEjection>();
  readonly #suspicions = new Map<string, Suspicions>();
  #lastTickMs = 0;

  constructor(context: BookContext) {
    this.#context = context;
  }

  ejectionOf(hostname: string, group: Name, gateway: Name): Ejection {
    return this.#ejections.get(keyOf(hostname, group, gateway))?.ejection ?? NEVER_EJECTED;
  }

  /** Whether anything is, or was, held against a gateway of the switch. */
  hasEjections(hostname: string): boolean {
    for (const ejection of this.#ejections.values()) if (ejection.hostname === hostname) return true;
    return false;
  }

  /** Every gateway that something is, or was, held against. */
  get ejections(): readonly BookedEjection[] {
    return [...this.#ejections.values()];
  }

  evidenceOf(hostname: string, group: Name, gateway: Name): FaultEvidence | undefined {
    return this.#evidence.of(hostname, group, gateway);
  }

  /** Whether a fault of the gateway is not held against it yet, since perhaps nobody gets through. */
  isSuspected(hostname: string, gateway: Name): boolean {
    return this.#suspicions.get(hostname)?.isWaiting(gateway) === true;
  }

  /** Everything that is known by calls. */
  get evidence(): readonly BookedEvidence[] {
    return this.#evidence.all;
  }

  /** Takes over what was known before a restart. */
  restore(evidence: readonly BookedEvidence[], ejections: readonly BookedEjection[]): void {
    this.#evidence.restore(evidence);
    for (const it of ejections) this.#ejections.set(keyOf(it.hostname, it.group, it.gateway), it);
  }

  /** A call failed, and the gateway is to blame; unless nobody gets through to this number. */
  fault(hostname: string, gateway: Name, number: string): void {
    this.#context.metrics.healthEvent(gateway, 'fault');
    this.#settle(hostname, this.#suspicionsOf(hostname).fault(number, gateway, this.#context.nowMs()));
  }

  /** The gateway did its work. */
  good(hostname: string, gateway: Name, number: string): void {
    const nowMs = this.#context.nowMs();
    for (const group of this.#context.groupsOf(gateway)) {
      this.#evidence.learn(hostname, group.name, gateway, nowMs, (known) => withCall(known, false, nowMs));
      const before = this.ejectionOf(hostname, group.name, gateway);
      const after = afterGoodCall(before, group.health, nowMs);
      if (after === before) continue;
      this.#set(hostname, group, gateway, after);
      if (after.stage !== before.stage)
        this.#comesBack(hostname, group, gateway, 'its calls on trial went well, its weight grows back', 'slow_start');
    }
    this.#settle(hostname, this.#suspicionsOf(hostname).good(number, gateway, nowMs));
  }

  /** The gateway had rung, and failed after all. */
  takeBackGood(hostname: string, gateway: Name, number: string): void {
    this.#suspicionsOf(hostname).takeBackGood(number, gateway);
    for (const { name } of this.#context.groupsOf(gateway)) {
      if (this.#evidence.of(hostname, name, gateway) === undefined) continue;
      this.#evidence.learn(hostname, name, gateway, this.#context.nowMs(), withoutGood);
    }
  }

  /** Ends ejections whose time is over, lets weights grow, settles old suspicions. */
  passTime(): void {
    const nowMs = this.#context.nowMs();
    for (const [hostname, suspicions] of this.#suspicions) this.#settle(hostname, suspicions.passTime(nowMs));
    for (const { hostname, group: name, gateway, ejection } of this.#ejections.values()) {
      const group = this.#context.groupsOf(gateway).find((it) => it.name === name);
      if (group === undefined) continue;
      const after = afterTime(ejection, group.health, canTry(group), nowMs);
      if (after !== ejection) this.#timePassed({ hostname, group: name, gateway, ejection }, group, after);
      const grew =
        rampPerMille(ejection, group.health, nowMs) !== rampPerMille(ejection, group.health, this.#lastTickMs);
      if (after === ejection && grew) this.#context.onChange(group);
    }
    this.#lastTickMs = nowMs;
  }

  /** Forgets switches, groups and members that the inventory has no more. */
  keepOnly(isKept: (hostname: string, group: Name, gateway: Name) => boolean): void {
    for (const { hostname, group, gateway } of this.ejections) {
      if (!isKept(hostname, group, gateway)) this.#ejections.delete(keyOf(hostname, group, gateway));
    }
    this.#evidence.keepOnly(({ hostname, group, gateway }) => isKept(hostname, group, gateway));
  }

  #settle(hostname: string, { charged, excused }: Settled): void {
    for (const gateway of excused) this.#context.metrics.healthEvent(gateway, 'excused');
    for (const gateway of charged) this.#charge(hostname, gateway);
  }

  #charge(hostname: string, gateway: Name): void {
    const nowMs = this.#context.nowMs();
    for (const group of this.#context.groupsOf(gateway)) {
      const learned = (known: FaultEvidence): FaultEvidence => withCall(known, true, nowMs);
      const evidence = this.#evidence.learn(hostname, group.name, gateway, nowMs, learned);
      const before = this.ejectionOf(hostname, group.name, gateway);
      if (before.stage === 'ejected') continue;
      const probability = faultProbability(evidence, group.health.faultLimit, nowMs);
      const isBad = before.stage === 'trial' || probability >= group.health.confidence;
      if (isBad) this.#eject(hostname, group, gateway, before, { evidence, probability });
    }
  }

  #eject(
    hostname: string,
    group: GatewayGroup,
    gateway: Name,
    before: Ejection,
    { evidence, probability }: { readonly evidence: FaultEvidence; readonly probability: number },
  ): void {
    const data = { switch: hostname, group: group.name, gateway, ...roundedEvidence(evidence), probability };
    const objection = this.#objectionTo(hostname, group, gateway, before);
    if (objection !== undefined) {
      this.#context.metrics.healthEvent(gateway, 'spared');
      this.#context.log.debug(data, `gateway ${gateway} fails too often, and stays: ${objection}`);
      return;
    }
    const ejection = eject(before, this.#context.nowMs());
    this.#set(hostname, group, gateway, ejection);
    const seconds = (ejectedUntilMs(ejection, group.health) - ejection.sinceMs) / 1000;
    const isObserved = group.health.mode === 'observe';
    this.#context.metrics.healthEvent(gateway, isObserved ? 'would_eject' : 'ejected');
    const why = before.stage === 'trial' ? 'it failed on trial' : 'its calls fail too often';
    const what = isObserved ? `would be ejected (health_mode is 'observe')` : `is ejected for ${seconds} s`;
    this.#context.log.warn({ ...data, seconds }, `gateway ${gateway} ${what}: ${why}`);
  }

  /** Why the group cannot do without the gateway; undefined where it can. */
  #objectionTo(hostname: string, group: GatewayGroup, gateway: Name, { stage }: Ejection): string | undefined {
    const members = group.members.filter((it) => it.weight > 0 && isCandidate(it.gateway, hostname));
    const isOut = (name: Name): boolean => isOutOfService(this.ejectionOf(hostname, group.name, name));
    const others = members.filter((it) => it.gateway.name !== gateway);
    const isLast = !others.some(
      (it) => !isOut(it.gateway.name) && this.#context.isReachable(hostname, it.gateway.name),
    );
    if (isLast) return 'it is the last usable gateway of its group';
    // Who is on trial is counted among those that are out already.
    if (stage === 'trial') return undefined;
    const out = others.filter((it) => isOut(it.gateway.name)).length;
    return out > 0 && out + 1 > members.length / 2 ? 'half of its group is ejected already' : undefined;
  }

  #timePassed({ hostname, gateway, ejection }: BookedEjection, group: GatewayGroup, after: Ejection): void {
    this.#set(hostname, group, gateway, after);
    if (after.stage === 'trial') {
      this.#tell(hostname, group, gateway, 'its time is over, it gets one call at a time', 'trial');
    } else if (ejection.stage === 'slow_start') {
      this.#tell(hostname, group, gateway, 'it has its whole weight again', 'returned');
    } else {
      // Without a trial, or where nothing was enforced, all begins anew.
      this.#comesBack(hostname, group, gateway, 'its time is over', 'returned');
    }
  }

  #comesBack(hostname: string, group: GatewayGroup, gateway: Name, why: string, event: HealthEvent): void {
    const nowMs = this.#context.nowMs();
    this.#evidence.learn(hostname, group.name, gateway, nowMs, () => noEvidence(nowMs));
    this.#tell(hostname, group, gateway, why, event);
  }

  #tell(hostname: string, group: GatewayGroup, gateway: Name, why: string, event: HealthEvent): void {
    this.#context.metrics.healthEvent(gateway, event);
    this.#context.log.info({ switch: hostname, group: group.name, gateway, event }, `gateway ${gateway}: ${why}`);
  }

  #set(hostname: string, group: GatewayGroup, gateway: Name, ejection: Ejection): void {
    const key = keyOf(hostname, group.name, gateway);
    if (ejection.stage === 'in' && ejection.strikes === 0) this.#ejections.delete(key);
    else this.#ejections.set(key, { hostname, group: group.name, gateway, ejection });
    this.#context.onChange(group);
  }

  #suspicionsOf(hostname: string): Suspicions {
    const suspicions = this.#suspicions.get(hostname) ?? new Suspicions();
    this.#suspicions.set(hostname, suspicions);
    return suspicions;
  }
}

/** FreeSWITCH makes the first choice where mod_distributor is the chooser; observing takes nobody out. */
function canTry({ chooser, health }: GatewayGroup): boolean {
  return chooser === 'trunkhunt' && health.mode === 'enforce';
}

/** Whether an ejection keeps the gateway from its turns. */
export function isOutOfService({ stage }: Ejection): boolean {
  return stage === 'ejected' || stage === 'trial';
}

function isCandidate(gateway: Gateway, hostname: string): boolean {
  return gateway.state === 'active' && isOnSwitch(gateway, hostname);
}

function roundedEvidence({ faults, goods }: FaultEvidence): { readonly faults: number; readonly goods: number } {
  return { faults: Math.round(faults * 100) / 100, goods: Math.round(goods * 100) / 100 };
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n');
}
