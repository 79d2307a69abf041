import type { Call } from '../routing/call.ts';
import type { Decision } from '../routing/decide.ts';
import type { LegVerdict } from '../routing/leg-outcome.ts';
import type { Snapshot } from '../routing/snapshot.ts';

/** What came of an attempt. `not_called`: the switch went past the gateway without a leg (contract 5.9). */
export type AttemptVerdict = LegVerdict | 'not_called';

/** A decision with what it was taken from. All of it is immutable, so that telling of it costs a reference. */
export interface DecidedCall {
  readonly call: Call;
  readonly decision: Decision;
  readonly snapshot: Snapshot;
  /** Of the snapshot, as in `Serving`. */
  readonly generation: number;
  /** Whether the switch is listened to, so that outcomes will be heard of. */
  readonly isFollowed: boolean;
  /** Why health keeps gateways of the group out on this switch, by name. */
  readonly out: ReadonlyMap<string, string>;
  /** Which gateways were found at a limit, with which. */
  readonly full: ReadonlyMap<string, string>;
}

/** What became of a leg: that it was answered, and later, or without that, how it ended. */
export interface AttemptNews {
  readonly decisionId: string;
  /** Its place in the plan, from 1. */
  readonly attempt: number;
  readonly gateway: string;
  readonly outcome: AttemptVerdict;
  /** False while an answered call goes on. */
  readonly isEnded: boolean;
  /** FreeSWITCH's name; '' where it is not known. */
  readonly cause: string;
  /** The gateway's own final status; 0 where it sent none. */
  readonly sipStatus: number;
  /** Until the first sign of ringing, or the answer; undefined = none came. */
  readonly postDialDelayMs: number | undefined;
  /** Of an answered call that is over. */
  readonly answeredMs: number | undefined;
}

/** Whoever wants to know of decisions and of what came of them. Told on the path of look-ups: it must not take time. */
export interface DecisionNotes {
  decided(decided: DecidedCall): void;
  attempt(news: AttemptNews): void;
  /** Nothing more of the plan will be tried. */
  over(decisionId: string): void;
}

/** Nobody wants to know. */
export const NO_NOTES: DecisionNotes = {
  decided: () => undefined,
  attempt: () => undefined,
  over: () => undefined,
};
