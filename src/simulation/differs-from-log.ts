import type { Call } from '../routing/call.ts';
import { gatewaysPassedOver } from '../routing/passed-over.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { CallPath } from './call-path.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { LoggedDecision } from './logged-decision.ts';
import { whyRoute } from './why-route.ts';

/** What health and limits decided then, which no inventory can tell. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(['down', 'full']);

/** `of the moment`: the call was refused then for what was known of health, or of limits, at that moment. */
export type LogDifference = Elsewhere | 'of the moment' | undefined;

/**
 * Whether an inventory sends a call elsewhere than it was sent when it was logged. A plan holds only some of the
 * gateways that a call may come to: it is only looked at whether all of them could be in a plan now.
 */
export function differsFromLog(logged: LoggedDecision, path: CallPath, snapshot: Snapshot, call: Call): LogDifference {
  const isPlanned = path.outcome === 'planned';
  if (logged.outcome === 'no_gateway' && OF_THE_MOMENT.has(logged.reason) && isPlanned) return 'of the moment';
  const { outcome } = path.decision;
  const route = path.route?.label ?? '';
  if (logged.outcome !== outcome) {
    const kind = isPlanned ? 'accepted' : logged.outcome === 'planned' ? 'refused' : 'refused otherwise';
    return {
      kind,
      why:
        logged.route === route
          ? whyRefused(path, call)
          : whyRoute(logged.route || undefined, path.route, snapshot, call),
    };
  }
  if (logged.route !== route)
    return { kind: 'route', why: whyRoute(logged.route || undefined, path.route, snapshot, call) };
  const group = path.route?.group.name ?? '';
  if (logged.group !== group) {
    return { kind: 'group', why: `route '${route}' leads to group '${group}', not '${logged.group}'` };
  }
  if (!isPlanned) return undefined;
  const candidates = path.candidates?.tierOf;
  const gone = [...new Set(logged.plan.map(({ gateway }) => gateway))].filter((name) => candidates?.has(name) !== true);
  if (gone.length > 0) {
    const passed = new Map(gatewaysPassedOver(path.decision, call).map((it) => [it.gateway as string, it.reason]));
    const words = gone.map((name) => `${name} is out: ${passed.get(name) ?? 'it is no member of the group'}`);
    return { kind: 'gateways', why: words.join('; ') };
  }
  return isSameNumber(logged, path.number?.text ?? '')
    ? undefined
    : { kind: 'number', why: `route '${route}' makes another number of it (strip_digits, add_prefix or dial_number)` };
}

function whyRefused({ outcome, route }: CallPath, call: Call): string {
  const label = route?.label;
  if (label === undefined) return `no route matches in context '${call.context}'`;
  return outcome === 'planned' ? `route '${label}' has a gateway for it` : `route '${label}': ${outcome}`;
}

/** Of a masked number only what is left of it can be compared. */
function isSameNumber({ numberAfterRoute: then, isMasked }: LoggedDecision, now: string): boolean {
  if (then === '' || then === now) return true;
  if (!isMasked || then.length !== now.length) return false;
  return Array.from(now).every(
    (character, at) => then[at] === character || (then[at] === 'x' && /[0-9]/.test(character)),
  );
}
