import type { EslConnection } from '../esl/esl-connection.ts';
import type { EslError } from '../esl/esl-error.ts';
import type { SwitchEvent } from '../esl/switch-event.ts';
import { SwitchLink } from '../esl/switch-link.ts';
import type { EventSocket, Snapshot } from '../routing/snapshot.ts';
import type { WantedGateway } from './wanted-gateway.ts';
import type { ReconcilePlan } from './reconcile-plan.ts';
import { SwitchGateways } from './switch-gateways.ts';
import type { WatchedSwitch } from './gateway-report.ts';
import { type LastLoss, reportSwitch, type SwitchReport } from './switch-report.ts';
import { SwitchUpkeep, type UpkeepContext } from './switch-upkeep.ts';

export interface WatcherContext extends UpkeepContext {
  readonly random: () => number;
  /** The reach of these gateways on the switch changed. */
  readonly onReach: (hostname: string, gateways: readonly string[], why: string) => void;
}

/** A switch that does not run any more has no calls. */
const CALLS_GONE_MS = 60_000;

/** Of a switch that only cannot be listened to, calls are counted on for so long. */
const CALLS_KEPT_MS = 10 * 60_000;

/** Listens to one switch: hands its events to whoever learns from them, and knows whether it is there. */
export class SwitchWatcher implements WatchedSwitch {
  readonly #socket: EventSocket;
  readonly #context: WatcherContext;
  readonly #link: SwitchLink;
  readonly #gateways: SwitchGateways;
  readonly #upkeep: SwitchUpkeep;
  #connection: EslConnection | undefined;
  #sessions = 0;
  #lastLoss: LastLoss | undefined;
  /** Since when there is no connection; undefined while there is one. */
  #silentSinceMs: number | undefined;

  constructor(socket: EventSocket, context: WatcherContext) {
    const { hostname } = socket;
    const { timers, random, reach, applied } = context;
    const connection = (): EslConnection | undefined => this.#connection;
    this.#socket = socket;
    this.#context = context;
    this.#gateways = new SwitchGateways({
      hostname,
      timers,
      reach,
      connection,
      onReach: (gateways, why) => {
        context.onReach(hostname, gateways, why);
      },
      onVanished: () => {
        this.#upkeep.reconcileSoon();
      },
      onAdded: (gateway, profile) => {
        applied.appeared(hostname, profile, gateway, this.#wanted.get(gateway));
        this.#upkeep.gatewayAdded(gateway);
      },
    });
    this.#upkeep = new SwitchUpkeep(socket, context, this.#gateways, connection);
    const listener = {
      connected: (opened: EslConnection): void => {
        this.#connected(opened);
      },
      event: (event: SwitchEvent): void => {
        try {
          this.#follow(event);
        } catch (error) {
          // A mistake of ours about one call must not stop all the others.
          const stack = error instanceof Error ? error.stack : String(error);
          context.log.error(
            { switch: hostname, error: stack },
            'an event could not be followed, this is a mistake of trunkhunt',
          );
        }
      },
      lost: (error: EslError, retryInMs: number): void => {
        this.#lost(error, retryInMs);
      },
    };
    this.#link = new SwitchLink(socket, listener, { timers, random });
  }

  get socket(): EventSocket {
    return this.#socket;
  }

  get hostname(): string {
    return this.#socket.hostname;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  get isSynced(): boolean {
    return this.#upkeep.isSynced;
  }

  listsRightSinceMs(snapshot: Snapshot): number | undefined {
    return this.#upkeep.listsRightSinceMs(snapshot);
  }

  start(): void {
    const { metrics, reach, timers } = this.#context;
    this.#silentSinceMs = timers.nowMs();
    metrics.connected(this.#socket.hostname, false);
    reach.lost(this.#socket.hostname, this.#silentSinceMs);
    this.#link.start();
  }

  stop(): void {
    this.#link.stop();
    this.#connection = undefined;
    this.#upkeep.lost();
    this.#gateways.lost();
  }

  /** Brings the switch to what SQL says, as soon as what runs is done. @returns what it came to */
  async reconcile(): Promise<ReconcilePlan> {
    return this.#upkeep.reconcile();
  }

  /** What a reconciliation would find and send. */
  async plan(): Promise<ReconcilePlan> {
    return this.#upkeep.plan();
  }

  /** Like `reconcile`, without waiting, and once for many calls. */
  reconcileSoon(): void {
    this.#upkeep.reconcileSoon();
  }

  /** Called every second. */
  passTime(): void {
    this.#upkeep.passTime();
    if (this.#silentSinceMs === undefined) return;
    const silentMs = this.#context.timers.nowMs() - this.#silentSinceMs;
    // Where nothing listens any more there is no FreeSWITCH, and no calls; otherwise they may be up for a while.
    if (silentMs < (this.#lastLoss?.reason === 'refused' ? CALLS_GONE_MS : CALLS_KEPT_MS)) return;
    const { hostname } = this.#socket;
    const count = this.#context.ledger.forgetLegs(hostname, Infinity);
    if (count === 0) return;
    this.#context.log.warn(
      { switch: hostname, calls: count },
      `switch ${hostname} has been silent for ${Math.round(silentMs / 1000)} s: its ${count} calls are taken as over`,
    );
  }

  get report(): SwitchReport {
    const running = this.#context.reach.running(this.#socket.hostname);
    return reportSwitch({
      socket: this.#socket,
      isConnected: this.#connection !== undefined,
      isSynced: this.#upkeep.isSynced,
      lastLoss: this.#lastLoss,
      version: this.#upkeep.version,
      sessions: this.#sessions,
      legs: this.#context.ledger.legsOn(this.#socket.hostname).length,
      running: running === undefined ? undefined : [...running.values()],
      wanted: this.#wanted.size,
      outcome: this.#upkeep.outcome,
      commands: this.#upkeep.commands.recent,
      nowMs: this.#context.timers.nowMs(),
    });
  }

  get #wanted(): ReadonlyMap<string, WantedGateway> {
    const snapshot = this.#context.snapshot();
    return snapshot === undefined ? new Map() : this.#context.applied.wantedOn(snapshot, this.#socket.hostname);
  }

  #connected(connection: EslConnection): void {
    this.#connection = connection;
    this.#silentSinceMs = undefined;
    this.#context.metrics.connected(this.#socket.hostname, true);
    this.#upkeep.connected();
  }

  #follow(event: SwitchEvent): void {
    const { hostname } = this.#socket;
    switch (event.kind) {
      case 'leg':
        if (event.name === 'hangup') this.#upkeep.legEnded(event.uuid);
        this.#context.legs.follow(hostname, event);
        break;
      case 'gateway':
        this.#gateways.follow(event);
        break;
      case 'heartbeat':
        this.#sessions = event.sessions;
        break;
      case 'job':
        break;
    }
  }

  #lost(error: EslError, retryInMs: number): void {
    const { hostname } = this.#socket;
    const { metrics, reach, log, timers } = this.#context;
    const isRepetition = this.#connection === undefined && this.#lastLoss?.reason === error.reason;
    this.#connection = undefined;
    this.#silentSinceMs ??= timers.nowMs();
    this.#upkeep.lost();
    this.#gateways.lost();
    this.#lastLoss = { reason: error.reason, message: error.message, atMs: timers.nowMs() };
    metrics.connected(hostname, false);
    metrics.driftUnknown(hostname);
    metrics.connectionLost(hostname, error.reason);
    reach.lost(hostname, timers.nowMs());
    const data = { switch: hostname, reason: error.reason, retryInMs };
    // A switch that is away is tried again and again: once in the log is enough.
    log[isRepetition ? 'debug' : 'warn'](data, `switch ${hostname} is not listened to: ${error.message}`);
  }
}
