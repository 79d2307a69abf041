import { BLAME_MATCH, type BlameTable } from '../routing/leg-outcome.ts';
import { type Findings, rowAt } from './findings.ts';
import { FREESWITCH_CAUSES } from './freeswitch-causes.ts';
import { checkCause } from './continue-causes.ts';
import type { InventoryRows } from './inventory-rows.ts';

const BLAMES: readonly string[] = ['gateway', 'destination', 'caller', 'ourselves'];

/** Compiles whom the outcomes of calls blame. */
export function compileBlame(rows: InventoryRows, findings: Findings): BlameTable {
  for (const { match, blame } of rows.outcomeBlame) {
    const isWord = /^[A-Z]/.test(match);
    if (isWord && !FREESWITCH_CAUSES.has(match)) checkCause('outcome_blame', match, match, 'match', findings);
    if (BLAME_MATCH.test(match) && BLAMES.includes(blame)) continue;
    const fix = 'set it so; the table would have refused it, so its CHECKs were switched off when it was written';
    const what = 'it has to be a SIP status, a class of them or a cause, and gateway, destination, caller or ourselves';
    findings.add('value-invalid', rowAt('outcome_blame', match), what, fix);
  }
  return new Map(rows.outcomeBlame.map(({ match, blame }) => [match, blame]));
}
