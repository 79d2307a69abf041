import { type ListedDestination, parseDestinationList } from './destination-list.ts';
import type { SourcePlace } from './reading.ts';
import type { ReadingBuilder } from './reading-builder.ts';
import { integerOf, type SourceRow, textOf } from './source-row.ts';

export interface Carrier {
  readonly id: string;
  readonly from: SourcePlace;
  readonly list: readonly ListedDestination[];
  readonly isWeighted: boolean;
  /** Only one gateway of it is tried for a call. */
  readonly isFirstOnly: boolean;
  readonly isOff: boolean;
  readonly description: string;
}

/**
 * Reads dr_carriers. Before the column sort_alg was there, the flags began with the one for weights.
 * @param gateways names by gwid
 */
export function readCarriers(
  rows: readonly SourceRow[],
  gateways: ReadonlyMap<string, string>,
  builder: ReadingBuilder,
): ReadonlyMap<string, Carrier> {
  const carriers = new Map<string, Carrier>();
  for (const row of rows) {
    const id = textOf(row, 'carrierid').trim();
    const what = `carrier ${id}`;
    const list = parseDestinationList(textOf(row, 'gwlist'));
    const flags = integerOf(row, 'flags', 0);
    const state = integerOf(row, 'state', 0);
    if (id === '') builder.leaveOut(row.from, 'a row of dr_carriers', 'carrierid is empty');
    else if (carriers.has(id)) builder.leaveOut(row.from, what, 'a row before has the same carrierid');
    else if (typeof list === 'string') builder.leaveOut(row.from, what, list);
    else if (flags === undefined || state === undefined)
      builder.leaveOut(row.from, what, 'flags or state is no whole number');
    else if (list.some(({ isCarrier }) => isCarrier))
      builder.leaveOut(row.from, what, 'its list names a carrier, which OpenSIPS refuses');
    else {
      const known = withoutUnknown(row.from, what, list, gateways, builder);
      const isNew = row.columns.has('sort_alg');
      const sort = sortAlgorithm(row, what, builder);
      const description = textOf(row, 'description').trim();
      carriers.set(id, {
        id,
        from: row.from,
        list: known,
        isWeighted: isNew ? sort === 'W' : (flags & 1) !== 0,
        isFirstOnly: (flags & (isNew ? 1 : 2)) !== 0,
        isOff: state !== 0 || (flags & (isNew ? 2 : 4)) !== 0,
        description,
      });
      reportAttributes(row, what, builder);
    }
  }
  return carriers;
}

/** `W`, or `N` for everything else. */
export function sortAlgorithm(row: SourceRow, what: string, builder: ReadingBuilder): 'N' | 'W' {
  const sort = textOf(row, 'sort_alg').trim().toUpperCase();
  if (sort === 'Q') {
    const why = 'the order of the list is taken; whose calls fail is learned from the calls, see docs/health.md';
    builder.leaveOut(row.from, `${what}, sort_alg Q`, why);
  }
  return sort === 'W' ? 'W' : 'N';
}

/** Those that are not there, OpenSIPS passes over as well. */
export function withoutUnknown(
  from: SourcePlace,
  what: string,
  list: readonly ListedDestination[],
  known: ReadonlyMap<string, unknown>,
  builder: ReadingBuilder,
): readonly ListedDestination[] {
  return list.filter(({ id, isCarrier }) => {
    if (isCarrier || known.has(id)) return true;
    builder.leaveOut(
      from,
      `${what}, gateway ${id} in its list`,
      'no row of dr_gateways that was taken over has this gwid',
    );
    return false;
  });
}

/** What only the script of OpenSIPS reads. */
export function reportAttributes(row: SourceRow, what: string, builder: ReadingBuilder): void {
  const attributes = textOf(row, 'attrs').trim();
  if (attributes === '') return;
  builder.leaveOut(row.from, `${what}, attrs '${attributes}'`, 'for the script of OpenSIPS; nothing here reads it');
}
