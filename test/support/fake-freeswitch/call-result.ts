export interface CallOptions {
  readonly number: string;
  /** `default` by default. */
  readonly context?: string;
  /** 2001 by default. */
  readonly callerNumber?: string;
  /** 127.0.0.1 by default. */
  readonly networkAddress?: string;
  /** How long after the answer the caller hangs up; never by default. */
  readonly hangupAfterMs?: number;
  /** How long after the INVITE the caller gives up, unless somebody has answered. */
  readonly cancelAfterMs?: number;
}

/** A leg that was sent out to a gateway. */
export interface TriedLeg {
  readonly gateway: string;
  readonly number: string;
  /** What the leg's variable says, else the how manieth it was. */
  readonly attempt: number;
  readonly uuid: string;
  /** Why it ended; empty while it has not. */
  cause: string;
}

export interface CallResult {
  readonly answered: boolean;
  /** The final SIP status that the caller saw; undefined = the switch went away before. */
  readonly finalStatus: number | undefined;
  /** Legs that were sent out. */
  readonly tried: readonly TriedLeg[];
  /** Legs that were not, to gateways that are unknown or not UP (contract 5.9): the wire shows nothing of them. */
  readonly notSent: readonly { readonly gateway: string; readonly cause: string }[];
  /** What the legs say; undefined where there was none that said it. */
  readonly decisionId: string | undefined;
  readonly startedMs: number;
  readonly endedMs: number;
}

/** A call that a test can end. */
export interface RunningCall {
  readonly uuid: string;
  readonly result: Promise<CallResult>;
  /** The caller hangs up, or cancels while nobody has answered. */
  hangUp(): void;
}
