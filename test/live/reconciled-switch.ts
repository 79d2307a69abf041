import { AppliedGateways } from '../../src/live/applied-gateways.ts';
import { CommandLog } from '../../src/live/command-log.ts';
import { ReachTable } from '../../src/live/reach-table.ts';
import type { ReconcilePlan } from '../../src/live/reconcile-plan.ts';
import { Reconciler } from '../../src/live/reconciler.ts';
import { SwitchGateways } from '../../src/live/switch-gateways.ts';
import { isServed } from '../../src/routing/gateway.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { FakeTimers } from '../esl/fake-timers.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';
import { ScriptedSofia } from './scripted-sofia.ts';

const HOSTNAME = 'fs1';

/** A switch that is kept as an inventory says, with everything between its commands and its gateways. */
export class ReconciledSwitch {
  readonly timers = new FakeTimers();
  readonly log = new CollectingLog();
  readonly metrics = new NotedMetrics();
  readonly reach = new ReachTable();
  readonly applied = new AppliedGateways(() => this.timers.nowMs());
  readonly sofia: ScriptedSofia;
  readonly gateways: SwitchGateways;
  readonly reconciler: Reconciler;
  /** Calls through a gateway. */
  readonly calls = new Map<string, number>();
  /** How often it was told that one is gone whom others did not wait for. */
  left = 0;
  /** Whether the switch asks here for its gateways. */
  isAsking = true;
  #snapshot: Snapshot | undefined;

  constructor(plan?: SnapshotPlan) {
    const { timers, log, metrics, reach, applied } = this;
    if (plan !== undefined) this.serve(plan);
    this.sofia = new ScriptedSofia({
      served: (profile) => this.#ask(profile),
      heard: (event) => {
        this.gateways.follow(event);
      },
    });
    this.gateways = new SwitchGateways({
      hostname: HOSTNAME,
      timers,
      reach,
      onReach: () => undefined,
      onVanished: () => undefined,
      onAdded: (gateway, profile) => {
        applied.appeared(HOSTNAME, profile, gateway, this.#wanted(gateway));
      },
      connection: () => this.sofia.connection,
    });
    this.reconciler = new Reconciler({
      hostname: HOSTNAME,
      snapshot: () => this.#snapshot,
      gateways: this.gateways,
      running: () => reach.running(HOSTNAME) ?? new Map<string, never>(),
      applied,
      commands: new CommandLog(HOSTNAME, metrics, log, () => timers.nowMs()),
      metrics,
      log,
      pause: (ms) => new Promise((resolve) => void timers.after(ms, resolve)),
      onLeft: () => {
        this.left += 1;
      },
      nowMs: () => timers.nowMs(),
      callsOn: (gateway) => this.calls.get(gateway) ?? 0,
    });
  }

  /** Another inventory is served. */
  serve(plan: SnapshotPlan): Snapshot {
    this.#snapshot = buildSnapshot(plan, this.#snapshot);
    return this.#snapshot;
  }

  /** One pass. */
  pass(): Promise<ReconcilePlan> {
    return this.reconciler.run(this.sofia.connection);
  }

  /** What was sent since the last look and changes something. */
  sent(): readonly string[] {
    return this.sofia.connection.news().filter((line) => !/xmlstatus|dump/.test(line));
  }

  /** Brought in line with the inventory, all told. */
  async settle(): Promise<this> {
    await this.pass();
    this.sofia.tick();
    this.timers.advance(50);
    await immediately();
    this.sofia.connection.news();
    this.metrics.news();
    this.log.news();
    return this;
  }

  #ask(profile: string) {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || !this.isAsking) return [];
    this.applied.served(snapshot, HOSTNAME, profile);
    const held = this.applied.heldBack(HOSTNAME);
    return snapshot.gateways.filter(
      (gateway) => gateway.profile === profile && isServed(gateway, HOSTNAME) && !held.has(gateway.name),
    );
  }

  #wanted(gateway: string) {
    return this.#snapshot === undefined ? undefined : this.applied.wantedOn(this.#snapshot, HOSTNAME).get(gateway);
  }
}

/** Everything that waits for no clock has run. */
export function immediately(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
