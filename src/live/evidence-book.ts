import { type FaultEvidence, noEvidence } from '../routing/fault-evidence.ts';
import type { Name } from '../routing/name.ts';

/** What calls have shown of a gateway, as one group sees it. */
export interface BookedEvidence {
  readonly hostname: string;
  readonly group: Name;
  readonly gateway: Name;
  readonly evidence: FaultEvidence;
}

/**
 * What calls have shown, for each switch, group and gateway. All groups of a gateway see the same calls; but each begins
 * anew by itself when it takes the gateway back, so that none, least of all one that only observes, makes another forget.
 */
export class EvidenceBook {
  readonly #entries = new Map<string, BookedEvidence>();

  of(hostname: string, group: Name, gateway: Name): FaultEvidence | undefined {
    return this.#entries.get(keyOf(hostname, group, gateway))?.evidence;
  }

  get all(): readonly BookedEvidence[] {
    return [...this.#entries.values()];
  }

  /** Puts another piece of evidence in the place of what is known. @returns that */
  learn(
    hostname: string,
    group: Name,
    gateway: Name,
    nowMs: number,
    change: (known: FaultEvidence) => FaultEvidence,
  ): FaultEvidence {
    const evidence = change(this.of(hostname, group, gateway) ?? noEvidence(nowMs));
    this.#entries.set(keyOf(hostname, group, gateway), { hostname, group, gateway, evidence });
    return evidence;
  }

  restore(entries: readonly BookedEvidence[]): void {
    for (const entry of entries) this.#entries.set(keyOf(entry.hostname, entry.group, entry.gateway), entry);
  }

  keepOnly(isKept: (entry: BookedEvidence) => boolean): void {
    for (const [key, entry] of this.#entries) if (!isKept(entry)) this.#entries.delete(key);
  }
}

function keyOf(hostname: string, group: Name, gateway: Name): string {
  return `${hostname}\n${group}\n${gateway}`;
}
