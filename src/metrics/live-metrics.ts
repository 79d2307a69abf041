import { Counter, Gauge, Histogram, type MetricValue, type Registry } from 'prom-client';
import type { LegVerdict } from '../routing/leg-outcome.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { ChildCache } from './child-cache.ts';
import { oncePerTurn, ReadGauge } from './read-gauge.ts';

/** What happened to a gateway's health. `excused`: nobody got through; `spared`: its group could not do without it. */
export type HealthEvent =
  'up' | 'down' | 'fault' | 'excused' | 'spared' | 'ejected' | 'would_eject' | 'trial' | 'slow_start' | 'returned';

/** What became of a command to a switch. */
export type CommandResult = 'ok' | 'refused' | 'failed';

/** One moment of what is counted elsewhere; read when somebody asks for the metrics. */
export interface LiveReading {
  readonly gatewayUp: readonly (readonly [hostname: string, gateway: string, isUp: boolean])[];
  readonly ejected: readonly (readonly [hostname: string, gateway: string, reason: string, isSo: boolean])[];
  readonly effectiveWeight: readonly (readonly [group: string, gateway: string, weight: number])[];
  readonly shareError: readonly (readonly [group: string, gateway: string, calls: number])[];
  readonly calls: readonly (readonly [gateway: string, calls: number])[];
  readonly headroom: readonly (readonly [gateway: string, calls: number])[];
  readonly answerRatio: readonly (readonly [gateway: string, ratio: number])[];
}

/** All that learning from legs tells the metrics. */
export type LearningMetrics = Pick<LiveMetrics, 'inboundCall' | 'healthEvent' | 'attemptEnded' | 'rang' | 'callEnded'>;

const VERDICTS: readonly LegVerdict[] = ['answered', 'gateway', 'destination', 'caller', 'ourselves', 'unjudged'];

const POST_DIAL_DELAY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 20];
const CALL_SECONDS_BUCKETS = [1, 6, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200];

/** The metrics of switches, health and calls. Label values come from the inventory or from closed lists. */
export class LiveMetrics {
  readonly #connected: Gauge;
  readonly #reconnects: Counter;
  readonly #inboundCalls: Counter;
  readonly #drift: Gauge;
  readonly #commands: Counter;
  readonly #healthEvents: Counter;
  readonly #panics: Counter;
  readonly #attempts: Counter;
  readonly #postDialDelay: Histogram;
  readonly #callSeconds: Histogram;
  readonly #attemptChildren: ChildCache<Counter.Internal>;
  readonly #delayChildren: ChildCache<Histogram.Internal<string>>;
  readonly #secondsChildren: ChildCache<Histogram.Internal<string>>;

  /** @param read called at every scrape; undefined while nothing is there to be read */
  constructor(registry: Registry, read: () => LiveReading | undefined) {
    const registers = [registry];
    const gauge = (name: string, help: string, labelNames: string[]): Gauge =>
      new Gauge({ name, help, labelNames, registers });
    const counter = (name: string, help: string, labelNames: string[]): Counter =>
      new Counter({ name, help, labelNames, registers });
    this.#connected = gauge('trunkhunt_switch_connected', '1 while the event socket of the switch is listened to.', [
      'switch',
    ]);
    this.#reconnects = counter(
      'trunkhunt_esl_reconnects_total',
      'Connections to the event socket that were lost or not made, by reason.',
      ['switch', 'reason'],
    );
    this.#inboundCalls = counter(
      'trunkhunt_switch_inbound_calls_total',
      'Inbound calls by the events of the switch; more of them than look-ups means that it runs on its own files.',
      ['switch'],
    );
    this.#drift = gauge('trunkhunt_switch_drift', 'Gateways and lists of the switch that are not as SQL wants them.', [
      'switch',
    ]);
    this.#commands = counter(
      'trunkhunt_reconcile_commands_total',
      'Commands sent to bring a switch to what SQL says.',
      ['switch', 'command', 'result'],
    );
    this.#healthEvents = counter('trunkhunt_health_events_total', 'What happened to the health of a gateway.', [
      'gateway',
      'event',
    ]);
    this.#panics = counter(
      'trunkhunt_panic_total',
      'Calls planned as if all gateways were up, since health left none.',
      ['group'],
    );
    this.#attempts = counter('trunkhunt_gateway_attempts_total', 'Legs that ended, by whom their outcome blames.', [
      'gateway',
      'outcome',
    ]);
    this.#postDialDelay = new Histogram({
      name: 'trunkhunt_gateway_post_dial_delay_seconds',
      help: 'Time from the INVITE to the first sign of ringing.',
      labelNames: ['gateway'],
      buckets: POST_DIAL_DELAY_BUCKETS,
      registers,
    });
    this.#callSeconds = new Histogram({
      name: 'trunkhunt_gateway_call_seconds',
      help: 'Length of answered calls.',
      labelNames: ['gateway'],
      buckets: CALL_SECONDS_BUCKETS,
      registers,
    });
    this.#attemptChildren = new ChildCache((...values) => this.#attempts.labels(...values));
    this.#delayChildren = new ChildCache((...values) => this.#postDialDelay.labels(...values));
    this.#secondsChildren = new ChildCache((...values) => this.#callSeconds.labels(...values));
    addReadings(registry, read);
  }

  connected(hostname: string, isConnected: boolean): void {
    this.#connected.set({ switch: hostname }, isConnected ? 1 : 0);
  }

  connectionLost(hostname: string, reason: string): void {
    this.#reconnects.inc({ switch: hostname, reason });
  }

  inboundCall(hostname: string): void {
    this.#inboundCalls.inc({ switch: hostname });
  }

  drift(hostname: string, count: number): void {
    this.#drift.set({ switch: hostname }, count);
  }

  /** Nobody knows how the switch is now. */
  driftUnknown(hostname: string): void {
    this.#drift.remove({ switch: hostname });
  }

  /** @param command its kind: `rescan`, `killgw` ... */
  command(hostname: string, command: string, result: CommandResult): void {
    this.#commands.inc({ switch: hostname, command, result });
  }

  healthEvent(gateway: string, event: HealthEvent): void {
    this.#healthEvents.inc({ gateway, event });
  }

  panic(group: string): void {
    this.#panics.inc({ group });
  }

  attemptEnded(gateway: string, verdict: LegVerdict): void {
    this.#attemptChildren.get(gateway, verdict).inc();
  }

  rang(gateway: string, seconds: number): void {
    this.#delayChildren.get(gateway).observe(seconds);
  }

  callEnded(gateway: string, seconds: number): void {
    this.#secondsChildren.get(gateway).observe(seconds);
  }

  /** A new snapshot is served: what left the inventory leaves the metrics, what came is there from the start. */
  async inventoryServed(snapshot: Snapshot): Promise<void> {
    for (const { name } of snapshot.groups) this.#panics.inc({ group: name }, 0);
    for (const { name } of snapshot.gateways) {
      for (const outcome of VERDICTS) this.#attempts.inc({ gateway: name, outcome }, 0);
    }
    for (const { hostname } of snapshot.eventSockets) this.#inboundCalls.inc({ switch: hostname }, 0);
    const kept = {
      switch: new Set(snapshot.eventSockets.map(({ hostname }) => hostname)),
      gateway: new Set<string>(snapshot.gateways.map(({ name }) => name)),
      group: new Set<string>(snapshot.groups.map(({ name }) => name)),
    };
    const metrics = [
      this.#connected,
      this.#reconnects,
      this.#inboundCalls,
      this.#drift,
      this.#commands,
      this.#healthEvents,
      this.#panics,
      this.#attempts,
      this.#postDialDelay,
      this.#callSeconds,
    ];
    for (const metric of metrics) {
      for (const { labels } of (await metric.get()).values) {
        const names = labels as Readonly<Record<string, string | number | undefined>>;
        const isStray = (['switch', 'gateway', 'group'] as const).some(
          (label) => names[label] !== undefined && !kept[label].has(String(names[label])),
        );
        if (isStray) metric.remove(labelsOnly(names));
      }
    }
    for (const cache of [this.#attemptChildren, this.#delayChildren, this.#secondsChildren]) cache.clear();
  }
}

/** A histogram's values carry the bucket as a label, which is none to remove by. */
function labelsOnly(labels: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const named = Object.entries(labels).filter(([name]) => name !== 'le');
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
}

/** Gauges that are read at each scrape: what they show changes with every call. */
function addReadings(registry: Registry, read: () => LiveReading | undefined): void {
  const readOnce = oncePerTurn(read);
  const add = (
    name: string,
    help: string,
    labelNames: string[],
    rowsOf: (reading: LiveReading) => readonly (readonly [...string[], number | boolean])[],
  ): void => {
    const valuesOf = (reading: LiveReading): MetricValue<string>[] =>
      rowsOf(reading).map((row) => {
        const labels: Record<string, string> = {};
        for (const [at, label] of labelNames.entries()) labels[label] = String(row[at]);
        return { labels, value: Number(row[labelNames.length]) };
      });
    const config = { name, help, labelNames, registers: [registry] };
    new ReadGauge(config, () => {
      const reading = readOnce();
      return reading === undefined ? [] : valuesOf(reading);
    });
  };
  add(
    'trunkhunt_gateway_up',
    '1 while the switch itself lets calls out to the gateway; 0 also where the switch lacks it.',
    ['switch', 'gateway'],
    (it) => it.gatewayUp,
  );
  add(
    'trunkhunt_gateway_ejected',
    '1 while the calls of the switch keep the gateway out, by reason; only "faults" is there all the time.',
    ['switch', 'gateway', 'reason'],
    (it) => it.ejected,
  );
  add(
    'trunkhunt_gateway_effective_weight',
    'The weight as health, slow start and headroom leave it, averaged over the switches.',
    ['group', 'gateway'],
    (it) => it.effectiveWeight,
  );
  add(
    'trunkhunt_share_error_calls',
    'Calls that the gateway was due by its share beyond those that it got, most over the switches.',
    ['group', 'gateway'],
    (it) => it.shareError,
  );
  add('trunkhunt_gateway_calls', 'Legs that are up or on their way.', ['gateway'], (it) => it.calls);
  add(
    'trunkhunt_gateway_headroom_calls',
    'Calls that the gateway can still take under its max_calls.',
    ['gateway'],
    (it) => it.headroom,
  );
  add(
    'trunkhunt_gateway_answer_ratio',
    'Share of legs that were answered, the last hundred counting most.',
    ['gateway'],
    (it) => it.answerRatio,
  );
}
