import type { Call } from '../routing/call.ts';
import { gatewaysPassedOver } from '../routing/passed-over.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { CallPath, Candidates } from './call-path.ts';
import { whyRoute } from './why-route.ts';

/** How a call goes elsewhere. Of several, the first. */
export type ElsewhereKind = 'refused' | 'accepted' | 'refused otherwise' | 'route' | 'group' | 'number' | 'gateways';

/** That a call goes elsewhere, and why. */
export interface Elsewhere {
  readonly kind: ElsewhereKind;
  readonly why: string;
}

/** So many gateways are named in one reason. */
const GATEWAYS_NAMED = 4;

/**
 * Whether a call goes elsewhere with another inventory: another outcome, route, group, number dialled, or other gateways
 * in the tiers that it may come to. Whose turn it is, is no difference, and neither are weights: shares show them.
 */
export function elsewhere(before: CallPath, after: CallPath, proposal: Snapshot, call: Call): Elsewhere | undefined {
  const routeWhy = (): string => whyRoute(before.route?.label, after.route, proposal, call);
  if (before.outcome !== after.outcome) {
    const kind =
      after.outcome === 'planned' ? 'accepted' : before.outcome === 'planned' ? 'refused' : 'refused otherwise';
    const isSameRoute = before.route?.label === after.route?.label;
    return { kind, why: isSameRoute ? whyOutcome(before, after, call) : routeWhy() };
  }
  if (before.route?.label !== after.route?.label) return { kind: 'route', why: routeWhy() };
  const [one, other] = [before.route, after.route];
  if (one === undefined || other === undefined) return undefined;
  if (one.group.name !== other.group.name) {
    return {
      kind: 'group',
      why: `route '${other.label}' leads to group '${other.group.name}', not '${one.group.name}'`,
    };
  }
  if (before.candidates === undefined || after.candidates === undefined) return undefined;
  if (before.candidates.text !== after.candidates.text) {
    return { kind: 'gateways', why: whyGateways(before.candidates, after, call) };
  }
  return numberDifference(before, after);
}

/** Why a plan is there, or is not, although the route is the same. */
function whyOutcome(before: CallPath, after: CallPath, call: Call): string {
  const route = after.route ?? before.route;
  if (after.outcome === 'planned') return `route '${route?.label ?? ''}' has a gateway for it`;
  if (after.decision.outcome !== 'no_gateway') return `route '${route?.label ?? ''}': ${after.outcome}`;
  const reasons = gatewaysPassedOver(after.decision, call).map(({ gateway, reason }) => `${gateway}: ${reason}`);
  const group = `group '${route?.group.name ?? ''}' has nobody left for it`;
  return reasons.length === 0 ? group : `${group}; ${named(reasons)}`;
}

function whyGateways(before: Candidates, after: CallPath, call: Call): string {
  const { decision, candidates } = after;
  const now = candidates?.tierOf ?? new Map<string, number>();
  const passed = new Map(gatewaysPassedOver(decision, call).map(({ gateway, reason }) => [gateway as string, reason]));
  const gone = [...before.tierOf.keys()].filter((name) => !now.has(name));
  const come = [...now].filter(([name]) => !before.tierOf.has(name));
  const moved = [...now].filter(([name, tier]) => (before.tierOf.get(name) ?? tier) !== tier);
  const words = [
    ...gone.map((name) => `${name} is out: ${passed.get(name) ?? 'it is no member of the group'}`),
    ...come.map(([name, tier]) => `${name} is new in tier ${tier}`),
    ...moved.map(([name, tier]) => `${name} goes from tier ${before.tierOf.get(name) ?? 0} to ${tier}`),
  ];
  if (words.length > 0) return named(words);
  return 'the same gateways in another order or number of tries: strategy, chooser, weights or max_attempts of the group';
}

function numberDifference(before: CallPath, after: CallPath): Elsewhere | undefined {
  const route = after.route?.label ?? '';
  if (before.number?.text !== after.number?.text) {
    const why = `route '${route}' makes another number of it (strip_digits, add_prefix or dial_number)`;
    return { kind: 'number', why };
  }
  // A dial_number is final, whatever rules the gateways have.
  if (before.number?.isFinal === true && after.number?.isFinal === true) return undefined;
  const rules = before.candidates?.rulesOf ?? new Map<string, string>();
  const others = [...(after.candidates?.rulesOf ?? [])].filter(([name, rule]) => rules.get(name) !== rule);
  if (others.length === 0 && before.number?.isFinal === after.number?.isFinal) return undefined;
  const who = others.length === 0 ? `the gateways of route '${route}'` : named(others.map(([name]) => name));
  return { kind: 'number', why: `another number is dialled through ${who} (strip_digits or add_prefix)` };
}

function named(words: readonly string[]): string {
  const more = words.length - GATEWAYS_NAMED;
  return words.slice(0, GATEWAYS_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
