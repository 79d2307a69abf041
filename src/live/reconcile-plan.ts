import type { Attempts } from './attempts.ts';
import type { Drift } from './find-drift.ts';
import type { ProfileWork } from './profile-work.ts';
import type { WantedGateway } from './wanted-gateway.ts';

/** A gateway or list that is not as it is wanted, with what is being done about it. */
export interface DriftReport {
  readonly name: string;
  readonly kind: Drift['kind'] | 'list';
  readonly reason: string;
  /** Where it was tried in vain: when it is tried again by itself. */
  readonly leftAlone?: string;
}

/** What is to be done at a switch, and what differs. */
export interface Look extends Pick<ReconcilePlan, 'drift' | 'draining'> {
  readonly work: readonly ProfileWork[];
}

/** What a look at a switch came to. */
export interface ReconcilePlan {
  readonly drift: readonly DriftReport[];
  /** Gateways that wait for the end of their calls before they go. */
  readonly draining: readonly string[];
  readonly commands: readonly string[];
  /** Those of them that the switch did not do, with what it said. */
  readonly refused: readonly { readonly command: string; readonly reply: string }[];
}

export const NOTHING: ReconcilePlan = { drift: [], draining: [], commands: [], refused: [] };

/** Stands for the definition of a gateway that is wanted no more. */
export const REMOVED = '';

/** Gateways that are not as they are wanted, as they are shown. */
export function reportDrifts(
  drifts: readonly Drift[],
  wanted: ReadonlyMap<string, WantedGateway>,
  attempts: Attempts,
): readonly DriftReport[] {
  return drifts.map(({ gateway, kind, reason }) => {
    const report = { name: gateway, kind, reason };
    const fingerprint = wanted.get(gateway)?.fingerprint ?? REMOVED;
    const leftAloneMs = attempts.leftAloneMs(gateway, fingerprint, kind !== 'changed');
    return leftAloneMs === undefined ? report : { ...report, leftAlone: leftAloneWords(leftAloneMs) };
  });
}

function leftAloneWords(ms: number): string {
  const until = ms === Infinity ? 'until SQL wants something else' : `for another ${Math.ceil(ms / 60_000)} min`;
  return `tried in vain, left alone ${until}`;
}
