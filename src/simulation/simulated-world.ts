import type { Log } from '../config/log.ts';
import { NO_NOTES } from '../live/decision-notes.ts';
import { Learned } from '../live/learned.ts';
import { SchedulerStore } from '../live/scheduler-store.ts';
import type { HealthEvent } from '../metrics/live-metrics.ts';
import type { Call } from '../routing/call.ts';
import { type Decision, decide, type LiveView } from '../routing/decide.ts';
import { isServed } from '../routing/gateway.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { RunningGateway } from '../xml/read-xmlstatus.ts';
import { chance, exponential } from './chance.ts';
import { DistributorWalk } from './distributor-walk.ts';
import { EventQueue } from './event-queue.ts';
import type { GatewayScript } from './gateway-script.ts';
import { ANSWER_AFTER_MS, fateOf, type LegFate } from './leg-fate.ts';
import { orderTries, type Planned, type Try } from './order-tries.ts';
import { callerLeft, toldEvents } from './told-events.ts';

/** Who is told what happens. */
export interface WorldObserver {
  /** @param first who is tried first; undefined where nobody is */
  decided(call: Call, decision: Decision, first: Name | undefined): void;
  /** The call found the gateway at its `max_calls` or `max_cps`, and passed it over. */
  foundFull(gateway: Name, limit: string): void;
  tried(group: GatewayGroup, gateway: Name): void;
  /**
   * The last leg of a call is known.
   * @param servedBy undefined = nobody answered
   * @param cause of the last leg
   * @param tried whom it was tried with, in order
   */
  ended(group: GatewayGroup, servedBy: Name | undefined, cause: string, tried: readonly Name[]): void;
  healthChanged(gateway: string, event: HealthEvent): void;
}

export interface WorldOptions {
  readonly snapshot: Snapshot;
  readonly script: GatewayScript;
  readonly seed: number;
  /** Mean length of an answered call. */
  readonly callSeconds: number;
  readonly observer: WorldObserver;
}

/** The server looks at its clock every second. */
const TICK_MS = 1_000;

/** Over a long time in which nobody calls, so many looks are enough: nothing happens that one more would change. */
const TICKS_LIMIT = 60;

const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A call whose plan is being carried out. */
interface RunningPlan {
  readonly call: Call;
  readonly count: number;
  readonly group: GatewayGroup;
  readonly tries: readonly Try[];
  readonly isWatched: boolean;
}

/**
 * A server and its switches over a clock of their own: the server's own decisions and learning, FreeSWITCH's way of
 * carrying out a plan, and gateways that do what a script says. Switches that the inventory listens to tell of their
 * calls; of all others nothing is learned, as ever.
 */
export class SimulatedWorld {
  readonly #options: WorldOptions;
  readonly #learned: Learned;
  readonly #schedulers = new SchedulerStore();
  readonly #live: LiveView;
  readonly #queue = new EventQueue();
  readonly #walk = new DistributorWalk();
  readonly #watched: readonly string[];
  /** Whom the call that is being decided found at a limit: it may look more than once. */
  readonly #found = new Map<Name, string>();
  #down: ReadonlySet<string> = new Set();
  #nowMs = 0;
  #nextTickMs = TICK_MS;
  #count = 0;

  constructor(options: WorldOptions) {
    const { snapshot, observer } = options;
    this.#options = options;
    const metrics = {
      healthEvent: (gateway: string, event: HealthEvent) => {
        observer.healthChanged(gateway, event);
      },
      ...{ inboundCall: ignore, attemptEnded: ignore, rang: ignore, callEnded: ignore },
    };
    this.#learned = new Learned({ metrics, log: SILENT, nowMs: () => this.#nowMs, notes: NO_NOTES });
    this.#learned.serve(snapshot);
    this.#live = this.#learned.viewWith(this.#schedulers, ({ name }, limit) => {
      this.#found.set(name, limit);
    });
    this.#watched = snapshot.eventSockets.map(({ hostname }) => hostname);
    for (const hostname of this.#watched) this.#learned.reach.replace(hostname, runningOn(snapshot, hostname));
  }

  /** A call comes in. Of calls at one moment each sees what the one before has left behind. */
  call(makeCall: (count: number) => Call, atMs: number): Decision {
    this.#advance(atMs);
    this.#count += 1;
    this.#followScript();
    const call = makeCall(this.#count);
    const { snapshot, observer } = this.#options;
    this.#found.clear();
    const decision = decide(snapshot, this.#live, call);
    for (const [gateway, limit] of this.#found) observer.foundFull(gateway, limit);
    if (decision.outcome !== 'planned') {
      observer.decided(call, decision, undefined);
      return decision;
    }
    for (const { key, scheduler } of decision.turns) this.#schedulers.take(key, scheduler);
    this.#learned.planned(decision, call);
    const tries = orderTries(decision, this.#chosen(decision, call));
    observer.decided(call, decision, tries[0]?.gateway);
    const { group } = decision.route;
    const isWatched = this.#watched.includes(call.hostname);
    this.#try({ call, count: this.#count, group, tries, isWatched }, 0);
    return decision;
  }

  /** Lets all calls that are there come to their ends. */
  finish(): void {
    while (this.#queue.nextMs < Infinity) this.#advance(this.#queue.nextMs);
  }

  #chosen({ distributor, route }: Planned, { hostname }: Call): Name | undefined {
    if (distributor === undefined) return undefined;
    const { exceptions } = distributor;
    return this.#walk.next(route.group, hostname, (name) => exceptions.includes(name) || this.#down.has(name));
  }

  #try(plan: RunningPlan, at: number): void {
    const { observer } = this.#options;
    const { group, tries } = plan;
    const leg = tries[at];
    if (leg === undefined) {
      // mod_distributor names nobody, and there is no leg behind it.
      this.#end(plan, undefined, 'INVALID_GATEWAY', at, 0);
      return;
    }
    observer.tried(group, leg.gateway);
    const fate = this.#fateOf(plan, leg);
    const talkMs = 1000 * exponential(this.#options.callSeconds, chance(this.#options.seed, 'length', plan.count));
    if (plan.isWatched) {
      for (const { afterMs, event } of toldEvents(plan.call, leg, fate, talkMs)) {
        this.#after(afterMs, () => {
          this.#learned.legs.follow(plan.call.hostname, event);
        });
      }
    }
    if (fate.kind === 'answered') {
      this.#end(plan, leg.gateway, 'NORMAL_CLEARING', at + 1, ANSWER_AFTER_MS + talkMs);
      return;
    }
    const goesOn = !fate.endsCall && leg.continueOn.includes(fate.cause) && at + 1 < tries.length;
    if (!goesOn) this.#end(plan, undefined, fate.cause, at + 1, fate.afterMs);
    else {
      this.#after(fate.afterMs, () => {
        this.#try(plan, at + 1);
      });
    }
  }

  #fateOf({ group, count }: RunningPlan, { gateway }: Try): LegFate {
    const moment = { call: count, seconds: this.#nowMs / 1000 };
    return fateOf(this.#options.script.answerOf(gateway, moment), group);
  }

  /** What becomes of the call is known; its caller leaves when it is over. */
  #end(plan: RunningPlan, servedBy: Name | undefined, cause: string, tries: number, afterMs: number): void {
    const tried = plan.tries.slice(0, tries).map(({ gateway }) => gateway);
    this.#options.observer.ended(plan.group, servedBy, cause, tried);
    if (!plan.isWatched) return;
    this.#after(afterMs, () => {
      this.#learned.legs.follow(plan.call.hostname, callerLeft(plan.call));
    });
  }

  /** At once, where it is to be at once: so that the next call sees it. */
  #after(delayMs: number, run: () => void): void {
    if (delayMs === 0) run();
    else this.#queue.put(this.#nowMs + delayMs, run);
  }

  #advance(toMs: number): void {
    const tickMs = Math.max(TICK_MS, (toMs - this.#nowMs) / TICKS_LIMIT);
    while (this.#nowMs < toMs) {
      this.#nowMs = Math.min(this.#nextTickMs, this.#queue.nextMs, toMs);
      while (this.#queue.nextMs <= this.#nowMs) this.#queue.runNext();
      if (this.#nowMs < this.#nextTickMs) continue;
      this.#learned.passTime();
      this.#nextTickMs = this.#nowMs + tickMs;
    }
  }

  /** The switches find gateways DOWN, or up again, as the script says. */
  #followScript(): void {
    const down = this.#options.script.downAt({ call: this.#count, seconds: this.#nowMs / 1000 });
    const changed = [...new Set([...down, ...this.#down])].filter((name) => down.has(name) !== this.#down.has(name));
    this.#down = down;
    if (changed.length === 0) return;
    const { reach } = this.#learned;
    for (const hostname of this.#watched) {
      const running = reach.running(hostname);
      const told = changed.filter((name) => {
        const gateway = running?.get(name);
        return gateway !== undefined && reach.set(hostname, name, { ...gateway, isUp: !down.has(name) });
      });
      this.#learned.reachChanged(hostname, told, 'the script says so');
    }
  }
}

/** All gateways of a switch, up. */
function runningOn(snapshot: Snapshot, hostname: string): ReadonlyMap<string, RunningGateway> {
  const served = snapshot.gateways.filter((gateway) => isServed(gateway, hostname));
  return new Map(
    served.map(({ name, profile }) => [
      name,
      {
        ...{ name, profile, proxy: '', username: '', expireSeconds: '3600', pingSeconds: 0, state: 'NOREG' },
        ...{ isUp: true, callsOut: 0 },
      },
    ]),
  );
}

function ignore(): void {
  // What a log or a metric would be told is of no interest here.
}
