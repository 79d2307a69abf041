import type { CallLeg } from './call-leg.ts';
import type { Header } from './fake-event.ts';
import type { GatewayBehaviour } from './gateway-behaviour.ts';
import { fireLeg, hangUpLeg, legOrigins } from './leg-events.ts';
import { dialogueVariables, replyVariables, termVariables } from './outbound-leg.ts';
import { causeOfStatus } from './sip-causes.ts';
import type { SofiaGateway } from './sofia-gateway.ts';
import type { SwitchCore } from './switch-core.ts';

/** How a leg ended. */
export interface LegEnd {
  readonly cause: string;
  /** The far end's own final status, where it had one. */
  readonly sipStatus: number | undefined;
  readonly wasAnswered: boolean;
}

/** What the caller's side does when the leg gets on. */
export interface CallerSide {
  onRing(): void;
  onEarlyMedia(): void;
  onAnswer(): void;
}

/** Whole seconds; undefined = no such limit. */
export interface LegLimits {
  readonly legProgress: number | undefined;
  readonly leg: number | undefined;
  /** call_timeout, or 60 (contract 6.6). */
  readonly originate: number;
}

const refuseAfterMs = 20;
const ringAfterMs = 100;
const answerAfterMs = 1000;
/** How long after its second a timeout is noticed. */
const pollMs = 10;

/** One leg to a gateway, from the INVITE to its end, as the gateway's script has it. */
export class OriginateLeg {
  readonly leg: CallLeg;
  readonly ended: Promise<LegEnd>;
  readonly #core: SwitchCore;
  readonly #gateway: SofiaGateway;
  readonly #caller: CallerSide;
  readonly #behaviour: GatewayBehaviour;
  readonly #limits: LegLimits;
  readonly #timers: (() => void)[] = [];
  readonly #limitTimers: (() => void)[] = [];
  #settle: (end: LegEnd) => void = () => undefined;
  #hasReplied = false;
  #isOver = false;

  constructor(
    core: SwitchCore,
    leg: CallLeg,
    gateway: SofiaGateway,
    behaviour: GatewayBehaviour,
    limits: LegLimits,
    caller: CallerSide,
  ) {
    this.#core = core;
    this.leg = leg;
    this.#gateway = gateway;
    this.#behaviour = behaviour;
    this.#limits = limits;
    this.#caller = caller;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isAnswered(): boolean {
    return this.leg.times.answered > 0;
  }

  /** CHANNEL_OUTGOING has no gateway's name yet (contract 7.6). */
  start(): void {
    this.#gateway.callsOut += 1;
    this.#core.count(1);
    fireLeg(this.#core, 'CHANNEL_CREATE', this.leg, legOrigins.running);
    this.leg.state = 'consume';
    this.#core.count(3);
    this.#schedule();
  }

  /** The caller has gone, or the switch ends it: BYE after an answer, else CANCEL, which is not the gateway's fault. */
  hangUp(cause: string): void {
    if (this.#isOver) return;
    if (this.isAnswered) {
      this.#end(cause, undefined, [], [['sip_hangup_disposition', 'send_bye']]);
      return;
    }
    const cancelled = [
      ['sip_hangup_disposition', 'send_cancel'],
      ['sip_invite_failure_status', '487'],
      ['sip_invite_failure_phrase', 'CANCEL'],
    ] as const;
    this.#end(cause, undefined, [], cancelled);
  }

  /** Gone without a word, as with a switch that is killed. */
  drop(): void {
    this.#isOver = true;
    this.#cancelTimers();
  }

  #schedule(): void {
    const { silent, refuse, earlyMedia } = this.#behaviour;
    this.#scheduleLimits();
    if (silent === true) return;
    const ring = refuse === undefined ? (this.#behaviour.ringAfterMs ?? ringAfterMs) : this.#behaviour.ringAfterMs;
    const final = refuse === undefined ? (this.#behaviour.answerAfterMs ?? answerAfterMs) : this.#refuseAfterMs(ring);
    if (ring !== undefined && ring <= final) {
      this.#after(ring, () => {
        this.#ring(earlyMedia === true);
      });
    }
    this.#after(final, () => {
      if (refuse === undefined) {
        this.#answer();
      } else {
        this.#refuse(refuse);
      }
    });
  }

  #refuseAfterMs(ring = 0): number {
    return this.#behaviour.refuseAfterMs ?? ring + refuseAfterMs;
  }

  /** Compared in whole seconds of the clock: a leg's limits once they are exceeded, the switch's once they are reached (ORIG:360-370, 3370). */
  #scheduleLimits(): void {
    const { legProgress, leg, originate } = this.#limits;
    const limit = (seconds: number, run: () => void): void => {
      this.#limitTimers.push(this.#core.clock.after(this.#core.clock.untilSecond(seconds) + pollMs, run));
    };
    if (legProgress !== undefined && legProgress > 0) {
      limit(legProgress + 1, () => {
        if (this.leg.times.progress === 0) this.hangUp('PROGRESS_TIMEOUT');
      });
    }
    if (leg !== undefined && leg > 0) {
      limit(leg + 1, () => {
        this.hangUp('ALLOTTED_TIMEOUT');
      });
    }
    limit(originate, () => {
      this.hangUp('NO_ANSWER');
    });
  }

  #ring(withSound: boolean): void {
    const { leg } = this;
    this.#reply(true);
    if (withSound) {
      leg.times.progressMedia = this.#core.clock.stamp();
      leg.callState = 'EARLY';
      leg.answerState = 'early';
      // The leg has won: its limits no longer count (contract 6.6).
      this.#cancelLimits();
      fireLeg(this.#core, 'CHANNEL_PROGRESS_MEDIA', leg, legOrigins.early);
      this.#core.count(2);
      this.#caller.onEarlyMedia();
    } else {
      leg.times.progress = this.#core.clock.stamp();
      fireLeg(this.#core, 'CHANNEL_PROGRESS', leg, legOrigins.ringing);
      leg.callState = 'RINGING';
      this.#core.count(1);
      this.#caller.onRing();
    }
  }

  #answer(): void {
    const { leg } = this;
    this.#cancelLimits();
    this.#reply(true);
    leg.times.answered = this.#core.clock.stamp();
    leg.answerState = 'answered';
    fireLeg(this.#core, 'CHANNEL_ANSWER', leg, legOrigins.answering);
    leg.callState = 'ACTIVE';
    this.#core.count(1);
    this.#caller.onAnswer();
    const { talkMs } = this.#behaviour;
    if (talkMs !== undefined) {
      this.#after(talkMs, () => {
        const bye = [
          ['sip_hangup_disposition', 'recv_bye'],
          ['bridge_hangup_cause', 'NORMAL_CLEARING'],
        ] as const;
        this.#end('NORMAL_CLEARING', 200, [...termVariables(200, 'NORMAL_CLEARING'), ...bye], []);
      });
    }
  }

  #refuse(status: number): void {
    const cause = this.#behaviour.refuseReason ?? causeOfStatus(status);
    this.#reply(false);
    const refused = [
      ['sip_hangup_disposition', 'recv_refuse'],
      ['sip_invite_failure_status', String(status)],
      ['sip_invite_failure_phrase', 'Refused'],
      ...termVariables(status, cause),
    ] as const;
    this.#end(cause, status, refused, []);
  }

  /** Only with an answer is it the gateway's address that events show. */
  #reply(makesDialogue: boolean): void {
    const { leg } = this;
    if (!this.#hasReplied) {
      leg.networkAddress = this.#gateway.address.host;
      leg.set(replyVariables(leg, this.#gateway));
      if (makesDialogue) leg.set(dialogueVariables(leg, this.#gateway));
    }
    this.#hasReplied = true;
  }

  #end(cause: string, sipStatus: number | undefined, before: readonly Header[], after: readonly Header[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimers();
    if (!this.isAnswered) this.#gateway.failedOut += 1;
    hangUpLeg(this.#core, this.leg, cause, before, after);
    this.#settle({ cause, sipStatus, wasAnswered: this.isAnswered });
  }

  #after(delayMs: number, run: () => void): void {
    if (delayMs !== Infinity) this.#timers.push(this.#core.clock.after(delayMs, run));
  }

  #cancelLimits(): void {
    for (const cancel of this.#limitTimers.splice(0)) cancel();
  }

  #cancelTimers(): void {
    this.#cancelLimits();
    for (const cancel of this.#timers.splice(0)) cancel();
  }
}
