import type { Finding } from '../errors/finding.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { Findings } from './findings.ts';
import { reviewPings } from './review-pings.ts';
import { reviewRoutes } from './review-routes.ts';
import { reviewSwitches } from './review-switches.ts';
import { reviewTiers } from './review-tiers.ts';
import { reviewWaits } from './review-waits.ts';
import { reviewWeights } from './review-weights.ts';

/**
 * Finds what is legal and probably not meant. Warnings only, for whoever asks for them: a server that takes an
 * inventory over says what it cannot do, and would repeat these at each commit to people who know.
 */
export function reviewInventory(snapshot: Snapshot): readonly Finding[] {
  const findings = new Findings();
  const groupsInUse = new Set(snapshot.routes.routes.map(({ group }) => group));
  reviewPings(snapshot, findings);
  for (const group of snapshot.groups) {
    reviewWeights(group, findings);
    // Plans are made for routes only; what has none is at most a list for mod_distributor.
    if (!groupsInUse.has(group)) continue;
    reviewTiers(group, snapshot.eventSockets, findings);
    reviewWaits(group, findings);
  }
  reviewSwitches(snapshot, findings);
  reviewRoutes(snapshot.routes.routes, findings);
  return findings.all;
}
