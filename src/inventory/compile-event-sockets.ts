import type { EventSocket } from '../routing/snapshot.ts';
import { type Findings, rowAt } from './findings.ts';
import type { InventoryRows } from './inventory-rows.ts';

/** What FreeSWITCH is shipped with (contract 7.1). */
const STOCK_PASSWORD = 'ClueCon';

/** The switches whose event socket is known. */
export function compileEventSockets(rows: InventoryRows): readonly EventSocket[] {
  return rows.switches.flatMap(({ hostname, eslHost, eslPort, eslPassword }) =>
    eslHost === null ? [] : [{ hostname, host: eslHost, port: eslPort, password: eslPassword ?? STOCK_PASSWORD }],
  );
}

/** Calls are counted by what switches tell of them; of a switch that is not listened to only plans are known. */
export function reportUnwatchedLimits(rows: InventoryRows, findings: Findings): void {
  const deaf = rows.switches.filter(({ eslHost }) => eslHost === null).map(({ hostname }) => `'${hostname}'`);
  if (deaf.length === 0 && rows.switches.length > 0) return;
  const who = rows.switches.length === 0 ? 'switches is empty' : `switches has no esl_host for ${deaf.join(', ')}`;
  for (const { name, maxCalls } of rows.gateways) {
    if (maxCalls === null) continue;
    const what = `${who}: the end of a call is not seen there, so a call counts against max_calls only for as long as its plan may take to be answered`;
    const fix = 'set esl_host, esl_port and esl_password of every switch';
    findings.add('limit-unwatched', rowAt('gateways', name, 'max_calls'), what, fix);
  }
}
