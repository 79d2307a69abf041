/** What the server lets a client take of it. */
export interface ServerLimits {
  /** Look-ups that were received in full and are not answered; beyond it calls are shed. 0 = no such limit. */
  readonly maxInWork: number;
  /** A call that would wait longer than this for its turn is shed. 0 = no such limit. */
  readonly maxWaitMs: number;
  /** Open connections; for one more, the one is closed that has waited longest without a whole request. */
  readonly maxConnections: number;
  /** From the beginning of a connection, or of a further request, to the end of its head. */
  readonly headMs: number;
  /** To the end of its body. */
  readonly requestMs: number;
  /** Between a request's answer and the next request on the same connection. */
  readonly idleMs: number;
  /** From the answer to the moment when the last of it has left this machine's memory for the client. */
  readonly answerMs: number;
}

/** A switch sends its request at once and reads its answer at once: who takes seconds holds a connection for nothing. */
export const CLIENT_TIMES = { headMs: 10_000, requestMs: 10_000, idleMs: 5_000, answerMs: 10_000 } as const;
