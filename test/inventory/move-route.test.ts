import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OperatorError } from '../../src/errors/operator-error.ts';
import { moveRoute, routesInTurn } from '../../src/inventory/move-route.ts';
import { completeRow } from '../../src/inventory/row-key.ts';
import { TableEdits } from '../../src/inventory/table-edits.ts';
import { TABLE_NAMES, type TableRow, type TableRows } from '../../src/inventory/table-rows.ts';

const route = fc.record({
  context: fc.constantFrom('default', 'public'),
  position: fc.integer({ min: 98, max: 103 }),
  destination_prefix: fc.constantFrom(null, '+', '+4', '+49'),
});

function editsOf(routes: readonly TableRow[]): TableEdits {
  const rows = Object.fromEntries(TABLE_NAMES.map((table) => [table, table === 'routes' ? routes : []]));
  return new TableEdits(rows as unknown as TableRows);
}

it('stands right beside the other one afterwards, and all others are in the order that they had', () => {
  fc.assert(
    fc.property(
      fc.array(route, { minLength: 2, maxLength: 9 }),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('before' as const, 'after' as const),
      (made, one, two, side) => {
        const routes = made.map((it, at) => completeRow('routes', { ...it, id: at + 1, group_name: 'g' }));
        const moved = routes[one % routes.length]!;
        const inContext = routes.filter((it) => it['context'] === moved['context'] && it !== moved);
        fc.pre(inContext.length > 0);
        const other = inContext[two % inContext.length]!;
        const edits = editsOf(routes);
        moveRoute(edits, String(moved['id']), { side, other: String(other['id']) });
        const ids = routesInTurn(edits.rows('routes')).map(({ id }) => id);
        const expected = routesInTurn(routes).flatMap((it) => (it === moved ? [] : [it['id']]));
        expected.splice(expected.indexOf(other['id']) + (side === 'after' ? 1 : 0), 0, moved['id']);
        expect(ids).toEqual(expected);
        // Where there is room, nobody else is touched.
        const positions = inContext.map(({ position }) => Number(position));
        if (positions.every((it, at) => positions.every((its, its_at) => at === its_at || Math.abs(it - its) > 1))) {
          expect(edits.changes.length).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('refuses to stand beside itself, or beside a route of another context', () => {
  const routes = [
    completeRow('routes', { id: 1, name: 'a', context: 'default', group_name: 'g' }),
    completeRow('routes', { id: 2, name: 'b', context: 'public', group_name: 'g' }),
  ];
  const move = (other: string) => () => {
    moveRoute(editsOf(routes), 'a', { side: 'after', other });
  };
  expect(move('a')).toThrow(/cannot stand beside itself/);
  expect(move('b')).toThrow(/'b' in context 'public': neither is tried before the other/);
  expect(move('c')).toThrow(OperatorError);
});
