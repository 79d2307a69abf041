import type { Log } from '../config/log.ts';
import { type Finding, isProblem } from '../errors/finding.ts';
import type { DecisionOutcome, ServerMetrics } from '../metrics/server-metrics.ts';
import type { Call } from '../routing/call.ts';
import { type Decision, decide, type LiveView } from '../routing/decide.ts';
import { explainCall, type Explanation } from '../routing/explain-call.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { type DecideSpan, SPANS, spanSync } from '../tracing/spans.ts';
import { type DecisionNotes, NO_NOTES } from './decision-notes.ts';
import { DocumentStore } from './document-store.ts';
import { CALLER_NAME, type CarriedFields, FieldWatch } from './field-watch.ts';
import { AppliedGateways } from './applied-gateways.ts';
import { configuredKey } from './health-views.ts';
import { Learned } from './learned.ts';
import { readMetrics } from './read-metrics.ts';
import { SchedulerStore } from './scheduler-store.ts';

const NOBODY: ReadonlyMap<string, string> = new Map();

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
  readonly schedulers = new SchedulerStore();
  readonly #fieldWatch = new FieldWatch();
  readonly #liveView: LiveView;
  /** As the other one, and notes who was found full. */
  readonly #decidingView: LiveView;
  #full: Map<string, string> | undefined;
  readonly #notes: DecisionNotes;
  readonly #onServed: ((snapshot: Snapshot) => void)[] = [];
  readonly learned: Learned;
  readonly applied: AppliedGateways;
  #serving: Serving | undefined;
  #refusal: readonly Finding[] = [];
  #isReadable = false;

  /**
   * @param nowMs monotonic clock
   * @param notes is told of each decision and of what comes of it
   */
  constructor(metrics: ServerMetrics, log: Log, nowMs: () => number, notes: DecisionNotes = NO_NOTES) {
    this.#metrics = metrics;
    this.#notes = notes;
    this.#log = log;
    this.applied = new AppliedGateways(nowMs);
    this.learned = new Learned({ metrics: metrics.live, log, nowMs, notes });
    this.#liveView = this.learned.viewWith(this.schedulers);
    this.#decidingView = this.learned.viewWith(this.schedulers, ({ name }, limit) => {
      this.#full ??= new Map();
      this.#full.set(name, `full: at its ${limit}`);
    });
    metrics.readFrom(() => {
      const snapshot = this.#serving?.snapshot;
      const firstPlaces = this.schedulers.firstPlaces.map(([, scheduler]) => scheduler);
      return snapshot === undefined ? undefined : readMetrics(snapshot, this.learned, firstPlaces);
    });
  }

  /** Undefined until a first inventory was proven consistent. */
  get serving(): Serving | undefined {
    return this.#serving;
  }

  /** The problems for which the inventory as it is now is not served; none = it is. */
  get refusal(): readonly Finding[] {
    return this.#refusal;
  }

  /** Whether the file that the inventory is in could be read when it was last tried. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  /** Serves a new snapshot from now on. Turns go on where they were: they belong to gateways, not to snapshots. */
  serve(snapshot: Snapshot, findings: readonly Finding[]): void {
    const generation = (this.#serving?.generation ?? 0) + 1;
    this.#serving = { snapshot, documents: new DocumentStore(snapshot), generation };
    this.#refusal = [];
    this.#isReadable = true;
    this.learned.serve(snapshot);
    this.schedulers.keepOnly((lineup) => snapshot.lineups.has(configuredKey(lineup)));
    this.#fieldWatch.reset();
    const counts = { gateways: snapshot.gateways.length, groups: snapshot.groups.length, routes: snapshot.routes.size };
    this.#log.info({ generation, ...counts }, 'inventory served');
    for (const finding of findings) this.#log.warn({ finding }, `inventory: ${finding.where}: ${finding.what}`);
    for (const tell of this.#onServed) tell(snapshot);
    this.#metrics.inventoryServed(snapshot, generation).catch((error: unknown) => {
      this.#log.error({ error: String(error) }, 'metrics do not show the new inventory');
    });
  }

  /** Keeps serving what there is, and tells all that is wrong with the inventory as it is now. */
  refuse(findings: readonly Finding[]): void {
    const problems = findings.filter(isProblem);
    this.#refusal = problems;
    this.#isReadable = true;
    for (const finding of problems) {
      this.#log.error(
        { finding },
        `inventory refused, still serving ${this.#still}: ${finding.where}: ${finding.what}`,
      );
    }
    this.#metrics.inventoryRefused(problems.length);
  }

  /** Keeps serving what there is, where the inventory cannot be read at all. */
  cannotRead(findings: readonly Finding[]): void {
    this.#refusal = findings;
    this.#isReadable = false;
    for (const finding of findings) {
      const { where, what, fix } = finding;
      this.#log.error({ finding }, `inventory cannot be read, still serving ${this.#still}: ${where}: ${what}; ${fix}`);
    }
    this.#metrics.inventoryUnreadable();
  }

  /** Keeps serving what there is after a mistake of ours: the operator is told, the process lives on. */
  failToLoad(error: unknown): void {
    const stack = error instanceof Error ? error.stack : String(error);
    this.#log.error({ error: stack }, 'the inventory could not be compiled, this is a mistake of trunkhunt');
    this.#metrics.inventoryRefused(1);
  }

  get #still(): string {
    return this.#serving === undefined ? 'nothing' : `generation ${this.#serving.generation}`;
  }

  /** Decides a call and takes the turns that the decision gives out. */
  route(serving: Serving, call: Call): Decision {
    this.#full = undefined;
    const decision = spanSync(
      SPANS.decide,
      () => ({ decisionId: call.decisionId, switch: call.hostname, context: call.context }),
      () => decide(serving.snapshot, this.#decidingView, call),
      spanOf,
    );
    this.#tell(serving, call, decision);
    if (decision.outcome === 'no_route') {
      this.#metrics.decided(undefined, 'no_route');
      return decision;
    }
    const group = decision.route.group.name;
    this.#metrics.decided(group, countedAs(decision));
    if (decision.outcome === 'rejected_number') this.#metrics.numberRejected(decision.reason);
    if (decision.outcome === 'planned') {
      for (const { key, scheduler } of decision.turns) this.schedulers.take(key, scheduler);
      this.learned.planned(decision, call);
      if (decision.isDoubted) this.#metrics.live.panic(group);
      const before = decision.distributor === undefined ? 1 : 2;
      for (const [at, { gateway }] of decision.legs.entries()) this.#metrics.selected(group, gateway.name, at + before);
    }
    return decision;
  }

  /** This is post-dial delay: references, and nothing that takes time. */
  #tell({ snapshot, generation }: Serving, call: Call, decision: Decision): void {
    const { hostname } = call;
    const out = decision.outcome === 'no_route' ? NOBODY : this.learned.outOf(decision.route.group, hostname);
    const isFollowed = this.learned.isWatched(hostname);
    this.#notes.decided({ call, decision, snapshot, generation, isFollowed, out, full: this.#full ?? NOBODY });
  }

  /** Decides a call as `route` would now, takes no turn, and says why. */
  explain(serving: Serving, call: Call): Explanation {
    return explainCall(serving.snapshot, call, {
      live: this.#liveView,
      weightOf: (group, hostname, member) => this.learned.weightOf(group, hostname, member),
    });
  }

  /** Tells of each snapshot from now on, and of the one that is served already. */
  onServed(tell: (snapshot: Snapshot) => void): void {
    this.#onServed.push(tell);
    if (this.#serving !== undefined) tell(this.#serving.snapshot);
  }

  /** A switch was answered with its gateways: what it adds now is defined as in this snapshot. */
  gatewaysServed({ snapshot }: Serving, hostname: string, profile: string | undefined): void {
    if (!snapshot.eventSockets.some((it) => it.hostname === hostname)) return;
    const profiles = profile === undefined ? snapshot.profiles.map(({ name }) => name) : [profile];
    for (const name of profiles) this.applied.served(snapshot, hostname, name);
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
      `routes need ${missing.join(', ')}, which the switch does not send, so ${withoutThem(missing)}: paste what ` +
        `\`trunkhunt xml-curl-conf${headers}\` prints into xml_curl.conf.xml, then \`reload mod_xml_curl\` on the switch`,
    );
  }
}

/** A route does not match without what it has a condition on; a caller's name is needed to clean it. */
function withoutThem(missing: readonly string[]): string {
  const [names, conditions] = [missing.includes(CALLER_NAME), missing.some((field) => field !== CALLER_NAME)];
  if (!names) return 'they never match';
  return `${conditions ? 'they never match, and ' : ''}what callers name themselves goes out as it came`;
}

/** What a decision with a group is counted as. */
function countedAs(decision: Exclude<Decision, { readonly outcome: 'no_route' }>): DecisionOutcome {
  if (decision.outcome !== 'no_gateway') return decision.outcome;
  return decision.reason === 'not_configured' ? 'no_gateway' : `all_${decision.reason}`;
}

function spanOf(decision: Decision): Partial<DecideSpan> {
  if (decision.outcome === 'no_route') return { outcome: 'no_route' };
  const group = decision.route.group.name;
  if (decision.outcome !== 'planned') return { outcome: countedAs(decision), group };
  return { outcome: 'planned', group, gateways: decision.legs.map(({ gateway }) => gateway.name) };
}
