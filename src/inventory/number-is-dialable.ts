import { NUMBER_LENGTH_LIMIT, parseDialNumber } from '../routing/dial-number.ts';
import { applyNumberRules, type NumberRules } from '../routing/number-rules.ts';
import type { Route } from '../routing/route.ts';

/** A usual length first: nearly every route is proven by the first sample. */
const SAMPLE_LENGTHS: readonly number[] = [
  7,
  ...Array.from({ length: NUMBER_LENGTH_LIMIT + 1 }, (_, length) => length),
];

/**
 * Numbers that meet the route's prefix, one or two of each length. Rules count characters and look at none, so what
 * holds for one digit holds for all of them.
 */
function* sampleNumbers(prefix: string): Iterable<string> {
  for (const length of SAMPLE_LENGTHS) {
    yield prefix + '1'.repeat(length);
    if (prefix === '') yield `+${'1'.repeat(length)}`;
  }
}

/** The numbers that the route's own rules let through, of those samples; none = the route can dial nothing. */
function* routedSamples({ destinationPrefix, numberRules, charset }: Route): Iterable<string> {
  for (const sample of sampleNumbers(destinationPrefix)) {
    const routed = applyNumberRules(sample, numberRules);
    if (parseDialNumber(sample, charset) && parseDialNumber(routed, charset)) yield routed;
  }
}

/** Whether some number is left to dial after the route's rules, and after a gateway's where they are given. */
export function someNumberIsDialable(
  route: Route,
  gatewayRules: NumberRules = { stripDigits: 0, addPrefix: '' },
): boolean {
  for (const routed of routedSamples(route)) {
    if (parseDialNumber(applyNumberRules(routed, gatewayRules), route.charset)) return true;
  }
  return false;
}
