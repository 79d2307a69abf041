import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { spanPromise, SPANS } from '../tracing/spans.ts';
import type { RunningGateway } from '../xml/read-xmlstatus.ts';
import type { AppliedGateways } from './applied-gateways.ts';
import { Attempts, NOT_TAKEN_AWAY, NOT_TAKEN_OVER } from './attempts.ts';
import type { CommandLog } from './command-log.ts';
import { DrainWatch } from './drain-watch.ts';
import { Leavers } from './leavers.ts';
import { type ListContext, ListReconciler } from './list-reconciler.ts';
import { type Drift, findDrift, visibleDifference } from './find-drift.ts';
import type { WantedGateway } from './wanted-gateway.ts';
import { commandsOf, killCommand, planWork, type ProfileWork, rescanCommand } from './profile-work.ts';
import { type Look, NOTHING, type ReconcilePlan, REMOVED, reportDrifts } from './reconcile-plan.ts';
import type { SwitchGateways } from './switch-gateways.ts';

export interface ReconcilerContext extends Pick<ListContext, 'keepsAllLists'> {
  readonly hostname: string;
  readonly snapshot: () => Snapshot | undefined;
  readonly gateways: SwitchGateways;
  readonly running: () => ReadonlyMap<string, RunningGateway>;
  readonly applied: AppliedGateways;
  readonly commands: CommandLog;
  readonly metrics: LiveMetrics;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Calls that are up through the gateway on this switch. */
  readonly callsOn: (gateway: string) => number;
  readonly pause: (ms: number) => Promise<void>;
  /** A gateway that others did not wait for is gone: it can come anew. */
  readonly onLeft: () => void;
}

/** Brings one switch to what SQL says: one pass at a time, as few commands as can be, and none for what is right. */
export class Reconciler {
  readonly #context: ReconcilerContext;
  readonly #drains: DrainWatch;
  readonly lists: ListReconciler;
  readonly #attempts: Attempts;
  readonly #leavers: Leavers;
  #isPassing = false;

  constructor(context: ReconcilerContext) {
    this.#context = context;
    this.#drains = new DrainWatch(context);
    this.#attempts = new Attempts(context.nowMs);
    this.lists = new ListReconciler(context);
    this.#leavers = new Leavers(context.pause);
  }

  /** Whether a gateway that is on its way out can go now. */
  get hasDrained(): boolean {
    return this.#drains.hasDrained;
  }

  /** The switch began anew: nothing of what was tried counts any more. */
  reset(): void {
    this.#attempts.reset();
    this.lists.forget();
  }

  /** Somebody mended something, perhaps: what was in vain before is tried again. */
  tryAgain(): void {
    this.#attempts.reset();
  }

  /** Looks at the switch, without changing anything. */
  async plan(connection: EslConnection): Promise<ReconcilePlan> {
    const snapshot = this.#context.snapshot();
    if (snapshot === undefined) return NOTHING;
    await this.#context.gateways.resync(connection, 'so the switch says');
    const applied = this.#context.applied.of(this.#context.hostname);
    const { work, drift, draining } = this.#look(snapshot, (gateway) => this.#drains.couldGo(gateway, applied));
    const lists = await this.lists.drift(connection, snapshot);
    return {
      drift: [...drift, ...lists],
      draining,
      commands: [...work.flatMap(commandsOf), ...(lists.length === 0 ? [] : ['distributor_ctl reload'])],
      refused: [],
    };
  }

  /** One pass: look, send, look again. @returns what is still not as it is wanted */
  async run(connection: EslConnection): Promise<ReconcilePlan> {
    return spanPromise(
      SPANS.reconcile,
      () => ({ switch: this.#context.hostname }),
      () => this.#pass(connection),
      ({ commands, drift }) => ({ commands, drift: drift.map(({ name }) => name) }),
    );
  }

  async #pass(connection: EslConnection): Promise<ReconcilePlan> {
    const snapshot = this.#context.snapshot();
    if (snapshot === undefined) return NOTHING;
    this.#isPassing = true;
    try {
      return await this.#passOver(connection, snapshot);
    } finally {
      this.#isPassing = false;
    }
  }

  async #passOver(connection: EslConnection, snapshot: Snapshot): Promise<ReconcilePlan> {
    await this.#context.gateways.resync(connection, 'so the switch says');
    const commands: string[] = [];
    const before = this.#context.commands.count;
    for (const part of this.#take(snapshot).work) commands.push(...(await this.#apply(connection, snapshot, part)));
    const lists = await this.lists.apply(connection, snapshot);
    const look = this.#take(snapshot);
    const drift = [...look.drift, ...lists];
    this.#context.metrics.drift(this.#context.hostname, drift.length);
    return { drift, draining: look.draining, commands, refused: this.#context.commands.refusedSince(before) };
  }

  /** Takes note of what the switch runs, and looks at what is to be done. */
  #take(snapshot: Snapshot): Look {
    const { hostname, applied } = this.#context;
    const running = this.#context.running();
    const wanted = applied.wantedOn(snapshot, hostname);
    this.#adopt(wanted, running);
    for (const name of applied.of(hostname).keys()) if (!running.has(name)) applied.gone(hostname, name);
    const drifts = findDrift({ wanted, running, applied: applied.of(hostname) });
    this.#attempts.keepOnly(new Set(drifts.map(({ gateway }) => gateway)));
    const removed = drifts.filter(({ kind }) => kind === 'removed').map(({ gateway }) => gateway);
    this.#drains.watch(removed, applied.of(hostname));
    return this.#look(snapshot, (gateway) => this.#drains.mayGo(gateway));
  }

  #look(snapshot: Snapshot, mayGo: (gateway: string) => boolean): Look {
    const { hostname, applied } = this.#context;
    const wanted = applied.wantedOn(snapshot, hostname);
    const all = findDrift({ wanted, running: this.#context.running(), applied: applied.of(hostname) });
    const isWorthwhile = ({ gateway, kind }: Drift): boolean =>
      !this.#leavers.has(gateway) &&
      this.#attempts.isWorthwhile(gateway, wanted.get(gateway)?.fingerprint ?? REMOVED, kind !== 'changed');
    const draining = new Set(all.flatMap((it) => (it.kind === 'removed' && !mayGo(it.gateway) ? [it.gateway] : [])));
    const staying = all.filter(({ gateway }) => !draining.has(gateway));
    return {
      work: planWork(all.filter(isWorthwhile), mayGo),
      drift: reportDrifts(staying, wanted, this.#attempts),
      draining: [...draining],
    };
  }

  /** What runs as it is wanted, and of which nobody knows how it came there, is ours from now on. */
  #adopt(wanted: ReadonlyMap<string, WantedGateway>, running: ReadonlyMap<string, RunningGateway>): void {
    const { hostname, applied } = this.#context;
    for (const [name, it] of wanted) {
      const present = applied.of(hostname).has(name) ? undefined : running.get(name);
      if (present && visibleDifference(it.gateway, present) === undefined)
        applied.added(hostname, it.gateway.profile, name, it);
    }
  }

  /** @returns what was sent */
  async #apply(connection: EslConnection, snapshot: Snapshot, work: ProfileWork): Promise<readonly string[]> {
    const { hostname, applied } = this.#context;
    const { profile, coming } = work;
    const sent: string[] = [];
    const wanted = applied.wantedOn(snapshot, hostname);
    const changed = work.kill.filter(({ kind }) => kind === 'changed');
    let kill = work.kill;
    // Taken away for another one only where the switch is known to ask here: else it would have none, or lose it twice.
    if (changed.length > 0 && !applied.hasFetched(hostname, profile)) {
      sent.push(await this.#rescan(connection, profile));
      if (!applied.hasFetched(hostname, profile)) {
        for (const { gateway } of changed) this.#notGivenHere(gateway, wanted.get(gateway));
        kill = kill.filter(({ kind }) => kind === 'removed');
      }
    }
    for (const drift of kill) sent.push(await this.#kill(connection, drift, wanted.get(drift.gateway)));
    if (coming.length === 0) return sent;
    await this.#leavers.wait((gateway) => wanted.has(gateway));
    // Were one handed out while it un-REGISTERs, that would hit the binding of the new one (contract 5.3).
    applied.holdBack(hostname, this.#leavers.names);
    if (coming.every((gateway) => this.#leavers.has(gateway))) return sent;
    sent.push(await this.#rescan(connection, profile));
    await this.#verify(connection, applied.wantedOn(this.#context.snapshot() ?? snapshot, hostname), profile);
    return sent;
  }

  async #kill(connection: EslConnection, drift: Drift, wanted: WantedGateway | undefined): Promise<string> {
    const { hostname, gateways, applied, log } = this.#context;
    const { gateway, reason } = drift;
    log.info({ switch: hostname, gateway, reason }, `gateway ${gateway} is taken away from ${hostname}: ${reason}`);
    const command = killCommand(drift);
    const gone = gateways.doom(gateway);
    if (await this.#context.commands.note(command, 'killgw', connection.api(command))) {
      applied.gone(hostname, gateway);
      if (drift.isRegistering) {
        this.#leavers.add(gateway, gone, () => {
          this.#left(gateway);
        });
      }
    } else {
      gateways.spare(gateway);
      this.#failed(gateway, wanted);
    }
    return command;
  }

  async #rescan(connection: EslConnection, profile: string): Promise<string> {
    const { hostname, applied, commands, nowMs } = this.#context;
    const [command, sinceMs] = [rescanCommand(profile), nowMs()];
    // What makes FreeSWITCH ask us must not wait for us (contract 7.4).
    if (await commands.note(command, 'rescan', connection.bgapi(command))) applied.fetched(hostname, profile, sinceMs);
    return command;
  }

  /** What was fetched has to be there now; who is still leaving comes later. */
  async #verify(connection: EslConnection, wanted: ReadonlyMap<string, WantedGateway>, profile: string): Promise<void> {
    const { hostname, gateways, applied } = this.#context;
    for (const [name, it] of wanted) {
      if (it.gateway.profile !== profile || this.#leavers.has(name)) continue;
      if (this.#isRight(it, this.#context.running().get(name))) continue;
      const present = await gateways.query(connection, name);
      const looksRight = present && visibleDifference(it.gateway, present) === undefined;
      // Where no event told of it, what was fetched just now is what it has.
      if (looksRight && !applied.of(hostname).has(name)) applied.added(hostname, profile, name, it);
      if (!this.#isRight(it, present)) this.#failed(name, it);
    }
  }

  /** A gateway that un-REGISTERed is gone: where it is wanted it can come anew. */
  #left(gateway: string): void {
    const { hostname, applied, snapshot } = this.#context;
    const wasLeftOut = applied.heldBack(hostname).has(gateway);
    applied.holdBack(hostname, this.#leavers.names);
    const current = snapshot();
    const isWanted = current !== undefined && applied.wantedOn(current, hostname).has(gateway);
    // A pass that waits for it goes on by itself.
    if (isWanted && (wasLeftOut || !this.#isPassing)) this.#context.onLeft();
  }

  #isRight({ gateway, fingerprint }: WantedGateway, present: RunningGateway | undefined): boolean {
    const { hostname, applied } = this.#context;
    const isApplied = applied.of(hostname).get(gateway.name)?.fingerprint === fingerprint;
    return isApplied && present !== undefined && visibleDifference(gateway, present) === undefined;
  }

  /** Its server sees to what differs; where nothing does that can be seen, it may have done so before we knew. */
  #notGivenHere(name: string, wanted: WantedGateway | undefined): void {
    const { hostname, applied, running } = this.#context;
    const present = running().get(name);
    const looksRight = present && wanted && visibleDifference(wanted.gateway, present) === undefined;
    if (!looksRight || !applied.trustElsewhere(hostname, wanted)) this.#failed(name, wanted);
  }

  #failed(name: string, wanted: WantedGateway | undefined): void {
    const attempts = this.#attempts.failed(name, wanted?.fingerprint ?? REMOVED);
    this.#context.log.warn(
      { switch: this.#context.hostname, gateway: name, attempts },
      `gateway ${name} ${wanted === undefined ? NOT_TAKEN_AWAY : NOT_TAKEN_OVER}`,
    );
  }
}
