import { type Call, type CallerText, plainText } from './call.ts';
import type { Charset } from './dial-number.ts';
import type { GatewayGroup } from './gateway-group.ts';
import type { NumberRules } from './number-rules.ts';

/** A compiled pattern; its engine is linear in the text, whatever a caller sends. */
export interface Pattern {
  readonly source: string;
  readonly groupCount: number;
  matches(text: string): boolean;
  /** The captures of the leftmost match, "" for a group that took no part; undefined where nothing matches. */
  captures(text: string): readonly string[] | undefined;
}

export interface Network {
  readonly cidr: string;
  contains(address: string): boolean;
}

export interface HeaderCondition {
  readonly name: string;
  readonly pattern: Pattern;
}

export interface Route {
  readonly id: number;
  /** The name in SQL, or "#id" where it has none. */
  readonly label: string;
  readonly context: string;
  readonly position: number;
  readonly destinationPrefix: string;
  readonly destinationPattern: Pattern | undefined;
  readonly callerPattern: Pattern | undefined;
  readonly sourceNetwork: Network | undefined;
  readonly header: HeaderCondition | undefined;
  readonly group: GatewayGroup;
  readonly charset: Charset;
  /** Replaces the called number; `$1` to `$9` stand for captures. */
  readonly dialNumber: string | undefined;
  readonly numberRules: NumberRules;
  readonly callerIdNumber: string | undefined;
  readonly callerIdName: string | undefined;
}

/** Conditions in the order in which they are looked at; also the words that `explain` uses. */
export type RouteCondition =
  'destination_prefix' | 'destination_pattern' | 'caller_pattern' | 'source_network' | 'header_pattern';

/**
 * Patterns see this many characters of a text. No number of this length can be dialled, so a route that matches one
 * only refuses it; a caller or header of this length matches no pattern.
 */
export const MATCH_LENGTH_LIMIT = 256;

/** The first condition of the route that the call does not meet; undefined where it meets all. */
export function unmetCondition(route: Route, call: Call): RouteCondition | undefined {
  const number = plainText(call.destinationNumber);
  if (!number.startsWith(route.destinationPrefix)) return 'destination_prefix';
  const { destinationPattern, callerPattern, sourceNetwork, header } = route;
  if (destinationPattern?.matches(number.slice(0, MATCH_LENGTH_LIMIT)) === false) {
    return 'destination_pattern';
  }
  if (callerPattern !== undefined && !matchesWhole(callerPattern, call.callerNumber)) return 'caller_pattern';
  if (sourceNetwork?.contains(call.networkAddress) === false) return 'source_network';
  if (header !== undefined) {
    const value = call.headers.get(header.name.toLowerCase());
    if (value === undefined || !matchesWhole(header.pattern, value)) return 'header_pattern';
  }
  return undefined;
}

function matchesWhole(pattern: Pattern, from: CallerText): boolean {
  const text = plainText(from);
  return text.length <= MATCH_LENGTH_LIMIT && pattern.matches(text);
}
