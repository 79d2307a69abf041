import type { CallLeg } from './call-leg.ts';
import type { TriedLeg } from './call-result.ts';
import type { Header } from './fake-event.ts';
import { fireLeg, hangUpLeg, legOrigins } from './leg-events.ts';
import type { LegEnd } from './originate-leg.ts';
import { termVariables } from './outbound-leg.ts';
import { statusOfCause } from './sip-causes.ts';
import type { SwitchCore } from './switch-core.ts';

const sipCause = 'last_bridge_proto_specific_hangup_cause';

/** What a leg's variables say when the other one has sent a BYE. */
const partnersBye = [
  ['sip_hangup_phrase', 'OK'],
  ['last_bridge_hangup_cause', 'NORMAL_CLEARING'],
  [sipCause, 'sip:200'],
] as const;

/** The leg of the caller while a plan runs: what it hears of the other legs, and what its variables say of them. */
export class CallerLeg {
  readonly leg: CallLeg;
  /** The variables that the plan sets and FreeSWITCH reads. */
  readonly variables = new Map<string, string>();
  readonly #core: SwitchCore;
  readonly #tried: readonly TriedLeg[];
  readonly #shown = new Set<string>();
  #hasRung = false;

  constructor(core: SwitchCore, leg: CallLeg, tried: readonly TriedLeg[]) {
    this.#core = core;
    this.leg = leg;
    this.#tried = tried;
  }

  get isAnswered(): boolean {
    return this.leg.times.answered > 0;
  }

  /** The status of the last leg that had one, which stands in for the cause's (mod_sofia, sofia_on_hangup). */
  statusFor(cause: string): number {
    const status = /^sip:([0-9]+)$/.exec(this.variables.get(sipCause) ?? '')?.[1];
    return status === undefined ? statusOfCause(cause) : Number(status);
  }

  /** A bridge begins. */
  bridging(data: string): void {
    this.leg.set([
      ['current_application_data', data],
      ['current_application', 'bridge'],
      ['originate_disposition', 'failure'],
      ['DIALSTATUS', 'INVALIDARGS'],
    ]);
  }

  calling(leg: CallLeg): void {
    this.leg.set([
      ['originate_signal_bond', leg.uuid],
      ['originated_legs', manyOrOne(this.#tried.map(({ uuid, number }) => `${uuid};Outbound Call;${number}`))],
    ]);
  }

  ring(): void {
    if (this.#hasRung || this.isAnswered) return;
    this.#hasRung = true;
    this.leg.calleeNumber = this.leg.number;
    this.leg.set([['sip_to_tag', `r${this.leg.uuid.slice(0, 8)}`]]);
    fireLeg(this.#core, 'CHANNEL_PROGRESS', this.leg, legOrigins.ringing);
  }

  media(): void {
    if (this.leg.answerState !== 'ringing') return;
    this.leg.calleeNumber = this.leg.number;
    this.leg.times.progressMedia = this.#core.clock.stamp();
    this.leg.answerState = 'early';
    this.leg.set([['endpoint_disposition', 'EARLY MEDIA']]);
    fireLeg(this.#core, 'CHANNEL_PROGRESS_MEDIA', this.leg, legOrigins.early);
    this.leg.callState = 'EARLY';
  }

  /** The other leg has answered. A caller who was answered before is only bridged. */
  answer(other: CallLeg): void {
    if (!this.isAnswered) {
      if (other.times.progress > 0) this.ring();
      this.media();
      this.leg.times.answered = this.#core.clock.stamp();
      this.leg.answerState = 'answered';
      fireLeg(this.#core, 'CHANNEL_ANSWER', this.leg, legOrigins.answering);
      this.leg.callState = 'ACTIVE';
    }
    this.#bridge(other);
  }

  /** A leg has failed, or was never sent; the SIP status counts only where it had one. */
  failed({ cause, sipStatus }: Pick<LegEnd, 'cause' | 'sipStatus'>): void {
    this.variables.set('last_bridge_hangup_cause', cause);
    if (sipStatus !== undefined) this.variables.set(sipCause, `sip:${sipStatus}`);
    if (this.#tried.length > 0) this.#showCauses();
    this.leg.set([
      ...(sipStatus === undefined ? [] : ([['sip_hangup_phrase', 'Refused']] as const)),
      ['originate_failed_cause', cause],
      ['originate_disposition', cause],
      ['DIALSTATUS', cause === 'NO_ANSWER' ? 'NOANSWER' : cause],
    ]);
  }

  /** The plan's variables, as the leg's events show them. */
  showVariables(): void {
    for (const name of this.#shown) {
      if (!this.variables.has(name)) this.leg.variables.delete(name);
    }
    this.#shown.clear();
    for (const [name, value] of this.variables) {
      this.#shown.add(name);
      this.leg.variables.set(name, value);
    }
  }

  /** The caller hangs up on an answered call; the called leg is told before it ends. */
  tellBye(called: CallLeg | undefined): void {
    called?.set([['bridge_hangup_cause', 'NORMAL_CLEARING'], ...partnersBye]);
  }

  endWithBye(): void {
    const bye: readonly Header[] = [
      ...termVariables(200, 'NORMAL_CLEARING'),
      ['last_bridge_role', 'originator'],
      ['sip_hangup_disposition', 'recv_bye'],
      ['bridge_hangup_cause', 'NORMAL_CLEARING'],
    ];
    this.#end('NORMAL_CLEARING', bye, []);
  }

  endWithCancel(): void {
    const cancel: readonly Header[] = [
      ['sip_hangup_disposition', 'recv_cancel'],
      ['sip_invite_failure_status', '487'],
      ['sip_invite_failure_phrase', 'CANCEL'],
    ];
    this.#end('ORIGINATOR_CANCEL', cancel, []);
  }

  /** The called party, or the plan, ends an answered call. */
  sendBye(cause: string): void {
    const bye: readonly Header[] = [['last_bridge_role', 'originator'], ...partnersBye, ['bridge_hangup_cause', cause]];
    this.#end(cause, bye, [['sip_hangup_disposition', 'send_bye']]);
  }

  refuse(cause: string): void {
    this.#end(cause, [], [['sip_hangup_disposition', 'send_refuse']]);
  }

  #end(cause: string, before: readonly Header[], after: readonly Header[]): void {
    hangUpLeg(this.#core, this.leg, cause, before, after);
  }

  #bridge(other: CallLeg): void {
    const stamp = this.#core.clock.stamp();
    this.leg.times.bridged = stamp;
    other.times.bridged = stamp;
    other.state = 'exchange';
    this.leg.other = other;
    this.leg.variables.delete('originate_signal_bond');
    this.#showCauses();
    this.leg.set([
      ['originate_disposition', 'SUCCESS'],
      ['DIALSTATUS', 'SUCCESS'],
      ['endpoint_disposition', 'ANSWER'],
      ['sip_cseq', '1'],
      ...bridgeVariables(other),
    ]);
    other.set([['endpoint_disposition', 'ANSWER'], ...bridgeVariables(this.leg)]);
    fireLeg(this.#core, 'CHANNEL_BRIDGE', this.leg);
  }

  /** `NONE` of a leg that was answered. */
  #showCauses(): void {
    const causes = this.#tried.map(({ uuid, cause }) => `${uuid};${cause === '' ? 'NONE' : cause}`);
    this.leg.set([['originate_causes', manyOrOne(causes)]]);
  }
}

function bridgeVariables(other: CallLeg): readonly (readonly [string, string])[] {
  return [
    ['last_bridge_to', other.uuid],
    ['bridge_channel', other.channelName],
    ['bridge_uuid', other.uuid],
    ['signal_bond', other.uuid],
  ];
}

/** A header with one value is no list. */
function manyOrOne(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}
