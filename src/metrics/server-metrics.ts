import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { AccessMetrics } from './access-metrics.ts';
import { ChildCache } from './child-cache.ts';
import { DecisionLogMetrics } from './decision-log-metrics.ts';
import { LiveMetrics, type LiveReading } from './live-metrics.ts';
import { LoadMetrics } from './load-metrics.ts';
import type { NumberRejection } from '../routing/dial-number.ts';
import type { GatewayState } from '../routing/gateway.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { PassedResult, RequestResult, RequestSection } from './request-result.ts';
import { StorageMetrics } from './storage-metrics.ts';
import { Tally } from './tally.ts';
import { targetShares } from './target-shares.ts';
import { TlsMetrics } from './tls-metrics.ts';
import { UnhandledMetrics } from './unhandled-metrics.ts';

/** `no_gateway`: the inventory gives none; `all_down`: health leaves none; `all_full`: all that are left are at a limit. */
export type DecisionOutcome = 'planned' | 'no_gateway' | 'all_down' | 'all_full' | 'rejected_number' | 'no_route';

/** Switches that the inventory does not name share this label value. */
const OTHER_SWITCH = 'other';

/** The group label of a decision that no route led to; no group can be named so. */
const NO_GROUP = '-';

const STATES: readonly GatewayState[] = ['active', 'drain', 'disabled'];
const OUTCOMES: readonly DecisionOutcome[] = ['planned', 'no_gateway', 'all_down', 'all_full', 'rejected_number'];
const REJECTIONS: readonly NumberRejection[] = ['empty', 'too_long', 'charset', 'after_rules'];

/** Gauges of Node's with the name of a counter, which Prometheus' own check objects to; the same by type stays. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const LOOKUP_SECONDS_BUCKETS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

/** Every metric of the server. Label values come from the inventory or from the closed lists above, never a request. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #registers = { registers: [this.#registry] };

  readonly #requests = new Tally({
    name: 'trunkhunt_xml_requests_total',
    help: 'Requests of mod_xml_curl, by what was asked for, what came of it, and the switch that asked.',
    labelNames: ['section', 'result', 'switch'],
    ...this.#registers,
  });
  readonly #requestSeconds = new Histogram({
    name: 'trunkhunt_xml_request_duration_seconds',
    help: 'Time from the end of the request head to the end of the answer.',
    labelNames: ['section'],
    buckets: LOOKUP_SECONDS_BUCKETS,
    ...this.#registers,
  });
  readonly #decisions = new Tally({
    name: 'trunkhunt_decisions_total',
    help: 'Calls decided, by group and outcome; group "-" where no route led to one.',
    labelNames: ['group', 'outcome'],
    ...this.#registers,
  });
  readonly #selected = new Tally({
    name: 'trunkhunt_gateway_selected_total',
    help: 'Places in failover plans; attempt 1 is the first choice.',
    labelNames: ['group', 'gateway', 'attempt'],
    ...this.#registers,
  });
  readonly #targetShare = new Gauge({
    name: 'trunkhunt_gateway_target_share',
    help: 'Share of the group that the gateway is to get first, by weight within the lowest usable tier.',
    labelNames: ['group', 'gateway'],
    ...this.#registers,
  });
  readonly #state = new Gauge({
    name: 'trunkhunt_gateway_state',
    help: '1 for the state that the inventory gives the gateway, 0 for the others.',
    labelNames: ['gateway', 'state'],
    ...this.#registers,
  });
  readonly #rejected = new Counter({
    name: 'trunkhunt_rejected_numbers_total',
    help: 'Calls refused with 484 because of their number.',
    labelNames: ['reason'],
    ...this.#registers,
  });
  readonly #missingFields = new Gauge({
    name: 'trunkhunt_switch_missing_fields',
    help: 'Fields that routes need and that the requests of this switch do not carry (enable-post-var).',
    labelNames: ['switch'],
    ...this.#registers,
  });
  readonly #generation = new Gauge({
    name: 'trunkhunt_inventory_generation',
    help: 'Snapshots served since the start; 0 = none yet.',
    ...this.#registers,
  });
  readonly #lastReload = new Gauge({
    name: 'trunkhunt_inventory_last_reload_successful',
    help: '1 where the inventory as it is now is served, 0 where it was refused or could not be read.',
    ...this.#registers,
  });
  readonly #problems = new Gauge({
    name: 'trunkhunt_inventory_problems',
    help: 'Problems for which the inventory as it is now is refused.',
    ...this.#registers,
  });
  readonly #exports = new Counter({
    name: 'trunkhunt_exports_total',
    help: "Exports of the inventory as FreeSWITCH's own files (--export-to), by what came of them.",
    labelNames: ['result'],
    ...this.#registers,
  });
  readonly #buildInfo = new Gauge({
    name: 'trunkhunt_build_info',
    help: 'Always 1; says which version runs.',
    labelNames: ['version', 'node_version'],
    ...this.#registers,
  });

  readonly #secondsChildren = new ChildCache((...values) => this.#requestSeconds.labels(...values));
  #hostnames: ReadonlySet<string> = new Set();
  #read: () => LiveReading | undefined = () => undefined;
  /** Those of switches, health and calls. */
  readonly live = new LiveMetrics(this.#registry, () => this.#read());
  readonly access = new AccessMetrics(this.#registry);
  readonly decisionLog = new DecisionLogMetrics(this.#registry);
  readonly unhandled = new UnhandledMetrics(this.#registry);
  readonly load = new LoadMetrics(this.#registry);
  readonly storage = new StorageMetrics(this.#registry);
  readonly tls = new TlsMetrics(this.#registry);

  constructor(version: string, nodeVersion: string) {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.#buildInfo.set({ version, node_version: nodeVersion }, 1);
    this.#lastReload.set(0);
    for (const reason of REJECTIONS) this.#rejected.inc({ reason }, 0);
    for (const result of ['ok', 'failed']) this.#exports.inc({ result }, 0);
    this.#decisions.begin(NO_GROUP, 'no_route');
  }

  /** @param read gives what is counted elsewhere, at every scrape */
  readFrom(read: () => LiveReading | undefined): void {
    this.#read = read;
  }

  /** The label of a switch: its name where the inventory has it. */
  switchLabel(hostname: string): string {
    return this.#hostnames.has(hostname) ? hostname : OTHER_SWITCH;
  }

  requestAnswered(section: RequestSection, result: RequestResult, hostname: string, seconds: number): void {
    this.#requests.inc(section, result, this.switchLabel(hostname));
    this.#secondsChildren.get(section).observe(seconds);
  }

  /** Its time is not observed: the quickest answers would hide how slow the others are. */
  requestPassed(section: RequestSection, result: PassedResult, hostname: string): void {
    this.#requests.inc(section, result, this.switchLabel(hostname));
  }

  decided(group: string | undefined, outcome: DecisionOutcome): void {
    this.#decisions.inc(group ?? NO_GROUP, outcome);
  }

  /** @param attempt from 1 */
  selected(group: string, gateway: string, attempt: number): void {
    this.#selected.inc(group, gateway, String(attempt));
  }

  numberRejected(reason: NumberRejection): void {
    this.#rejected.inc({ reason });
  }

  exported(result: 'ok' | 'failed'): void {
    this.#exports.inc({ result });
  }

  /** @param label what `switchLabel` made of a hostname */
  fieldsMissing(label: string, count: number): void {
    this.#missingFields.set({ switch: label }, count);
  }

  /** A new snapshot is served: what left the inventory leaves the metrics, what came is there from the start. */
  async inventoryServed(snapshot: Snapshot, generation: number): Promise<void> {
    this.#generation.set(generation);
    this.#lastReload.set(1);
    this.storage.inventoryReadable(true);
    this.#problems.set(0);
    this.#hostnames = snapshot.hostnames;
    this.#resetGauges(snapshot);
    this.#startCounters(snapshot);
    await this.#dropStrays(snapshot);
    await this.live.inventoryServed(snapshot);
  }

  /** The inventory as it is now is not served. */
  inventoryRefused(problems: number): void {
    this.#lastReload.set(0);
    this.storage.inventoryReadable(true);
    this.#problems.set(problems);
  }

  /** The inventory cannot be read: nobody knows what is in it now. */
  inventoryUnreadable(): void {
    this.#lastReload.set(0);
    this.storage.inventoryReadable(false);
    this.#problems.set(0);
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #resetGauges(snapshot: Snapshot): void {
    this.#state.reset();
    for (const { name, state } of snapshot.gateways) {
      for (const candidate of STATES) this.#state.set({ gateway: name, state: candidate }, candidate === state ? 1 : 0);
    }
    this.#targetShare.reset();
    for (const group of snapshot.groups) {
      for (const [gateway, share] of targetShares(group)) this.#targetShare.set({ group: group.name, gateway }, share);
    }
  }

  #startCounters(snapshot: Snapshot): void {
    for (const { name: group, members } of snapshot.groups) {
      for (const outcome of OUTCOMES) this.#decisions.begin(group, outcome);
      for (const { gateway } of members) this.#selected.begin(group, gateway.name, '1');
    }
    for (const hostname of [...snapshot.hostnames, OTHER_SWITCH]) {
      for (const result of ['served', 'shed']) this.#requests.begin('dialplan', result, hostname);
      // What is missing is noticed anew: other routes need other fields.
      this.#missingFields.set({ switch: hostname }, 0);
    }
  }

  /** Removes the series of groups, members and switches that the inventory has no more. */
  async #dropStrays(snapshot: Snapshot): Promise<void> {
    const members = new Map(
      snapshot.groups.map((group) => [String(group.name), new Set(group.members.map((it) => String(it.gateway.name)))]),
    );
    const isSwitch = (label: unknown): boolean => label === OTHER_SWITCH || snapshot.hostnames.has(String(label));
    await this.#selected.keepOnly(({ group, gateway }) => members.get(String(group))?.has(String(gateway)) === true);
    await this.#decisions.keepOnly(({ group }) => group === NO_GROUP || members.has(String(group)));
    await this.#requests.keepOnly((labels) => isSwitch(labels.switch));
    for (const { labels } of (await this.#missingFields.get()).values) {
      if (!isSwitch(labels.switch)) this.#missingFields.remove(labels);
    }
  }
}
