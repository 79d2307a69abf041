/** A call that reaches a gateway. */
export interface GatewayCall {
  readonly gateway: string;
  readonly number: string;
  /** From 1; 0 where the leg says none. */
  readonly attempt: number;
  readonly decisionId: string;
  readonly random: () => number;
}

/** What a gateway does with a call. Times count from the INVITE. */
export interface GatewayBehaviour {
  /** A final status that refuses the call, 300 to 699. */
  readonly refuse?: number;
  /** 20 by default. */
  readonly refuseAfterMs?: number;
  /** The cause in the refusal's Reason header, which counts more than the status (contract 7.6). */
  readonly refuseReason?: string;
  /** Not a single answer. */
  readonly silent?: true;
  /** 100 by default; a gateway that refuses does not ring unless it is given. */
  readonly ringAfterMs?: number;
  /** 1000 by default; Infinity = rings for ever. */
  readonly answerAfterMs?: number;
  /** How long after the answer the called party hangs up; never by default. */
  readonly talkMs?: number;
  /** Whether it rings with sound: 183 in place of 180. */
  readonly earlyMedia?: boolean;
}

export type BehaviourScript = GatewayBehaviour | ((call: GatewayCall) => GatewayBehaviour);
