import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import type { Timers } from '../esl/timers.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import { parseName } from '../routing/name.ts';
import type { EventSocket, Snapshot } from '../routing/snapshot.ts';
import type { AppliedGateways } from './applied-gateways.ts';
import type { CallLedger } from './call-ledger.ts';
import { ChannelAudit } from './channel-audit.ts';
import { CommandLog } from './command-log.ts';
import type { LegTracker } from './leg-tracker.ts';
import { NOTHING, type ReconcilePlan } from './reconcile-plan.ts';
import type { ReachTable } from './reach-table.ts';
import { Reconciler } from './reconciler.ts';
import type { SwitchGateways } from './switch-gateways.ts';
import { readIdentity } from './switch-identity.ts';
import { WorkQueue } from './work-queue.ts';

/** Gateways are asked for anew so often, whatever events said: some changes have none (contract 5.6, 5.7). */
const RESYNC_MS = 30_000;

/** So often the switch is brought to what SQL says, and its calls are compared. */
const RECONCILE_MS = 60_000;

/** A switch that could not be read, with its modules not loaded yet perhaps, is read again after so long. */
const SYNC_AGAIN_MS = 5_000;

export interface UpkeepContext {
  readonly timers: Timers;
  readonly snapshot: () => Snapshot | undefined;
  readonly reach: ReachTable;
  readonly ledger: CallLedger;
  readonly legs: LegTracker;
  readonly applied: AppliedGateways;
  readonly metrics: LiveMetrics;
  readonly log: Log;
  /** The switch is known, or known no more: who shares turns with whom may be otherwise. */
  readonly onKnown: () => void;
  /** The Core-UUID that each switch had when it was last seen, kept over restarts. */
  readonly lastCore: Map<string, string>;
  /** Whether lists of all groups matter, since the switch is to do without this server: else those that choose. */
  readonly keepsAllLists?: boolean | undefined;
}

/** What is done at a switch that is listened to: read it, keep it as SQL wants it, compare its calls. */
export class SwitchUpkeep {
  readonly #socket: EventSocket;
  readonly #context: UpkeepContext;
  readonly #connection: () => EslConnection | undefined;
  readonly #gateways: SwitchGateways;
  readonly #audit: ChannelAudit;
  readonly #reconciler: Reconciler;
  readonly #work: WorkQueue;
  readonly commands: CommandLog;
  #isSynced = false;
  #version = '';
  #outcome: ReconcilePlan = NOTHING;
  #isReconcileWaiting = false;
  #connectedAtMs = 0;
  #lostAtMs: number | undefined;
  #resyncAtMs = 0;
  #reconcileAtMs = 0;

  constructor(
    socket: EventSocket,
    context: UpkeepContext,
    gateways: SwitchGateways,
    connection: () => EslConnection | undefined,
  ) {
    const { hostname } = socket;
    const { timers, metrics, log, reach, ledger, applied, legs } = context;
    const nowMs = (): number => timers.nowMs();
    this.#socket = socket;
    this.#context = context;
    this.#connection = connection;
    this.#gateways = gateways;
    this.#work = new WorkQueue(connection, (error) => {
      this.#brokeOff(error);
    });
    this.#audit = new ChannelAudit(ledger, legs);
    this.commands = new CommandLog(hostname, metrics, log, nowMs);
    this.#reconciler = new Reconciler({
      hostname,
      snapshot: context.snapshot,
      gateways,
      running: () => reach.running(hostname) ?? new Map<string, never>(),
      applied,
      keepsAllLists: context.keepsAllLists,
      commands: this.commands,
      metrics,
      log,
      nowMs,
      callsOn: (gateway) => callsThrough(ledger, hostname, gateway),
      pause: (ms) => new Promise((resolve) => void timers.after(ms, resolve)),
      onLeft: () => {
        this.reconcileSoon();
      },
    });
  }

  /** Whether gateways and calls have been read since the connection was made. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  get version(): string {
    return this.#version;
  }

  /** What the last reconciliation came to. */
  get outcome(): ReconcilePlan {
    return this.#outcome;
  }

  /** Since when the switch's lists are as this snapshot wants them; undefined = they were not yet found so. */
  listsRightSinceMs(snapshot: Snapshot): number | undefined {
    return this.#reconciler.lists.rightSinceMs(snapshot);
  }

  connected(): void {
    this.#connectedAtMs = this.#context.timers.nowMs();
    this.#work.enqueue((connection) => this.#sync(connection));
  }

  lost(): void {
    if (this.#isSynced) this.#lostAtMs = this.#context.timers.nowMs();
    this.#isSynced = false;
    this.#isReconcileWaiting = false;
  }

  /** An event said that the leg is over. */
  legEnded(uuid: string): void {
    this.#audit.legEnded(uuid);
  }

  /**
   * Brings the switch to what SQL says, as soon as what runs is done: also where it was tried in vain before.
   * @returns what it came to
   */
  async reconcile(): Promise<ReconcilePlan> {
    return this.#work.run((connection) => {
      this.#reconciler.tryAgain();
      return this.#reconcileNow(connection);
    });
  }

  /** The switch has added a gateway: one that was missed in the last pass is not missed any more. */
  gatewayAdded(name: string): void {
    if (this.#outcome.drift.some((drift) => drift.kind === 'new' && drift.name === name)) this.reconcileSoon();
  }

  /** What a reconciliation would find and send. */
  async plan(): Promise<ReconcilePlan> {
    return this.#work.run((connection) => this.#reconciler.plan(connection));
  }

  /** Like `reconcile`, without waiting, and once for many calls. */
  reconcileSoon(): void {
    if (this.#isReconcileWaiting || !this.#isSynced) return;
    this.#isReconcileWaiting = true;
    this.#work.enqueue((connection) => {
      this.#isReconcileWaiting = false;
      return this.#reconcileNow(connection);
    });
  }

  /** Called every second. */
  passTime(): void {
    const nowMs = this.#context.timers.nowMs();
    if (!this.#isSynced) return;
    if (this.#reconciler.hasDrained) this.reconcileSoon();
    if (nowMs >= this.#reconcileAtMs) {
      this.reconcileSoon();
      this.#work.enqueue((connection) => this.#compareCalls(connection));
      this.#reconcileAtMs = nowMs + RECONCILE_MS;
      this.#resyncAtMs = nowMs + RESYNC_MS;
    } else if (nowMs >= this.#resyncAtMs) {
      this.#work.enqueue((connection) => this.#gateways.resync(connection, 'so the switch says'));
      this.#resyncAtMs = nowMs + RESYNC_MS;
    }
  }

  /** After the subscription, so that nothing falls between the events and what is read (contract 7.5). */
  async #sync(connection: EslConnection): Promise<void> {
    const { hostname } = this.#socket;
    const { log, ledger, applied, lastCore, timers } = this.#context;
    const { core, version } = await readIdentity(connection, this.#socket, log);
    this.#version = version;
    const before = lastCore.get(hostname);
    if (before !== core) {
      if (before !== undefined) {
        log.warn({ switch: hostname, before, core }, `switch ${hostname} was restarted: its calls are gone`);
        // What was given to, or told by, the run that we listen to now is not lost.
        ledger.forgetLegs(hostname, this.#connectedAtMs);
        ledger.forgetPlans(hostname, this.#lostAtMs ?? this.#connectedAtMs);
        applied.forget(hostname);
      }
      this.#reconciler.reset();
      lastCore.set(hostname, core);
    }
    await this.#gateways.resync(connection, 'so it was found as the switch was first read');
    await this.#compareCalls(connection);
    this.#isSynced = true;
    this.#resyncAtMs = timers.nowMs() + RESYNC_MS;
    this.#reconcileAtMs = timers.nowMs() + RECONCILE_MS;
    log.info(
      { switch: hostname, core, version: this.#version, calls: ledger.legsOn(hostname).length },
      `switch ${hostname} is listened to`,
    );
    this.#context.onKnown();
    this.reconcileSoon();
  }

  async #compareCalls(connection: EslConnection): Promise<void> {
    const { hostname } = this.#socket;
    const { found, gone } = await this.#audit.run(connection, hostname);
    if (found + gone === 0) return;
    this.#context.log.info({ switch: hostname, found, gone }, `switch ${hostname}: calls that events had not told of`);
  }

  async #reconcileNow(connection: EslConnection): Promise<ReconcilePlan> {
    this.#outcome = await this.#reconciler.run(connection);
    return this.#outcome;
  }

  /** Where the connection stands all the same, what it needs to be of use is tried again. */
  #brokeOff(error: unknown): void {
    const { hostname } = this.#socket;
    const { log, timers } = this.#context;
    const message = error instanceof Error ? error.message : String(error);
    this.#isReconcileWaiting = false;
    const connection = this.#connection();
    if (connection === undefined) return;
    log.warn({ switch: hostname, error: message }, `switch ${hostname}: work on it was broken off: ${message}`);
    if (this.#isSynced) return;
    timers.after(SYNC_AGAIN_MS, () => {
      if (this.#connection() === connection && !this.#isSynced) this.#work.enqueue((current) => this.#sync(current));
    });
  }
}

function callsThrough(ledger: CallLedger, hostname: string, gateway: string): number {
  const name = parseName(gateway);
  return name === undefined ? 0 : ledger.slotsOn(hostname, name);
}
