import type { Log } from '../config/log.ts';
import { type Finding, isProblem } from '../errors/finding.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { Call } from '../routing/call.ts';
import { type Decision, decide } from '../routing/decide.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { DocumentStore } from './document-store.ts';
import { type CarriedFields, FieldWatch } from './field-watch.ts';
import { SchedulerStore } from './scheduler-store.ts';

/** What is being served: a snapshot and its documents, swapped as one. */
export interface Serving {
  readonly snapshot: Snapshot;
  readonly documents: DocumentStore;
  /** Counts snapshots since the start, from 1. */
  readonly generation: number;
}

/** All that changes while the server runs: the snapshot, the turns, what was noticed of the switches. */
export class LiveState {
  readonly #metrics: ServerMetrics;
  readonly #log: Log;
  readonly #schedulers = new SchedulerStore();
  readonly #fieldWatch = new FieldWatch();
  #serving: Serving | undefined;
  #refusal: readonly Finding[] = [];

  constructor(metrics: ServerMetrics, log: Log) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Undefined until a first inventory was proven consistent. */
  get serving(): Serving | undefined {
    return this.#serving;
  }

  /** The problems for which the inventory as it is now is not served; none = it is. */
  get refusal(): readonly Finding[] {
    return this.#refusal;
  }

  /** Serves a new snapshot from now on. Turns go on where they were: they belong to gateways, not to snapshots. */
  serve(snapshot: Snapshot, findings: readonly Finding[]): void {
    const generation = (this.#serving?.generation ?? 0) + 1;
    this.#serving = { snapshot, documents: new DocumentStore(snapshot), generation };
    this.#refusal = [];
    this.#schedulers.keepOnly((lineup) => snapshot.lineups.has(lineup));
    this.#fieldWatch.reset();
    const counts = { gateways: snapshot.gateways.length, groups: snapshot.groups.length, routes: snapshot.routes.size };
    this.#log.info({ generation, ...counts }, 'inventory served');
    for (const finding of findings) this.#log.warn({ finding }, `inventory: ${finding.where}: ${finding.what}`);
    this.#metrics.inventoryServed(snapshot, generation).catch((error: unknown) => {
      this.#log.error({ error: String(error) }, 'metrics do not show the new inventory');
    });
  }

  /** Keeps serving what there is, and tells all that is wrong with the inventory as it is now. */
  refuse(findings: readonly Finding[]): void {
    const problems = findings.filter(isProblem);
    this.#refusal = problems;
    const still = this.#serving === undefined ? 'nothing' : `generation ${this.#serving.generation}`;
    for (const finding of problems) {
      this.#log.error({ finding }, `inventory refused, still serving ${still}: ${finding.where}: ${finding.what}`);
    }
    this.#metrics.inventoryRefused(problems.length);
  }

  /** Keeps serving what there is after a mistake of ours: the operator is told, the process lives on. */
  failToLoad(error: unknown): void {
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log.error({ error: stack }, 'the inventory could not be compiled, this is a mistake of trunkhunt');
    this.#metrics.inventoryRefused(1);
  }

  /** Decides a call and takes the turns that the decision gives out. */
  route(serving: Serving, call: Call): Decision {
    const decision = decide(serving.snapshot, { schedulers: this.#schedulers }, call);
    if (decision.outcome === 'no_route') {
      this.#metrics.decided(undefined, 'no_route');
      return decision;
    }
    const group = decision.route.group.name;
    this.#metrics.decided(group, decision.outcome);
    if (decision.outcome === 'rejected_number') this.#metrics.numberRejected(decision.reason);
    if (decision.outcome === 'planned') {
      for (const { key, scheduler } of decision.turns) this.#schedulers.take(key, scheduler);
      const before = decision.distributor === undefined ? 1 : 2;
      for (const [at, { gateway }] of decision.legs.entries()) this.#metrics.selected(group, gateway.name, at + before);
    }
    return decision;
  }

  /** Watches for fields that routes need and this request's switch does not send. */
  noticeFields(serving: Serving, carried: CarriedFields): void {
    const missing = this.#fieldWatch.observe(serving.snapshot.neededFields, carried);
    if (missing === undefined) return;
    // Switches that the inventory does not name share a label: it shows the one that lacks most.
    const label = this.#metrics.switchLabel(carried.hostname);
    const most = this.#fieldWatch.mostMissing((hostname) => this.#metrics.switchLabel(hostname) === label);
    this.#metrics.fieldsMissing(label, most);
    const data = { switch: carried.hostname, missing };
    if (missing.length === 0) {
      this.#log.info(data, 'the switch sends every field that routes need');
      return;
    }
    const headers = serving.snapshot.neededFields.headers.map((header) => ` --header ${header}`).join('');
    this.#log.warn(
      data,
      `routes need ${missing.join(', ')}, which the switch does not send, so they never match: paste what ` +
        `\`trunkhunt xml-curl-conf${headers}\` prints into xml_curl.conf.xml, then \`reload mod_xml_curl\` on the switch`,
    );
  }
}
