import { canBeginNumber, parseDialNumber } from '../routing/dial-number.ts';
import { type Route, type RouteCondition, unmetCondition } from '../routing/route.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { samplePattern } from './sample-pattern.ts';
import { type CallDefaults, requestOf, type SimulatedCall } from './simulated-call.ts';

/** Calls that were made up, and the routes for which that was not possible. */
export interface MadeUpCalls {
  readonly calls: readonly SimulatedCall[];
  /** By the route's label: why no call could be made up. */
  readonly without: readonly { readonly route: string; readonly why: string }[];
}

/** Telephone numbers have about so many digits; some routes take only shorter or longer ones. */
const LENGTHS: readonly number[] = [7, 6, 8, 5, 9, 4, 10, 3, 2, 1, 0, 12, 15];

const DIGITS = '5550123456789012';

/** One call for each route of the context, which really comes to this route; what it needs besides its number is made up too. */
export function madeUpCalls(snapshot: Snapshot, defaults: CallDefaults): MadeUpCalls {
  const calls: SimulatedCall[] = [];
  const without: { readonly route: string; readonly why: string }[] = [];
  for (const route of snapshot.routes.routes) {
    if (route.context.toLowerCase() !== defaults.context.toLowerCase()) continue;
    const made = callFor(route, snapshot, defaults);
    if (typeof made === 'string') without.push({ route: route.label, why: made });
    else calls.push(made);
  }
  return { calls, without };
}

/** @returns in words why there is none */
function callFor(route: Route, snapshot: Snapshot, defaults: CallDefaults): SimulatedCall | string {
  const caller = callerFor(route, defaults);
  if (caller === undefined) return cannotMake('caller_pattern');
  const headers = headersFor(route, defaults);
  if (headers === undefined) return cannotMake('header_pattern');
  const source = route.sourceNetwork?.contains(defaults.source) === false ? networkOf(route) : defaults.source;
  const known = { ...defaults, caller, headers, source };
  let taker: Route | undefined;
  for (const number of numbersFor(route)) {
    const call = { ...known, number };
    const request = requestOf(call, 0, 0);
    if (unmetCondition(route, request) !== undefined) continue;
    const matched = snapshot.routes.match(request);
    if (matched === route) return call;
    taker ??= matched;
  }
  if (taker !== undefined) return `route '${taker.label}' goes before it for every number that was tried`;
  return cannotMake(route.destinationPattern === undefined ? 'destination_prefix' : 'destination_pattern');
}

function* numbersFor({ destinationPrefix: prefix, destinationPattern: pattern, charset }: Route): Iterable<string> {
  if (!canBeginNumber(prefix, charset)) return;
  const isNumber = (text: string): boolean => parseDialNumber(text, charset) !== undefined;
  if (pattern === undefined) {
    for (const length of LENGTHS) {
      const number = prefix + DIGITS.slice(0, length);
      if (isNumber(number)) yield number;
    }
    return;
  }
  const whole = samplePattern(pattern, (text) => isNumber(text) && text.startsWith(prefix));
  if (whole !== undefined) yield whole;
  // A pattern that is not anchored may stand behind the prefix.
  const rest = samplePattern(pattern, (text) => isNumber(prefix + text) && pattern.matches(prefix + text));
  if (rest !== undefined) yield prefix + rest;
}

function callerFor({ callerPattern: pattern }: Route, { caller }: CallDefaults): string | undefined {
  return pattern === undefined || pattern.matches(caller) ? caller : samplePattern(pattern, () => true);
}

function headersFor({ header }: Route, { headers }: CallDefaults): SimulatedCall['headers'] | undefined {
  if (header === undefined) return headers;
  const name = header.name.toLowerCase();
  const given = headers.get(name);
  if (given !== undefined && header.pattern.matches(given)) return headers;
  const value = samplePattern(header.pattern, () => true);
  return value === undefined ? undefined : new Map([...headers, [name, value]]);
}

/** The first address of the network is in it. */
function networkOf({ sourceNetwork }: Route): string {
  return sourceNetwork?.cidr.split('/')[0] ?? '';
}

function cannotMake(condition: RouteCondition): string {
  return `nothing that meets its ${condition} could be made up`;
}
