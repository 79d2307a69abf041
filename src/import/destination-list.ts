/** One gateway or carrier of a list of OpenSIPS's, such as `gw1=50,gw2=50,#carrier3`. */
export interface ListedDestination {
  readonly id: string;
  readonly isCarrier: boolean;
  /** 0 where none is said. */
  readonly weight: number;
}

const DESTINATION = /\s*(#?)([^\s,|=#]+)\s*(?:=\s*(-?\d{1,9})\s*)?(?:[,|]|$)/y;

/**
 * Reads a list of drouting's (parse_destination_list): ids between commas or bars, `#` before a carrier's, `=weight`
 * behind.
 * @returns what is wrong with it, as a text, where the module would refuse it
 */
export function parseDestinationList(text: string): readonly ListedDestination[] | string {
  const list: ListedDestination[] = [];
  const end = text.trimEnd().length;
  DESTINATION.lastIndex = 0;
  while (DESTINATION.lastIndex < end) {
    const at = DESTINATION.lastIndex;
    const [, mark, id, weight] = DESTINATION.exec(text.slice(0, end)) ?? [];
    if (id === undefined) return `the list '${text}' cannot be read from '${text.slice(at, at + 20)}' on`;
    if (Number(weight ?? 0) < 0) return `the list '${text}' has a negative weight`;
    list.push({ id, isCarrier: mark === '#', weight: Number(weight ?? 0) });
  }
  return list;
}

/** The list written in one way, so that equal ones are seen to be equal; also what a group for it is called. */
export function listName(list: readonly ListedDestination[]): string {
  return list.map(({ id, weight }) => (weight === 0 ? id : `${id}-${weight}`)).join('_');
}
