import type { CallLeg } from './call-leg.ts';
import type { Header } from './fake-event.ts';
import { finalVariables } from './final-variables.ts';
import { legHeaders } from './leg-headers.ts';
import type { Origin, SwitchCore } from './switch-core.ts';

/** Where the recorded events were made. */
export const legOrigins = {
  running: ['switch_core_state_machine.c', 'switch_core_session_run', 626],
  ringing: ['switch_channel.c', 'switch_channel_perform_mark_ring_ready_value', 3507],
  early: ['switch_channel.c', 'switch_channel_perform_mark_pre_answered', 3562],
  answering: ['switch_channel.c', 'switch_channel_perform_mark_answered', 3848],
} as const satisfies Readonly<Record<string, Origin>>;

const reporting: Origin = ['switch_core_state_machine.c', 'switch_core_session_reporting_state', 943];

/** An event of a channel. */
export function fireLeg(core: SwitchCore, name: string, leg: CallLeg, origin?: Origin): void {
  core.fire(name, () => legHeaders(leg), origin);
}

/** The end of a channel: CHANNEL_HANGUP, CHANNEL_HANGUP_COMPLETE with everything there is to know, CHANNEL_DESTROY. */
export function hangUpLeg(
  core: SwitchCore,
  leg: CallLeg,
  cause: string,
  before: readonly Header[],
  after: readonly Header[],
): void {
  leg.times.hangup = core.clock.stamp();
  leg.hangupCause = cause;
  leg.set(before);
  fireLeg(core, 'CHANNEL_HANGUP', leg);
  leg.state = 'reporting';
  leg.callState = 'HANGUP';
  leg.answerState = 'hangup';
  leg.set(finalVariables(leg));
  leg.set(after);
  if (leg.direction === 'outbound' && leg.times.bridged > 0) {
    // After a bridge a leg is a call of its own (switch_ivr_bridge.c, recording 11).
    leg.callUuid = leg.uuid;
    leg.set([['call_uuid', leg.uuid]]);
  }
  core.count(2);
  // Hangup-Cause stands twice in this event (contract 7.2).
  core.fire('CHANNEL_HANGUP_COMPLETE', () => [['Hangup-Cause', cause], ...legHeaders(leg)], reporting);
  fireLeg(core, 'CHANNEL_DESTROY', leg);
  core.sessions -= 1;
}
