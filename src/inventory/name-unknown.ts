import { distance } from 'fastest-levenshtein';
import { OperatorError } from '../errors/operator-error.ts';

/** So many names are listed where none is near. */
const NAMES_LIMIT = 12;

/** What is looked for, as a person calls it. */
export type NamedKind = 'gateway' | 'group' | 'route' | 'switch';

/**
 * The finding for a name that the inventory does not have: the nearest one is suggested, or the first are listed.
 * @param place where it was looked for, in words; everywhere where it is left out
 */
export function nameUnknown(kind: NamedKind, name: string, known: readonly string[], place = ''): OperatorError {
  const near = nearest(name, known);
  const what = `there is no such ${kind}${place === '' ? '' : ` ${place}`}`;
  const fix = near === undefined ? listed(known) : `did you mean '${near}'?`;
  return new OperatorError([{ code: 'name-unknown', where: `${kind} '${name}'`, what, fix }]);
}

/** The finding for a column that a table does not have: all that exist are listed. */
export function columnUnknown(where: string, column: string, known: readonly string[]): OperatorError {
  const near = nearest(column, known);
  const meant = near === undefined ? '' : `did you mean '${near}'? `;
  const what = `there is no column '${column}'`;
  return new OperatorError([{ code: 'column-unknown', where, what, fix: `${meant}there are: ${known.join(', ')}` }]);
}

/** One that differs by case alone, or by a third of its letters at most. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const it of known) {
    const far = distance(name.toLowerCase(), it.toLowerCase());
    if (far <= limit && (best === undefined || far < best.distance)) best = { name: it, distance: far };
  }
  return best?.name;
}

function listed(known: readonly string[]): string {
  if (known.length === 0) return 'there is none yet';
  const shown = known.slice(0, NAMES_LIMIT).join(', ');
  return `there are: ${shown}${known.length > NAMES_LIMIT ? ` and ${known.length - NAMES_LIMIT} more` : ''}`;
}
