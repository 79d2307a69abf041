import type { Gateway } from '../routing/gateway.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { type Findings, rowAt } from './findings.ts';
import { listNames } from './list-names.ts';

/** So many gateways are named in one finding. */
const NAMED = 10;

/** Gateways whose death FreeSWITCH does not notice, and settings of pings that do nothing. */
export function reviewPings(snapshot: Snapshot, findings: Findings): void {
  reportUnwatched(snapshot, findings);
  for (const gateway of snapshot.gateways) {
    if (gateway.state !== 'disabled') reportIdleCounts(gateway, findings);
  }
}

/** One finding for all of them: their mend is one statement. */
function reportUnwatched(snapshot: Snapshot, findings: Findings): void {
  const called = new Set<Gateway>();
  for (const { members } of snapshot.groups) {
    for (const { gateway, weight } of members) if (gateway.state === 'active' && weight > 0) called.add(gateway);
  }
  const unwatched = snapshot.gateways.filter(
    (gateway) => called.has(gateway) && !registers(gateway) && parameterOf(gateway, 'ping') === undefined,
  );
  const [first] = unwatched;
  if (first === undefined) return;
  const where = unwatched.length === 1 ? rowAt('gateways', first.name, 'ping_seconds') : 'gateways.ping_seconds';
  const names = listNames(
    unwatched.map(({ name }) => name),
    NAMED,
  );
  const who =
    unwatched.length === 1 ? `${names} neither registers nor is pinged` : `${names} neither register nor are pinged`;
  const what = `${who}: FreeSWITCH takes them for up whatever happens, so only calls that fail tell that they are gone`;
  // Sofia's pings are off unless asked for, and a gateway that does not register is up from the start (contract 5.6).
  const fix =
    unwatched.length === 1
      ? `UPDATE gateways SET ping_seconds = 25 WHERE name = '${first.name}'; unless it answers no OPTIONS`
      : 'UPDATE gateways SET ping_seconds = 25 WHERE register = 0 AND ping_seconds IS NULL; but for those that answer no OPTIONS';
  findings.add('ping-off', where, what, fix);
}

/** One failed ping takes a registered gateway down, and it is pinged again once it is registered anew (contract 5.6). */
function reportIdleCounts(gateway: Gateway, findings: Findings): void {
  const pingMax = parameterOf(gateway, 'ping-max');
  if (!registers(gateway) || parameterOf(gateway, 'ping') === undefined || Number(pingMax ?? 1) <= 1) return;
  const what = `it registers, and FreeSWITCH takes a registered gateway down at the first ping that fails, whatever ping_max (${pingMax ?? 1}) says`;
  const fix = 'set ping_min and ping_max to NULL; or ping_seconds to NULL, so that the registration alone tells';
  findings.add('ping-count-idle', rowAt('gateways', gateway.name, 'ping_max'), what, fix);
}

function registers(gateway: Gateway): boolean {
  return parameterOf(gateway, 'register') === 'true';
}

function parameterOf({ parameters }: Gateway, wanted: string): string | undefined {
  return parameters.find(({ name }) => name === wanted)?.value;
}
