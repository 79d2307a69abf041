import type { Log } from '../config/log.ts';
import type { LearningMetrics } from '../metrics/live-metrics.ts';
import { type Call, plainText } from '../routing/call.ts';
import type { Decision, LiveView } from '../routing/decide.ts';
import type { GatewayWeight } from '../routing/explain-call.ts';
import { type Gateway, isOnSwitch } from '../routing/gateway.ts';
import type { GatewayGroup, GroupMember } from '../routing/gateway-group.ts';
import type { BlameTable } from '../routing/leg-outcome.ts';
import type { Schedulers } from '../routing/order-tier.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { AnswerRatios } from './answer-ratios.ts';
import { CallLedger } from './call-ledger.ts';
import type { DecisionNotes } from './decision-notes.ts';
import { EjectionBook } from './ejection-book.ts';
import { HealthViews } from './health-views.ts';
import { LegTracker } from './leg-tracker.ts';
import { planSeconds } from './plan-seconds.ts';
import { ReachTable } from './reach-table.ts';
import { UnseenPlans } from './unseen-plans.ts';
import { weighGateway } from './weigh-gateway.ts';

const NO_BLAME: BlameTable = new Map();

export type PlannedDecision = Extract<Decision, { readonly outcome: 'planned' }>;

export interface LearnedContext {
  readonly metrics: LearningMetrics;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Who is told of what came of attempts. */
  readonly notes: DecisionNotes;
}

/** What has been learned from the switches: who can be reached, who fails, who is full. Outlives snapshots. */
export class Learned {
  readonly #context: LearnedContext;
  readonly reach = new ReachTable();
  readonly ledger = new CallLedger();
  readonly unseen = new UnseenPlans();
  readonly answerRatios = new AnswerRatios();
  readonly book: EjectionBook;
  readonly legs: LegTracker;
  readonly #views: HealthViews;
  #gateways: ReadonlyMap<string, Gateway> = new Map();
  #groupsOf: ReadonlyMap<string, readonly GatewayGroup[]> = new Map();
  #blame: BlameTable = NO_BLAME;
  #watched: ReadonlySet<string> = new Set();
  #hostnames: ReadonlySet<string> = new Set();

  constructor(context: LearnedContext) {
    const { metrics, log, nowMs, notes } = context;
    this.#context = context;
    this.book = new EjectionBook({
      metrics,
      log,
      nowMs,
      groupsOf: (gateway) => this.#groupsOf.get(gateway) ?? [],
      isReachable: (hostname, gateway) => !['down', 'absent'].includes(this.reach.reachOf(hostname, gateway)),
      onChange: (group) => {
        this.#views.changed(group.name);
      },
    });
    this.#views = new HealthViews(this.reach, this.book, nowMs);
    this.legs = new LegTracker({
      ledger: this.ledger,
      book: this.book,
      metrics,
      answerRatios: this.answerRatios,
      nowMs,
      gatewayOf: (name) => this.#gateways.get(name),
      blame: () => this.#blame,
      notes,
    });
  }

  /**
   * What `decide` reads of all this.
   * @param onFull told of each gateway that is passed over since it is at a limit
   */
  viewWith(schedulers: Schedulers, onFull: (gateway: Gateway, limit: string) => void = () => undefined): LiveView {
    return {
      schedulers,
      viewOf: (group, hostname) => this.#views.viewOf(group, hostname),
      isFull: (gateway) => {
        const limit = this.ledger.limitReached(gateway, this.#context.nowMs());
        if (limit !== undefined) onFull(gateway, limit);
        return limit !== undefined;
      },
      mayProbe: (_group, hostname, gateway) =>
        !this.ledger.isProbing(hostname, gateway.name) && !this.book.isSuspected(hostname, gateway.name),
    };
  }

  /** Whether the switch is listened to, as far as the inventory says where. */
  isWatched(hostname: string): boolean {
    return this.#watched.has(hostname);
  }

  /** Why health keeps gateways of the group from their turns on this switch, by name. */
  outOf(group: GatewayGroup, hostname: string): ReadonlyMap<string, string> {
    return this.#views.outOf(group, hostname);
  }

  /** Another snapshot is served: what it has no more is forgotten. */
  serve(snapshot: Snapshot): void {
    const groupsOf = new Map<string, GatewayGroup[]>();
    for (const group of snapshot.groups) {
      for (const { gateway } of group.members) {
        const groups = groupsOf.get(gateway.name);
        if (groups === undefined) groupsOf.set(gateway.name, [group]);
        else groups.push(group);
      }
    }
    this.#groupsOf = groupsOf;
    this.#gateways = new Map(snapshot.gateways.map((gateway) => [gateway.name, gateway]));
    this.#blame = snapshot.blame;
    this.#watched = new Set(snapshot.eventSockets.map(({ hostname }) => hostname));
    this.#hostnames = snapshot.hostnames;
    this.book.keepOnly(
      (hostname, group, gateway) =>
        this.#watched.has(hostname) && groupsOf.get(gateway)?.some(({ name }) => name === group) === true,
    );
    this.answerRatios.keepOnly((gateway) => this.#gateways.has(gateway));
    this.#views.reset((key) => snapshot.lineups.has(key));
  }

  /** A plan is given out: its slots are taken. Where nobody tells of calls, only limits are worth the room. */
  planned({ route, legs, probe, distributor }: PlannedDecision, call: Call): void {
    const { group } = route;
    const isWatched = this.#watched.has(call.hostname);
    if (!isWatched) {
      const called = distributor === undefined ? legs : group.members;
      const hostname = this.#hostnames.has(call.hostname) ? call.hostname : undefined;
      this.unseen.note(
        hostname,
        called.map(({ gateway }) => gateway.name),
      );
    }
    if (!isWatched && !legs.some(({ gateway }) => isLimited(gateway))) return;
    const nowMs = this.#context.nowMs();
    const seconds = planSeconds(group, legs.length + (distributor === undefined ? 0 : 1));
    this.ledger.open(
      {
        decisionId: call.decisionId,
        hostname: call.hostname,
        callerUuid: call.channelUuid,
        group: group.name,
        number: plainText(call.destinationNumber),
        gateways: legs.map(({ gateway }) => gateway),
        firstAttempt: distributor === undefined ? 1 : 2,
        probe: probe?.name,
        openedAtMs: nowMs,
        expiresAtMs: nowMs + seconds * 1000,
      },
      nowMs,
    );
  }

  /** The switch says otherwise of these gateways than before. */
  reachChanged(hostname: string, names: readonly string[], why: string): void {
    for (const name of names) {
      for (const group of this.#groupsOf.get(name) ?? []) this.#views.changed(group.name);
      const gateway = this.#gateways.get(name);
      if (gateway === undefined || !isOnSwitch(gateway, hostname)) continue;
      const reach = this.reach.reachOf(hostname, name);
      const data = { switch: hostname, gateway: name, reach, why };
      if (reach === 'up' || reach === 'down') this.#context.metrics.healthEvent(name, reach);
      this.#context.log[reach === 'down' ? 'warn' : 'info'](data, `gateway ${name} is ${reach} on ${hostname}: ${why}`);
    }
  }

  /** Which switches are known changed: who shares turns with whom may be otherwise. */
  switchesChanged(): void {
    this.#views.clear();
  }

  /** Called every second. */
  passTime(): void {
    const nowMs = this.#context.nowMs();
    this.ledger.passTime(nowMs);
    this.book.passTime();
    const doubted = this.reach.passTime(nowMs);
    if (doubted.length === 0) return;
    this.#context.log.warn(
      { switches: doubted },
      'these switches were not heard of for a minute: their gateways count as up',
    );
    this.switchesChanged();
  }

  /** How the gateway's weight in the group comes about on this switch. */
  weightOf(group: GatewayGroup, hostname: string, member: GroupMember): GatewayWeight {
    const { gateway } = member;
    return weighGateway(
      {
        factors: this.#views.factorsOf(group, hostname, gateway),
        reach: this.reach.reachOf(hostname, gateway.name),
        ejection: this.book.ejectionOf(hostname, group.name, gateway.name),
        limit: this.ledger.limitReached(gateway, this.#context.nowMs()),
        calls: this.ledger.slotsInUse(gateway.name),
      },
      group,
      member,
      this.#context.nowMs(),
    );
  }
}

function isLimited({ maxCalls, maxCps }: Gateway): boolean {
  return maxCalls !== undefined || maxCps !== undefined;
}
