import type { TableRow } from '../inventory/table-rows.ts';
import type { NumberExpression } from './number-expression.ts';

/** A piece of what is dialled. */
type DialPart =
  | { readonly text: string }
  | { readonly capture: number }
  /** The called number from a character on. */
  | { readonly numberFrom: number };

/**
 * The columns of a route that dial what a dial string has after the gateway's name.
 * @param captures the expression that `$1` is a capture of; undefined where it stays as it is written
 * @returns why a route cannot, where it cannot
 */
export function dialRules(written: string, captures: NumberExpression | undefined): TableRow | string {
  const parts = readParts(written, captures);
  if (typeof parts === 'string') return parts;
  const last = parts.at(-1);
  const before = parts.slice(0, -1);
  const isPlain = before.every((part) => 'text' in part);
  if (isPlain && last !== undefined && 'numberFrom' in last) {
    const prefix = before.map((part) => ('text' in part ? part.text : '')).join('');
    return { strip_digits: last.numberFrom, add_prefix: prefix };
  }
  if (parts.some((part) => 'numberFrom' in part)) return `it dials '${written}', with something after the number`;
  const dialNumber = parts
    .map((part) => ('capture' in part ? `$${part.capture}` : 'text' in part ? part.text : ''))
    .join('');
  if (!dialNumber.includes('$')) return { dial_number: dialNumber };
  const highest = Math.max(...parts.map((part) => ('capture' in part ? part.capture : 0)));
  if (captures === undefined || highest > captures.groups) return `it dials '${written}', and there is no such capture`;
  return { destination_pattern: captures.compiled.source, dial_number: dialNumber };
}

function readParts(written: string, captures: NumberExpression | undefined): readonly DialPart[] | string {
  const parts: DialPart[] = [];
  const token = /\$\{destination_number(?::(\d+))?\}|\$(?:(\d)|\{(\d)\})|([0-9*#A-Za-z._+-]+)/y;
  while (token.lastIndex < written.length) {
    const at = token.lastIndex;
    const [all, skipped = '0', bare, braced, text] = token.exec(written) ?? [];
    if (all === undefined) return `it dials '${written.slice(at, at + 40)}', which is more than a number`;
    const capture = bare ?? braced;
    if (text !== undefined) parts.push({ text });
    else if (capture === undefined) parts.push({ numberFrom: Number(skipped) });
    else if (captures === undefined)
      return `it dials $${capture}, and the last condition captures nothing of the called number`;
    else {
      const part = partOfCapture(Number(capture), captures);
      if (part === undefined) return `it dials $${capture}, which is the whole match and not the whole number`;
      parts.push(part);
    }
  }
  return parts;
}

function partOfCapture(capture: number, captures: NumberExpression): DialPart | undefined {
  if (capture === 1 && captures.restFrom !== undefined) return { numberFrom: captures.restFrom };
  if (capture > 0) return { capture };
  return captures.isWhole ? { numberFrom: 0 } : undefined;
}
