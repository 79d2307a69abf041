import type { Call } from '../routing/call.ts';
import { type Route, unmetCondition } from '../routing/route.ts';
import type { Snapshot } from '../routing/snapshot.ts';

/**
 * Why a call comes to another route, or to none.
 * @param before the label of the route that it came to; undefined = to none
 * @param snapshot what `after` is of
 */
export function whyRoute(before: string | undefined, after: Route | undefined, snapshot: Snapshot, call: Call): string {
  const taker = after === undefined ? 'no route matches' : `route '${after.label}' takes it`;
  if (before === undefined) return `${taker}; none did before`;
  const same = snapshot.routes.routes.find(({ label }) => label === before);
  if (same === undefined) return `${taker}; there is no route '${before}' any more`;
  if (same.context.toLowerCase() !== call.context.toLowerCase()) {
    return `${taker}; route '${before}' is for context '${same.context}' now`;
  }
  const unmet = unmetCondition(same, call);
  if (unmet !== undefined) return `${taker}; the ${unmet} of route '${before}' does not fit`;
  return `${taker}; it goes before route '${before}'`;
}
