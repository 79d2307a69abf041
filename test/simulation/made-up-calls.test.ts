import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { madeUpCalls } from '../../src/simulation/made-up-calls.ts';
import { requestOf } from '../../src/simulation/simulated-call.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { simulatedCall } from './simulated-calls.ts';

const snapshotOf = (routes: Parameters<typeof buildSnapshot>[0]['routes']) =>
  buildSnapshot({ groups: { g: { members: { gw: 1 } } }, routes: routes ?? [] });

describe('made-up calls', () => {
  it('come to their route, each one, with all that it asks for', () => {
    const snapshot = snapshotOf([
      { name: 'all' },
      { name: 'plus', destinationPrefix: '+49' },
      { name: 'short', destinationPattern: '^1\\d\\d$', position: 1 },
      { name: 'from', callerPattern: '^70', sourceNetwork: '10.8.0.0/16', position: 2 },
      { name: 'header', headerName: 'X-Account', headerPattern: '^(7|8)$', position: 3 },
      { name: 'both', destinationPrefix: '0049', destinationPattern: '30\\d{4}$', position: 1 },
      { name: 'elsewhere', context: 'public' },
    ]);
    const { calls, without } = madeUpCalls(snapshot, simulatedCall());
    expect(without).toEqual([]);
    const reached = calls.map((call) => snapshot.routes.match(requestOf(call, 1, 0))?.label);
    expect(reached.sort()).toEqual(['all', 'both', 'from', 'header', 'plus', 'short']);
  });

  it('are missing where another route takes all, or no number is found, which is said', () => {
    const snapshot = snapshotOf([
      { name: 'first', position: 1 },
      { name: 'shadowed', destinationPrefix: '49', position: 2 },
      { name: 'letters', destinationPattern: '^[[:alpha:]]+$', destinationCharset: 'user', position: 0 },
    ]);
    const { calls, without } = madeUpCalls(snapshot, simulatedCall());
    expect(calls).toHaveLength(1);
    expect(without).toEqual([
      { route: 'letters', why: 'nothing that meets its destination_pattern could be made up' },
      { route: 'shadowed', why: "route 'first' goes before it for every number that was tried" },
    ]);
  });

  it('reach whatever prefixes there are', () => {
    const prefixes = fc.uniqueArray(fc.stringMatching(/^\+?[0-9*#]{0,6}$/), { maxLength: 8 });
    fc.assert(
      fc.property(prefixes, (all) => {
        const snapshot = snapshotOf(
          all.map((prefix) => ({ name: `r${prefix}`, destinationPrefix: prefix === '' ? null : prefix })),
        );
        const { calls, without } = madeUpCalls(snapshot, simulatedCall());
        expect(calls.length + without.length).toBe(all.length);
        const reached = calls.map((call) => snapshot.routes.match(requestOf(call, 1, 0))?.label);
        expect(new Set(reached).size).toBe(calls.length);
      }),
      { numRuns: 60 },
    );
  });
});
