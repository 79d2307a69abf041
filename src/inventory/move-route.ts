import { OperatorError } from '../errors/operator-error.ts';
import { routeLabel, routeNamed } from './set-route.ts';
import { rowAt } from './findings.ts';
import type { TableEdits } from './table-edits.ts';
import type { TableRow } from './table-rows.ts';

/** Where a route is to be tried among those of its context. */
export interface RoutePlace {
  readonly side: 'before' | 'after';
  readonly other: string;
}

/**
 * Puts a route right before or after another one of its context. Where there is no position between the two, those that
 * follow move on by as little as can be; routes of the same position stay together, since their prefixes order them.
 * @throws OperatorError name-unknown, value-invalid
 */
export function moveRoute(edits: TableEdits, label: string, { side, other }: RoutePlace): void {
  const row = routeNamed(edits, label);
  const neighbour = routeNamed(edits, other);
  const problem = obstacle(row, neighbour);
  if (problem !== undefined) {
    const fix = 'name another route of the same context';
    throw new OperatorError([{ code: 'value-invalid', where: rowAt('routes', label), what: problem, fix }]);
  }
  const rest = edits
    .rows('routes')
    .filter((it) => it['context'] === row['context'] && it !== row)
    .sort(inTurn);
  const at = rest.indexOf(neighbour) + (side === 'after' ? 1 : 0);
  const [previous, following] = [rest[at - 1], rest.slice(at)];
  const position = placeBetween(previous, following[0]);
  edits.set('routes', row, { position });
  let least = position + 1;
  let shift = 0;
  let tied: number | undefined;
  for (const it of following) {
    const was = positionOf(it);
    // A tie moves as one.
    if (was !== tied) shift = Math.max(0, least - was);
    tied = was;
    least = was + shift + 1;
    if (shift > 0) edits.set('routes', it, { position: was + shift });
  }
}

function obstacle(row: TableRow, neighbour: TableRow): string | undefined {
  if (row === neighbour) return 'it cannot stand beside itself';
  if (row['context'] === neighbour['context']) return undefined;
  const [one, other] = [String(row['context']), String(neighbour['context'])];
  return `it is in context '${one}', and '${routeLabel(neighbour)}' in context '${other}': neither is tried before the other`;
}

/** In the middle where there is room, so that the next one finds some too. */
function placeBetween(previous: TableRow | undefined, next: TableRow | undefined): number {
  if (previous === undefined) return next === undefined ? 100 : positionOf(next) - 10;
  const low = positionOf(previous);
  return next === undefined ? low + 10 : Math.max(low + 1, Math.floor((low + positionOf(next)) / 2));
}

/** By context, and within it in the order in which they are tried. */
export function routesInTurn(routes: readonly TableRow[]): readonly TableRow[] {
  const contextOf = (row: TableRow): string => String(row['context']);
  return [...routes].sort((one, other) =>
    contextOf(one) === contextOf(other) ? inTurn(one, other) : contextOf(one) < contextOf(other) ? -1 : 1,
  );
}

/** By position, then the longest prefix, then id (docs/inventory.md, as `routing/route-table` has it). */
function inTurn(one: TableRow, other: TableRow): number {
  return (
    positionOf(one) - positionOf(other) ||
    String(other['destination_prefix'] ?? '').length - String(one['destination_prefix'] ?? '').length ||
    Number(one['id']) - Number(other['id'])
  );
}

function positionOf(row: TableRow): number {
  return Number(row['position']);
}
