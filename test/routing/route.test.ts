import { describe, expect, it } from 'vitest';
import type { RouteRow } from '../../src/inventory/inventory-rows.ts';
import { MATCH_LENGTH_LIMIT, type Route, unmetCondition } from '../../src/routing/route.ts';
import { buildCall } from '../support/build-call.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';

/** The route with these conditions, whether or not a call meets them. */
function routeWith(columns: Partial<RouteRow>): Route {
  const { routes } = buildSnapshot({ groups: { g: { members: { gw: 1 } } }, routes: [columns] });
  const [route] = routes.candidates(buildCall({ number: columns.destinationPrefix ?? '' }));
  return route!;
}

const prefix = { destinationPrefix: '+49' };
const pattern = { destinationPattern: '^1.*9$' };
const caller = { callerPattern: '^7' };
const network = { sourceNetwork: '192.0.2.0/24' };
const network6 = { sourceNetwork: '2001:db8::/32' };
const header = { headerName: 'X-Tenant', headerPattern: '^blue$' };
const headers = { 'x-tenant': 'blue' };

describe('a route', () => {
  it.each([
    ['nothing', {}, { number: '', caller: '', networkAddress: '' }],
    ['the prefix', prefix, { number: '+4930' }],
    ['the whole prefix', prefix, { number: '+49' }],
    ['the pattern', pattern, { number: '1009' }],
    ['a part of the number, where the pattern is not anchored', { destinationPattern: '00' }, { number: '1009' }],
    ['the caller', caller, { caller: '700' }],
    ['the network', network, { networkAddress: '192.0.2.255' }],
    ['the IPv6 network', network6, { networkAddress: '2001:db8:ffff::1' }],
    ['the header, whose name is written in any case', header, { headers }],
    [
      'all at once',
      { ...pattern, ...caller, ...network, ...header },
      { number: '19', caller: '7', networkAddress: '192.0.2.1', headers },
    ],
  ])('is met by a call that has %s', (_, columns, call) => {
    expect(unmetCondition(routeWith(columns), buildCall(call))).toBeUndefined();
  });

  it.each([
    ['destination_prefix', prefix, { number: '4930' }],
    ['destination_prefix', prefix, { number: '+4' }],
    ['destination_pattern', pattern, { number: '1008' }],
    ['caller_pattern', caller, { caller: '800' }],
    ['caller_pattern', caller, { caller: '' }],
    ['source_network', network, { networkAddress: '192.0.3.0' }],
    ['source_network', network, { networkAddress: '' }],
    ['source_network', network, { networkAddress: 'localhost' }],
    ['source_network', network, { networkAddress: '2001:db8::1' }],
    ['source_network', network6, { networkAddress: '192.0.2.1' }],
    ['header_pattern', header, { headers: { 'x-tenant': 'red' } }],
    ['header_pattern', header, { headers: { 'x-other': 'blue' } }],
    ['header_pattern', { ...header, headerPattern: '' }, {}],
  ])('names %s as what a call lacks', (condition, columns, call) => {
    // An empty pattern matches any header that is there.
    const row = columns as Partial<RouteRow>;
    expect(unmetCondition(routeWith(row), buildCall(call))).toBe(condition);
  });

  it('looks at its conditions in a fixed order', () => {
    const route = routeWith({ ...prefix, ...pattern, ...caller, ...network, ...header });
    const call = { number: '+49', caller: '8', networkAddress: '203.0.113.1' };
    expect(unmetCondition(route, buildCall({ ...call, number: '1' }))).toBe('destination_prefix');
    expect(unmetCondition(route, buildCall(call))).toBe('destination_pattern');
    const next = routeWith({ ...caller, ...network, ...header });
    expect(unmetCondition(next, buildCall(call))).toBe('caller_pattern');
    expect(unmetCondition(next, buildCall({ ...call, caller: '7' }))).toBe('source_network');
    expect(unmetCondition(next, buildCall({ ...call, caller: '7', networkAddress: '192.0.2.1' }))).toBe(
      'header_pattern',
    );
  });
});

describe('a text that is too long to match', () => {
  const long = '7'.repeat(MATCH_LENGTH_LIMIT);

  it('matches no caller_pattern and no header_pattern, whatever they say', () => {
    const route = routeWith({ callerPattern: '^7' });
    expect(unmetCondition(route, buildCall({ caller: long }))).toBeUndefined();
    expect(unmetCondition(route, buildCall({ caller: `${long}7` }))).toBe('caller_pattern');
    const other = routeWith({ headerName: 'X-A', headerPattern: '^7' });
    expect(unmetCondition(other, buildCall({ headers: { 'x-a': long } }))).toBeUndefined();
    expect(unmetCondition(other, buildCall({ headers: { 'x-a': `${long}7` } }))).toBe('header_pattern');
  });

  it('is matched by its beginning where it is the called number, so that it is refused and not let through', () => {
    const route = routeWith({ destinationPattern: `^7{${MATCH_LENGTH_LIMIT}}$` });
    expect(unmetCondition(route, buildCall({ number: `${long}x` }))).toBeUndefined();
    expect(unmetCondition(route, buildCall({ number: `x${long}` }))).toBe('destination_pattern');
  });
});
