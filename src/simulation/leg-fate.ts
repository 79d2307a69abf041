import type { GatewayGroup } from '../routing/gateway-group.ts';
import { causeOfStatus } from './cause-of-status.ts';

/** What a gateway does with a leg. `down`: FreeSWITCH has marked it DOWN; `silent`: no answer at all comes back. */
export type LegAnswer =
  | { readonly kind: 'answer' | 'down' | 'silent' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'cause'; readonly cause: string };

/** How a leg ends, as FreeSWITCH would tell of it. */
export type LegFate =
  | { readonly kind: 'answered' }
  | {
      readonly kind: 'failed';
      readonly cause: string;
      /** 0 = the gateway sent no final status. */
      readonly sipStatus: number;
      readonly disposition: 'recv_refuse' | 'send_cancel';
      readonly afterMs: number;
      readonly hasRung: boolean;
      /** Whether events tell of the leg; of those that FreeSWITCH does not let out none do (contract 5.9). */
      readonly isSeen: boolean;
      /** Whether the caller is gone, so that nothing else is tried. */
      readonly endsCall: boolean;
    };

/** From the INVITE to "ringing", and to the answer. */
export const RING_AFTER_MS = 1_000;
export const ANSWER_AFTER_MS = 5_000;
const REFUSE_AFTER_MS = 100;
const HANG_UP_AFTER_MS = 10_000;

const REFUSED = {
  kind: 'failed',
  sipStatus: 0,
  disposition: 'recv_refuse',
  afterMs: REFUSE_AFTER_MS,
  hasRung: false,
  isSeen: true,
  endsCall: false,
} as const;

/** Turns what the gateway does into what becomes of the leg in this group. */
export function fateOf(answer: LegAnswer, group: GatewayGroup): LegFate {
  switch (answer.kind) {
    case 'answer':
      return { kind: 'answered' };
    case 'down':
      return fateOf({ kind: 'cause', cause: 'GATEWAY_DOWN' }, group);
    case 'silent':
      return fateOf({ kind: 'cause', cause: 'PROGRESS_TIMEOUT' }, group);
    case 'status':
      return { ...REFUSED, sipStatus: answer.status, cause: causeOfStatus(answer.status) };
    case 'cause':
      return { ...REFUSED, cause: answer.cause, ...timesOf(answer.cause, group) };
  }
}

/** Causes that this side gives, each in its own time; all others are a refusal by the gateway. */
function timesOf(cause: string, group: GatewayGroup): Partial<Extract<LegFate, { readonly kind: 'failed' }>> {
  const given = { disposition: 'send_cancel', hasRung: true } as const;
  switch (cause) {
    case 'GATEWAY_DOWN':
    case 'INVALID_GATEWAY':
      return { afterMs: 0, isSeen: false };
    case 'PROGRESS_TIMEOUT':
      return { ...given, hasRung: false, afterMs: group.progressTimeoutSeconds * 1000 };
    case 'NO_ANSWER':
    case 'ALLOTTED_TIMEOUT':
      return { ...given, afterMs: group.answerTimeoutSeconds * 1000 };
    case 'ORIGINATOR_CANCEL':
      return { ...given, afterMs: HANG_UP_AFTER_MS, endsCall: true };
    default:
      return {};
  }
}
