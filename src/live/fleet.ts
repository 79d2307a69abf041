import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import type { EventSocket, Snapshot } from '../routing/snapshot.ts';
import { type GatewayReport, reportGateways } from './gateway-report.ts';
import type { LiveState } from './live-state.ts';
import type { ReconcilePlan } from './reconcile-plan.ts';
import type { SwitchReport } from './switch-report.ts';
import { SwitchWatcher, type WatcherContext } from './switch-watcher.ts';

const TICK_MS = 1_000;

export interface FleetContext {
  readonly live: LiveState;
  readonly timers: Timers;
  readonly random: () => number;
  readonly metrics: LiveMetrics;
  readonly log: Log;
  /** Whether lists of all groups matter, since the switch is to do without this server: else those that choose. */
  readonly keepsAllLists?: boolean | undefined;
}

/** One watcher for each switch whose event socket the inventory names, as long as it does. */
export class Fleet {
  readonly #context: FleetContext;
  readonly #watchers = new Map<string, SwitchWatcher>();
  readonly #lastCore = new Map<string, string>();
  #cancelTick: () => void = () => undefined;
  #isRunning = false;
  readonly #startedMs: number;

  constructor(context: FleetContext) {
    this.#context = context;
    this.#startedMs = context.timers.nowMs();
  }

  /** The Core-UUID of each switch when it was last seen. */
  get lastCore(): ReadonlyMap<string, string> {
    return this.#lastCore;
  }

  /** Takes over what was known before a restart. */
  restoreCore(hostname: string, core: string): void {
    this.#lastCore.set(hostname, core);
  }

  /** Follows the inventory from now on: each snapshot starts and stops watchers, and has all switches reconciled. */
  start(): void {
    this.#isRunning = true;
    this.#context.live.onServed((snapshot) => {
      if (this.#isRunning) this.#serve(snapshot);
    });
    this.#tick();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelTick();
    for (const watcher of this.#watchers.values()) watcher.stop();
    this.#watchers.clear();
  }

  /** Every watched switch, by name. */
  get reports(): readonly SwitchReport[] {
    return [...this.#watchers.values()].map((watcher) => watcher.report).sort((a, b) => (a.switch < b.switch ? -1 : 1));
  }

  /** The gateways of this snapshot as they are on the switches, all or the one of this name. */
  gatewayReports(snapshot: Snapshot, name?: string): readonly GatewayReport[] {
    const { live, timers } = this.#context;
    const watched = [...this.#watchers.values()].sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
    return reportGateways(
      { snapshot, learned: live.learned, watched, startedMs: this.#startedMs, nowMs: timers.nowMs() },
      name,
    );
  }

  /** What a reconciliation of the switch would find and send; undefined where there is no such switch. */
  plan(hostname: string): Promise<ReconcilePlan> | undefined {
    return this.#watchers.get(hostname)?.plan();
  }

  /** Reconciles the switch now; undefined where there is no such switch. */
  reconcile(hostname: string): Promise<ReconcilePlan> | undefined {
    return this.#watchers.get(hostname)?.reconcile();
  }

  #serve(snapshot: Snapshot): void {
    const wanted = new Map(snapshot.eventSockets.map((socket) => [socket.hostname, socket]));
    for (const [hostname, watcher] of this.#watchers) {
      const socket = wanted.get(hostname);
      if (socket !== undefined && sameSocket(socket, watcher.socket)) continue;
      watcher.stop();
      this.#watchers.delete(hostname);
      const where = socket === undefined ? 'it has no esl_host any more' : `it is at ${socket.host}:${socket.port} now`;
      this.#context.log.info({ switch: hostname }, `switch ${hostname} is no longer listened to as before: ${where}`);
      if (socket === undefined) this.#forget(hostname);
    }
    for (const [hostname, socket] of wanted) {
      if (this.#watchers.has(hostname)) continue;
      const watcher = new SwitchWatcher(socket, this.#watcherContext());
      this.#watchers.set(hostname, watcher);
      watcher.start();
    }
    for (const watcher of this.#watchers.values()) watcher.reconcileSoon();
  }

  /** The inventory names the switch no more: nothing about it is believed. */
  #forget(hostname: string): void {
    const { learned, applied } = this.#context.live;
    learned.reach.forget(hostname);
    learned.ledger.forgetLegs(hostname, Infinity);
    learned.ledger.forgetPlans(hostname, Infinity);
    applied.forget(hostname);
    this.#lastCore.delete(hostname);
    learned.switchesChanged();
  }

  #watcherContext(): WatcherContext {
    const { live, timers, random, metrics, log, keepsAllLists } = this.#context;
    const { learned, applied } = live;
    return {
      timers,
      random,
      metrics,
      log,
      keepsAllLists,
      applied,
      snapshot: () => live.serving?.snapshot,
      reach: learned.reach,
      ledger: learned.ledger,
      legs: learned.legs,
      lastCore: this.#lastCore,
      onReach: (hostname, gateways, why) => {
        learned.reachChanged(hostname, gateways, why);
      },
      onKnown: () => {
        learned.switchesChanged();
      },
    };
  }

  #tick(): void {
    this.#cancelTick = this.#context.timers.after(TICK_MS, () => {
      this.#context.live.learned.passTime();
      for (const watcher of this.#watchers.values()) watcher.passTime();
      this.#tick();
    });
  }
}

function sameSocket(a: EventSocket, b: EventSocket): boolean {
  return a.host === b.host && a.port === b.port && a.password === b.password;
}
