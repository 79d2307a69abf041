import type { Route } from '../routing/route.ts';
import { contextKey } from '../routing/route-table.ts';
import { type Findings, rowAt } from './findings.ts';
import { literalBeginning } from './literal-beginning.ts';
import { ShadowIndex } from './shadow-index.ts';

/**
 * Routes that no call can take: their own conditions exclude each other, or an earlier route takes all of their calls.
 * @param routes by position, then id
 */
export function reviewRoutes(routes: readonly Route[], findings: Findings): void {
  const contexts = new Map<string, ShadowIndex>();
  for (const route of routes) {
    const key = contextKey(route.context);
    const index = contexts.get(key) ?? new ShadowIndex();
    contexts.set(key, index);
    if (reportContradiction(route, findings)) continue;
    const shadow = index.next(route);
    if (shadow !== undefined) reportShadow(route, shadow, findings);
  }
}

function reportShadow(route: Route, shadow: Route, findings: Findings): void {
  const isFirstById = shadow.position === route.position;
  const order = isFirstById
    ? `has the same position and prefix and the lower id`
    : `has position ${shadow.position}, before its ${route.position}`;
  const what = `no call gets here: route '${shadow.label}' ${order}, and matches whatever this one matches`;
  const fix = `set its position below ${shadow.position}, narrow '${shadow.label}', or set enabled to 0`;
  findings.add('route-shadowed', rowAt('routes', route.label), what, fix);
}

/** A pattern that sees the whole number, prefix included, and begins otherwise. */
function reportContradiction({ label, destinationPrefix, destinationPattern }: Route, findings: Findings): boolean {
  if (destinationPattern === undefined || destinationPrefix === '') return false;
  const beginning = literalBeginning(destinationPattern.source);
  const shared = Math.min(beginning.length, destinationPrefix.length);
  if (beginning.slice(0, shared) === destinationPrefix.slice(0, shared)) return false;
  const what = `no call gets here: numbers begin with the prefix '${destinationPrefix}', and the pattern wants '${beginning}' there`;
  const fix = 'let the pattern begin with the prefix (it sees the whole number), or drop one of the two';
  findings.add('route-never-matches', rowAt('routes', label, 'destination_pattern'), what, fix);
  return true;
}
