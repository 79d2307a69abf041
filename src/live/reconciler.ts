import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import type { LiveMetrics } from '../metrics/live-metrics.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { spanPromise, SPANS } from '../tracing/spans.ts';
import type { RunningGateway } from '../xml/read-xmlstatus.ts';
import type { AppliedGateways } from './applied-gateways.ts';
import { Attempts } from './attempts.ts';
import type { CommandLog } from './command-log.ts';
import { DrainWatch } from './drain-watch.ts';
import { ListReconciler } from './list-reconciler.ts';
import { type Drift, findDrift, visibleDifference } from './find-drift.ts';
import type { WantedGateway } from './wanted-gateway.ts';
import { commandsOf, killCommand, planWork, type ProfileWork, rescanCommand } from './profile-work.ts';
import type { DriftReport, ReconcilePlan } from './reconcile-plan.ts';
import type { SwitchGateways } from './switch-gateways.ts';

export interface ReconcilerContext {
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
}

/** Brings one switch to what SQL says: one pass at a time, as few commands as can be, and none for what is right. */
export class Reconciler {
  readonly #context: ReconcilerContext;
  readonly #drains: DrainWatch;
  readonly #lists: ListReconciler;
  readonly #attempts: Attempts;
  /** Gateways that un-REGISTER after they were taken away, until they are gone. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(context: ReconcilerContext) {
    this.#context = context;
    this.#drains = new DrainWatch(context);
    this.#attempts = new Attempts(context.nowMs);
    this.#lists = new ListReconciler(context);
  }

  /** Whether a gateway that is on its way out can go now. */
  get hasDrained(): boolean {
    return this.#drains.hasDrained;
  }

  /** The switch began anew: nothing of what was tried counts any more. */
  reset(): void {
    this.#attempts.reset();
    this.#lists.forget();
  }

  /** Looks at the switch, without changing anything. */
  async plan(connection: EslConnection): Promise<ReconcilePlan> {
    const snapshot = this.#context.snapshot();
    if (snapshot === undefined) return { drift: [], draining: [], commands: [] };
    await this.#context.gateways.resync(connection, 'it was asked for');
    const { work, drifts, draining } = this.#look(snapshot);
    const lists = await this.#lists.drift(connection, snapshot);
    return {
      drift: [...drifts.map(reportOf), ...lists],
      draining,
      commands: [...work.flatMap(commandsOf), ...(lists.length === 0 ? [] : ['distributor_ctl reload'])],
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
    if (snapshot === undefined) return { drift: [], draining: [], commands: [] };
    await this.#context.gateways.resync(connection, 'it was asked for');
    const { work } = this.#look(snapshot);
    const sent: string[] = [];
    for (const part of work) {
      sent.push(...commandsOf(part));
      await this.#apply(connection, snapshot, part);
    }
    const lists = await this.#lists.apply(connection, snapshot);
    const { drifts, draining } = this.#look(snapshot);
    const drift = [...drifts.map(reportOf), ...lists];
    this.#context.metrics.drift(this.#context.hostname, drift.length);
    return { drift, draining, commands: sent };
  }

  #look(snapshot: Snapshot): { work: readonly ProfileWork[]; drifts: readonly Drift[]; draining: readonly string[] } {
    const { hostname, applied } = this.#context;
    const running = this.#context.running();
    const wanted = applied.wantedOn(snapshot, hostname);
    this.#adopt(wanted, running);
    for (const name of applied.of(hostname).keys()) if (!running.has(name)) applied.gone(hostname, name);
    const all = findDrift({ wanted, running, applied: applied.of(hostname) });
    const removed = all.filter(({ kind }) => kind === 'removed').map(({ gateway }) => gateway);
    this.#drains.watch(removed, applied.of(hostname));
    const mayGo = (gateway: string): boolean => this.#drains.mayGo(gateway);
    const work = planWork(
      all.filter(({ gateway }) => this.#attempts.isWorthwhile(gateway, wanted.get(gateway)?.fingerprint)),
      mayGo,
    );
    const draining = removed.filter((gateway) => !mayGo(gateway));
    return { work, drifts: all.filter(({ gateway }) => !draining.includes(gateway)), draining };
  }

  /** What runs as it is wanted, and of which nobody knows how it came there, is ours from now on. */
  #adopt(wanted: ReadonlyMap<string, WantedGateway>, running: ReadonlyMap<string, RunningGateway>): void {
    const { hostname, applied } = this.#context;
    const known = applied.of(hostname);
    for (const [name, it] of wanted) {
      const present = running.get(name);
      if (present === undefined || known.has(name) || visibleDifference(it.gateway, present) !== undefined) continue;
      applied.added(hostname, it.gateway.profile, name, it);
    }
  }

  async #apply(connection: EslConnection, snapshot: Snapshot, { profile, kill, rescan }: ProfileWork): Promise<void> {
    const { hostname, gateways, applied } = this.#context;
    for (const { gateway, isRegistering, kind, reason } of kill) {
      this.#context.log.info(
        { switch: hostname, gateway, kind, reason },
        `gateway ${gateway} is taken away: ${reason}`,
      );
      const gone = gateways.doom(gateway);
      await this.#send(connection, killCommand(profile, gateway), 'killgw');
      applied.gone(hostname, gateway);
      if (isRegistering) this.#leaves(gateway, gone);
    }
    if (!rescan) return;
    const wanted = applied.wantedOn(snapshot, hostname);
    // An un-REGISTER would hit the binding of the one that comes (contract 5.3).
    await Promise.all([...this.#leaving].filter(([name]) => wanted.has(name)).map(([, gone]) => gone));
    await this.#send(connection, rescanCommand(profile), 'rescan');
    // What it was answered is what SQL says by now, not what it said when this began.
    for (const [name, it] of applied.wantedOn(this.#context.snapshot() ?? snapshot, hostname)) {
      if (it.gateway.profile !== profile || this.#isRight(it, this.#context.running().get(name))) continue;
      const present = await gateways.query(connection, name);
      const looksRight = present !== undefined && visibleDifference(it.gateway, present) === undefined;
      // Where no event told of it, what was fetched just now is what it has.
      if (looksRight && !applied.of(hostname).has(name)) applied.added(hostname, profile, name, it);
      if (!this.#isRight(it, present)) this.#failed(name, it);
    }
  }

  #leaves(gateway: string, gone: Promise<void>): void {
    const over = gone.then(() => {
      this.#leaving.delete(gateway);
    });
    this.#leaving.set(gateway, over);
  }

  #isRight({ gateway, fingerprint }: WantedGateway, present: RunningGateway | undefined): boolean {
    const { hostname, applied } = this.#context;
    const isApplied = applied.of(hostname).get(gateway.name)?.fingerprint === fingerprint;
    return isApplied && present !== undefined && visibleDifference(gateway, present) === undefined;
  }

  #failed(name: string, { fingerprint }: WantedGateway): void {
    const attempts = this.#attempts.failed(name, fingerprint);
    this.#context.log.warn(
      { switch: this.#context.hostname, gateway: name, attempts },
      `gateway ${name} is not taken over by the switch: does it ask here for its gateways (mod_xml_curl, parse="true"), ` +
        'does the profile run, is there a local gateway of the same name?',
    );
  }

  async #send(connection: EslConnection, command: string, kind: string): Promise<void> {
    // Whatever makes FreeSWITCH ask us must not wait for us (contract 7.4).
    const send = kind === 'rescan' ? connection.bgapi(command) : connection.api(command);
    await this.#context.commands.note(command, kind, send);
  }
}

function reportOf({ gateway, kind, reason }: Drift): DriftReport {
  return { name: gateway, kind, reason };
}
