import type { Drift } from './find-drift.ts';

/** A gateway or list that is not as it is wanted, with what is being done about it. */
export interface DriftReport {
  readonly name: string;
  readonly kind: Drift['kind'] | 'list';
  readonly reason: string;
}

/** What a look at a switch came to. */
export interface ReconcilePlan {
  readonly drift: readonly DriftReport[];
  /** Gateways that wait for the end of their calls before they go. */
  readonly draining: readonly string[];
  readonly commands: readonly string[];
}

/** A gateway's drift as it is shown. */
export function reportOf({ gateway, kind, reason }: Drift): DriftReport {
  return { name: gateway, kind, reason };
}
