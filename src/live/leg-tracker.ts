import type { LegEvent } from '../esl/switch-event.ts';
import type { LearningMetrics } from '../metrics/live-metrics.ts';
import type { Gateway } from '../routing/gateway.ts';
import { type BlameTable, judgeLeg, type LegOutcome, showsGatewayWell } from '../routing/leg-outcome.ts';
import { type Name, parseName } from '../routing/name.ts';
import type { AnswerRatios } from './answer-ratios.ts';
import type { CallLedger } from './call-ledger.ts';
import type { AttemptNews, DecisionNotes } from './decision-notes.ts';
import type { EjectionBook } from './ejection-book.ts';
import type { LiveLeg, UncalledAttempt } from './open-plan.ts';

/** What legs are held against, and where what they show is written down. */
export interface LegContext {
  readonly ledger: CallLedger;
  readonly book: EjectionBook;
  readonly metrics: LearningMetrics;
  readonly answerRatios: AnswerRatios;
  readonly nowMs: () => number;
  /** The gateway of this name as it is served; undefined = the inventory has none. */
  readonly gatewayOf: (name: string) => Gateway | undefined;
  readonly blame: () => BlameTable;
  /** Who is told of what came of attempts. */
  readonly notes: DecisionNotes;
}

const NOTHING_KNOWN = {
  isEnded: true,
  cause: '',
  sipStatus: 0,
  postDialDelayMs: undefined,
  answeredMs: undefined,
} as const;

/** Learns from the legs that switches tell of: who holds slots, who works, who fails, and how long it takes. */
export class LegTracker {
  readonly #context: LegContext;

  constructor(context: LegContext) {
    this.#context = context;
  }

  /** One step in the life of a channel of this switch. Only outbound legs through gateways are anybody's outcome. */
  follow(hostname: string, event: LegEvent): void {
    // Whoever called, an originated leg included: nothing of its plan will be tried any more.
    if (event.name === 'hangup') this.#callerEnded(hostname, event);
    if (event.direction === 'inbound') {
      if (event.name === 'create') this.#context.metrics.inboundCall(hostname);
      return;
    }
    const gateway = parseName(event.gateway);
    if (gateway === undefined) return;
    switch (event.name) {
      case 'create':
        this.begin(hostname, event.uuid, gateway, event.decisionId, event.attempt);
        break;
      case 'progress':
        this.#rang(this.#legOf(hostname, gateway, event), event);
        break;
      case 'answer': {
        const leg = this.#legOf(hostname, gateway, event);
        this.#rang(leg, event);
        this.#context.ledger.legAnswered(leg);
        this.#note(event, { outcome: 'answered', isEnded: false });
        break;
      }
      case 'hangup':
        this.#ended(this.#legOf(hostname, gateway, event), event);
        break;
    }
  }

  /** A leg is there, whether an event or a list of the switch's channels said so. */
  begin(hostname: string, uuid: string, gateway: Name, decisionId: string, attempt: number): LiveLeg {
    const { ledger, gatewayOf, nowMs } = this.#context;
    const leg = { hostname, uuid, gateway, decisionId, attempt };
    this.#notCalled(decisionId, ledger.skippedBy(leg));
    return ledger.legBegan(leg, gatewayOf(gateway), nowMs());
  }

  #callerEnded(hostname: string, { uuid, hangup }: LegEvent): void {
    const ended = this.#context.ledger.callerEnded(hostname, uuid);
    if (ended === undefined) return;
    // Who gives up before the first leg leaves nobody to blame.
    if (hangup?.cause !== 'ORIGINATOR_CANCEL') this.#notCalled(ended.plan.decisionId, ended.uncalled);
    this.#context.notes.over(ended.plan.decisionId);
  }

  #notCalled(decisionId: string, attempts: readonly UncalledAttempt[]): void {
    for (const { attempt, gateway } of attempts) {
      this.#context.notes.attempt({ ...NOTHING_KNOWN, decisionId, attempt, gateway, outcome: 'not_called' });
    }
  }

  /** Of legs that are no attempt of a plan there is nothing to tell. */
  #note(event: LegEvent, news: Pick<AttemptNews, 'outcome' | 'isEnded'>): void {
    const { decisionId, attempt, gateway, hangup } = event;
    if (attempt === 0 || !/^[a-z0-9-]{1,64}$/.test(decisionId)) return;
    this.#context.notes.attempt({
      ...news,
      decisionId,
      attempt,
      gateway,
      cause: hangup?.cause ?? '',
      sipStatus: hangup?.sipStatus ?? 0,
      postDialDelayMs: event.ringAfterMs ?? event.answerAfterMs,
      answeredMs: news.outcome === 'answered' ? hangup?.billMs : undefined,
    });
  }

  /** The leg of an event; one whose beginning was not seen begins now. */
  #legOf(hostname: string, gateway: Name, event: LegEvent): LiveLeg {
    return (
      this.#context.ledger.leg(hostname, event.uuid) ??
      this.begin(hostname, event.uuid, gateway, event.decisionId, event.attempt)
    );
  }

  #rang(leg: LiveLeg, event: LegEvent): void {
    if (leg.hasRung) return;
    const { ledger, metrics, book, gatewayOf } = this.#context;
    ledger.legRang(leg);
    if (gatewayOf(leg.gateway) === undefined) return;
    const afterMs = event.ringAfterMs ?? event.answerAfterMs;
    if (afterMs !== undefined) metrics.rang(leg.gateway, afterMs / 1000);
    book.good(leg.hostname, leg.gateway, numberOf(leg, event));
  }

  #ended(leg: LiveLeg, event: LegEvent): void {
    const { ledger, metrics, book, answerRatios, gatewayOf, blame, nowMs } = this.#context;
    ledger.legEnded(leg);
    const { hangup } = event;
    if (hangup === undefined) return;
    const outcome: LegOutcome = {
      isAnswered: event.answerAfterMs !== undefined,
      hasRung: leg.hasRung || event.ringAfterMs !== undefined,
      ...hangup,
    };
    const verdict = judgeLeg(outcome, blame());
    this.#note(event, { outcome: verdict, isEnded: true });
    if (gatewayOf(leg.gateway) === undefined) return;
    metrics.attemptEnded(leg.gateway, verdict);
    answerRatios.note(leg.gateway, verdict === 'answered', nowMs());
    if (verdict === 'answered') metrics.callEnded(leg.gateway, hangup.billMs / 1000);
    if (verdict === 'gateway') {
      if (leg.hasRung) book.takeBackGood(leg.hostname, leg.gateway, numberOf(leg, event));
      book.fault(leg.hostname, leg.gateway, numberOf(leg, event));
    } else if (!leg.hasRung && showsGatewayWell(verdict, outcome)) {
      book.good(leg.hostname, leg.gateway, numberOf(leg, event));
    }
  }
}

/** The number that the caller dialled; of legs that are not ours, the one that the gateway was asked for. */
function numberOf(leg: LiveLeg, event: LegEvent): string {
  return leg.plan?.number ?? event.destination;
}
