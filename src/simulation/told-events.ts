import type { LegEvent } from '../esl/switch-event.ts';
import { type Call, plainText } from '../routing/call.ts';
import { ANSWER_AFTER_MS, type LegFate, RING_AFTER_MS } from './leg-fate.ts';
import type { Try } from './order-tries.ts';

/** Something that a switch tells, so long after the leg began. */
export interface ToldEvent {
  readonly afterMs: number;
  readonly event: LegEvent;
}

const NO_EVENT: LegEvent = {
  ...{ kind: 'leg', coreUuid: 'simulated', sequence: 0, name: 'create', uuid: '', direction: 'outbound', gateway: '' },
  ...{ callerUuid: '', decisionId: '', attempt: 0, destination: '' },
  ...{ ringAfterMs: undefined, answerAfterMs: undefined, hangup: undefined },
};

/**
 * What the events of a switch tell of one leg.
 * @param talkMs how long it lasts from the answer on, where it is answered
 */
export function toldEvents(call: Call, { gateway, attempt }: Try, fate: LegFate, talkMs: number): readonly ToldEvent[] {
  const leg: LegEvent = {
    ...{ ...NO_EVENT, uuid: `${call.channelUuid}-${attempt}`, gateway, callerUuid: call.channelUuid, attempt },
    ...{ decisionId: call.decisionId, destination: plainText(call.destinationNumber) },
  };
  const create = { afterMs: 0, event: leg };
  if (fate.kind === 'answered') {
    const stamps = { ringAfterMs: RING_AFTER_MS, answerAfterMs: ANSWER_AFTER_MS };
    const hangup = { cause: 'NORMAL_CLEARING', sipStatus: 0, disposition: 'recv_bye', billMs: Math.round(talkMs) };
    return [
      create,
      progress(leg),
      { afterMs: ANSWER_AFTER_MS, event: { ...leg, ...stamps, name: 'answer' } },
      { afterMs: ANSWER_AFTER_MS + talkMs, event: { ...leg, ...stamps, name: 'hangup', hangup } },
    ];
  }
  if (!fate.isSeen) return [];
  const ringAfterMs = fate.hasRung ? RING_AFTER_MS : undefined;
  const { cause, sipStatus, disposition, afterMs } = fate;
  const hangup = { cause, sipStatus, disposition, billMs: 0 };
  const end = { afterMs, event: { ...leg, name: 'hangup', ringAfterMs, hangup } } as const;
  return fate.hasRung ? [create, progress(leg), end] : [create, end];
}

/** The caller's own leg is over. */
export function callerLeft({ channelUuid }: Call): LegEvent {
  return { ...NO_EVENT, name: 'hangup', direction: 'inbound', uuid: channelUuid };
}

function progress(leg: LegEvent): ToldEvent {
  return { afterMs: RING_AFTER_MS, event: { ...leg, name: 'progress', ringAfterMs: RING_AFTER_MS } };
}
