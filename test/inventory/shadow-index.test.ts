import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseNetwork } from '../../src/inventory/parse-network.ts';
import { compilePattern } from '../../src/inventory/compile-pattern.ts';
import { ShadowIndex } from '../../src/inventory/shadow-index.ts';
import { NetworkIndex } from '../../src/inventory/network-index.ts';
import type { Route } from '../../src/routing/route.ts';
import { contextKey, RouteTable } from '../../src/routing/route-table.ts';
import { buildCall } from '../support/build-call.ts';

const NETWORKS = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.128.0.0/9',
  '10.1.2.3/32',
  '::/0',
  '2001:db8::/32',
  '2001:DB8:8000::/33',
];
const ADDRESSES = ['10.1.2.3', '10.200.0.1', '192.0.2.1', '2001:db8::1', '2001:db8:8000::1', ''];
const PATTERNS = ['1', '^1', '2$', ''];

interface Conditions {
  readonly context: string;
  readonly position: number;
  readonly prefix: string;
  readonly pattern: string | undefined;
  readonly caller: string | undefined;
  readonly network: string | undefined;
  readonly header: readonly [string, string] | undefined;
}

const sometimes = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const digits = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom('1', '2'), maxLength });
const conditions: fc.Arbitrary<Conditions> = fc.record({
  context: fc.constantFrom('default', 'Default', 'other'),
  position: fc.integer({ min: 1, max: 3 }),
  prefix: digits(3),
  pattern: sometimes(fc.constantFrom(...PATTERNS)),
  caller: sometimes(fc.constantFrom(...PATTERNS)),
  network: sometimes(fc.constantFrom(...NETWORKS)),
  header: sometimes(fc.tuple(fc.constantFrom('X-A', 'x-a', 'X-B'), fc.constantFrom(...PATTERNS))),
});
const calls = fc.array(
  fc.record({
    number: digits(4),
    caller: digits(2),
    context: fc.constantFrom('default', 'DEFAULT', 'other'),
    networkAddress: fc.constantFrom(...ADDRESSES),
    headers: fc.record({ 'x-a': digits(2), 'x-b': digits(2) }, { requiredKeys: [] }),
  }),
  { minLength: 40, maxLength: 40 },
);

function routeOf(it: Conditions, id: number): Route {
  const pattern = (source: string | undefined) => (source === undefined ? undefined : compilePattern(source));
  return {
    id,
    label: `#${id}`,
    context: it.context,
    position: it.position,
    destinationPrefix: it.prefix,
    destinationPattern: pattern(it.pattern),
    callerPattern: pattern(it.caller),
    sourceNetwork: it.network === undefined ? undefined : parseNetwork(it.network),
    header: it.header && { name: it.header[0], pattern: compilePattern(it.header[1]) },
  } as unknown as Route;
}

/** What the index finds in all contexts: each shadowed route with the one that shadows it. */
function shadowsIn(routes: readonly Route[]): ReadonlyMap<Route, Route> {
  const contexts = new Map<string, ShadowIndex>();
  const shadows = new Map<Route, Route>();
  for (const route of routes) {
    const index = contexts.get(contextKey(route.context)) ?? new ShadowIndex();
    contexts.set(contextKey(route.context), index);
    const shadow = index.next(route);
    if (shadow !== undefined) shadows.set(route, shadow);
  }
  return shadows;
}

/** The rule written out for two routes, without an index. */
function shadows(earlier: Route, later: Route): boolean {
  const isFirst =
    earlier.position < later.position ||
    (earlier.position === later.position &&
      (earlier.destinationPrefix.length > later.destinationPrefix.length ||
        (earlier.destinationPrefix.length === later.destinationPrefix.length && earlier.id < later.id)));
  const weaker = (a: string | undefined, b: string | undefined): boolean => a === undefined || a === b;
  const network = later.sourceNetwork?.cidr.split('/') ?? [];
  const isWithin =
    earlier.sourceNetwork === undefined ||
    (network.length === 2 &&
      earlier.sourceNetwork.contains(network[0] ?? '') &&
      Number(earlier.sourceNetwork.cidr.split('/')[1]) <= Number(network[1]));
  return (
    isFirst &&
    contextKey(earlier.context) === contextKey(later.context) &&
    later.destinationPrefix.startsWith(earlier.destinationPrefix) &&
    weaker(earlier.destinationPattern?.source, later.destinationPattern?.source) &&
    weaker(earlier.callerPattern?.source, later.callerPattern?.source) &&
    weaker(earlier.header?.name.toLowerCase(), later.header?.name.toLowerCase()) &&
    weaker(earlier.header?.pattern.source, later.header?.pattern.source) &&
    isWithin
  );
}

const routeSets = fc.array(conditions, { minLength: 2, maxLength: 25 });
const inOrder = (set: readonly Conditions[]): readonly Route[] =>
  new RouteTable(set.map((it, at) => routeOf(it, at + 1))).routes;

describe('a route that is called shadowed', () => {
  it('gets no call, whatever calls there are', () => {
    let seen = 0;
    fc.assert(
      fc.property(routeSets, calls, (set, plans) => {
        const routes = inOrder(set);
        const found = shadowsIn(routes);
        seen += found.size;
        const table = new RouteTable(routes);
        for (const plan of plans) {
          const winner = table.match(buildCall(plan));
          if (winner !== undefined) expect(found.has(winner)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('is what a comparison of every two routes finds, and no other is', () => {
    fc.assert(
      fc.property(routeSets, (set) => {
        const routes = inOrder(set);
        const found = shadowsIn(routes);
        for (const route of routes) {
          expect(found.has(route)).toBe(routes.some((it) => it !== route && shadows(it, route)));
        }
        for (const [route, shadow] of found) expect(shadows(shadow, route)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the index of networks', () => {
  it.each([
    ['10.1.0.0/16', ['10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0']],
    ['10.0.0.0/7', ['0.0.0.0/0']],
    ['11.0.0.0/8', ['0.0.0.0/0']],
    ['2001:DB8:1::/48', ['2001:db8::/32']],
    ['::/0', []],
  ])('finds those that contain %s', (cidr, expected) => {
    const index = new NetworkIndex<string>();
    for (const it of ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24', '0.0.0.0/0', '2001:db8::/32']) index.add(it, it);
    index.add('10.0.0.0/8', 'a later one');
    expect([...index.containing(cidr)].sort()).toEqual([...expected].sort());
  });
});
