import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';

/** A plan that was given out and whose legs may still be called. */
export interface OpenPlan {
  readonly decisionId: string;
  readonly hostname: string;
  /** The caller's leg, as the request named it; '' where it did not. */
  readonly callerUuid: string;
  readonly group: Name;
  /** The called number, for telling destinations apart. */
  readonly number: string;
  /** The gateways in the order in which they are tried, from `firstAttempt`. */
  readonly gateways: readonly Gateway[];
  readonly firstAttempt: number;
  /** The gateway on trial that this call is for. */
  readonly probe: Name | undefined;
  readonly openedAtMs: number;
  /** By then every leg has been tried or never will be. */
  readonly expiresAtMs: number;
}

/** A leg that is up, or on its way. */
export interface LiveLeg {
  readonly hostname: string;
  readonly uuid: string;
  readonly gateway: Name;
  /** The plan that it belongs to, where it is one of ours. */
  readonly plan: OpenPlan | undefined;
  readonly beganAtMs: number;
  /** Whether the gateway has said "ringing", or answered: it does its work. */
  hasRung: boolean;
}

/** A leg as a switch tells of its beginning. */
export interface LegBeginning {
  readonly hostname: string;
  readonly uuid: string;
  readonly gateway: Name;
  readonly decisionId: string;
  /** Its place in the plan, from 1; 0 = in none. */
  readonly attempt: number;
}

/** A plan's place that no leg was seen of. */
export interface UncalledAttempt {
  readonly attempt: number;
  readonly gateway: Name;
}

/** A plan that runs no more, since its caller is gone. */
export interface EndedPlan {
  readonly plan: OpenPlan;
  /** All of its attempts where no leg of it was ever seen, else none. */
  readonly uncalled: readonly UncalledAttempt[];
}
