import { type Call, plainText } from './call.ts';
import { type Charset, type DialNumber, type NumberRejection, parseDialNumber, rejectionOf } from './dial-number.ts';
import { applyNumberRules, fillCaptures, type NumberRules, ruleNumber } from './number-rules.ts';
import { MATCH_LENGTH_LIMIT, type Route } from './route.ts';

/** What a route makes of the called number: final, or still to be changed by each gateway's rules. */
export interface RoutedNumber {
  readonly text: string;
  readonly isFinal: boolean;
  readonly charset: Charset;
}

/** Applies the route's rules to the called number, or says why it is refused before or after them. */
export function routeNumber(route: Route, call: Call): RoutedNumber | NumberRejection {
  const { charset } = route;
  const called = plainText(call.destinationNumber);
  if (parseDialNumber(called, charset) === undefined) return rejectionOf(called);
  const isFinal = route.dialNumber !== undefined;
  const text = isFinal
    ? fillCaptures(route.dialNumber, capturesFor(route.dialNumber, route, called))
    : applyNumberRules(called, route.numberRules);
  if (parseDialNumber(text, charset) === undefined) return 'after_rules';
  return { text, isFinal, charset };
}

/** Most routes replace the number by a fixed one, and captures cost more than all the rest of a decision. */
function capturesFor(template: string, route: Route, called: string): readonly string[] {
  if (!template.includes('$')) return [];
  return route.destinationPattern?.captures(called.slice(0, MATCH_LENGTH_LIMIT)) ?? [];
}

/** What a gateway's own rules make of it; undefined where that could not be dialled. */
export function gatewayNumber(number: RoutedNumber, rules: NumberRules): DialNumber | undefined {
  return number.isFinal ? parseDialNumber(number.text, number.charset) : ruleNumber(number.text, rules, number.charset);
}
