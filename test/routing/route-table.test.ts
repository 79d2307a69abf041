import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../src/routing/route-table.ts';
import type { Route } from '../../src/routing/route.ts';
import { buildCall } from '../support/build-call.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';

const tableOf = (routes: NonNullable<SnapshotPlan['routes']>): RouteTable =>
  buildSnapshot({ groups: { g: { members: { gw: 1 } } }, routes }).routes;

const ids = (routes: Iterable<Route>) => [...routes].map(({ id }) => id);

const prefixes = fc.oneof(
  fc.constant(null),
  fc.string({ unit: fc.constantFrom('1', '2', '+'), minLength: 1, maxLength: 5 }),
);
const routes = fc.array(
  fc.record({
    context: fc.constantFrom('default', 'DEFAULT', 'Default', 'other', 'constructor', '__proto__'),
    position: fc.integer({ min: -2, max: 2 }),
    destinationPrefix: prefixes.map((prefix) => prefix?.replaceAll(/(?<=.)\+/g, '1') ?? null),
    callerPattern: fc.constantFrom(null, '^1', '2$'),
  }),
  { maxLength: 40 },
);
const calls = fc.record({
  context: fc.constantFrom('default', 'dEFAULT', 'Other', 'CONSTRUCTOR', '__PROTO__', 'unknown', ''),
  number: fc.string({ unit: fc.constantFrom('1', '2', '+'), maxLength: 7 }),
  caller: fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 3 }),
});

describe('a route table', () => {
  it('tries the routes of the context whose prefix fits by position, then longest prefix, then id; first match wins', () => {
    fc.assert(
      fc.property(routes, calls, (rows, { context, number, caller }) => {
        const call = buildCall({ context, number, caller });
        const fitting = rows
          .map((row, at) => ({ ...row, id: at + 1, prefix: row.destinationPrefix ?? '' }))
          .filter((row) => row.context.toLowerCase() === context.toLowerCase() && number.startsWith(row.prefix))
          .sort((a, b) => a.position - b.position || b.prefix.length - a.prefix.length || a.id - b.id);
        const matching = fitting.find(
          ({ callerPattern }) =>
            callerPattern === null || (callerPattern === '^1' ? caller.startsWith('1') : caller.endsWith('2')),
        );
        const table = tableOf(rows);
        expect(table.size).toBe(rows.length);
        expect(ids(table.candidates(call))).toEqual(fitting.map(({ id }) => id));
        expect(table.match(call)?.id).toBe(matching?.id);
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order in which routes are given', () => {
    const given = ids(tableOf([{}, { position: 5 }, { destinationPrefix: '1' }, {}]).candidates(buildCall()));
    const source = buildSnapshot({
      groups: { g: { members: { gw: 1 } } },
      routes: [{}, { position: 5 }, { destinationPrefix: '1' }, {}],
    });
    const reversed = new RouteTable([...source.routes.candidates(buildCall())].reverse());
    expect(given).toEqual([2, 3, 1, 4]);
    expect(ids(reversed.candidates(buildCall()))).toEqual(given);
  });

  it('lets a lower position win over a longer prefix', () => {
    const table = tableOf([{ destinationPrefix: '100', position: 101 }, { position: 100 }]);
    expect(table.match(buildCall({ number: '1000' }))?.id).toBe(2);
  });

  it('goes on to the next candidate where a condition is not met', () => {
    const table = tableOf([{ destinationPrefix: '1', callerPattern: '^9' }, { callerPattern: '^8' }, {}]);
    expect(table.match(buildCall({ caller: '900' }))?.id).toBe(1);
    expect(table.match(buildCall({ caller: '800' }))?.id).toBe(2);
    expect(table.match(buildCall({ caller: '700' }))?.id).toBe(3);
  });
});
