import { type Charset, NUMBER_LENGTH_LIMIT, parseDialNumber } from '../routing/dial-number.ts';
import { applyNumberRules, type NumberRules } from '../routing/number-rules.ts';

/** How a number gets into a dial string of the switch's own files: only as what an anchored expression captured. */
export interface NumberProof {
  /** Matches exactly the called numbers of which something can be dialled, and captures what is kept of them. */
  readonly expression: string;
  /** What is dialled: a constant beginning, then the captures. */
  readonly dialled: string;
}

/** A character of a number after its optional `+`. */
const CHARACTER: Readonly<Record<Charset, string>> = { digits: '[0-9*#]', user: '[0-9*#A-Za-z._-]' };

/** The whole of a number that may be dialled. `$` would let a line's end through after it (contract 6.2). */
export function wholeNumber(charset: Charset): string {
  return `^(\\+?${CHARACTER[charset]}{1,${NUMBER_LENGTH_LIMIT}})\\z`;
}

/** So many characters after an optional `+`. */
interface Lengths {
  readonly least: number;
  readonly most: number;
}

/**
 * Proves called numbers by one expression, as `routeNumber` and `gatewayNumber` prove them step by step: the number as
 * it was called, and after each of the rules.
 * @param steps the route's rules, then the gateway's
 * @param prefix what the called number is known to begin with
 * @returns undefined where no number at all is left to dial
 */
export function proveNumber(charset: Charset, steps: readonly NumberRules[], prefix = ''): NumberProof | undefined {
  const kept = keptAfter(steps);
  const allowed = [true, false].map((hasPlus) =>
    prefix === '' || prefix.startsWith('+') === hasPlus ? lengthsAllowed(charset, steps, hasPlus) : undefined,
  );
  const [withPlus, without] = allowed;
  const isSame = kept.from === 0 && withPlus?.least === without?.least && withPlus?.most === without?.most;
  const alternatives =
    isSame && without !== undefined
      ? [`(\\+?${repeated(CHARACTER[charset], without.least, without.most)})`]
      : allowed.flatMap((lengths, at) =>
          lengths === undefined ? [] : alternativesFor(CHARACTER[charset], at === 0, lengths, kept.from),
        );
  if (alternatives.length === 0) return undefined;
  const captures = alternatives.filter((it) => it.includes('(')).map((_, at) => `$${at + 1}`);
  const [only = ''] = alternatives;
  const body = alternatives.length === 1 ? only : `(?:${alternatives.join('|')})`;
  return { expression: `^${body}\\z`, dialled: kept.prefix + captures.join('') };
}

/** What all steps together do to a number that is long enough: what comes before, and from where on it is kept. */
function keptAfter(steps: readonly NumberRules[]): { readonly prefix: string; readonly from: number } {
  let prefix = '';
  let from = 0;
  for (const { stripDigits, addPrefix } of steps) {
    from += Math.max(0, stripDigits - prefix.length);
    prefix = addPrefix + prefix.slice(stripDigits);
  }
  return { prefix, from };
}

/**
 * Of which lengths a number stays one that can be dialled at every step. A step's result depends on the length alone,
 * and what it allows is one run of lengths, so that all that is left after all steps is one too.
 */
function lengthsAllowed(charset: Charset, steps: readonly NumberRules[], hasPlus: boolean): Lengths | undefined {
  let least = 0;
  let most = 0;
  for (let length = 1; length <= NUMBER_LENGTH_LIMIT; length += 1) {
    if (!staysDialable(`${hasPlus ? '+' : ''}${'0'.repeat(length)}`, charset, steps)) continue;
    if (least === 0) least = length;
    most = length;
  }
  return least === 0 ? undefined : { least, most };
}

function staysDialable(number: string, charset: Charset, steps: readonly NumberRules[]): boolean {
  let text = number;
  for (const rules of steps) {
    text = applyNumberRules(text, rules);
    if (parseDialNumber(text, charset) === undefined) return false;
  }
  return true;
}

/** Numbers with a `+`, or without: those too short for anything to be kept, and those of which the rest is captured. */
function alternativesFor(
  character: string,
  hasPlus: boolean,
  { least, most }: Lengths,
  from: number,
): readonly string[] {
  const plus = hasPlus ? '\\+' : '';
  // The + is one of the characters that are stripped.
  const stripped = Math.max(0, hasPlus ? from - 1 : from);
  const alternatives: string[] = [];
  if (least <= Math.min(stripped, most)) alternatives.push(plus + repeated(character, least, Math.min(stripped, most)));
  if (most > stripped) {
    const rest = repeated(character, Math.max(least - stripped, 1), most - stripped);
    const before = stripped === 0 ? '' : repeated(character, stripped, stripped);
    alternatives.push(from === 0 ? `(${plus}${rest})` : `${plus}${before}(${rest})`);
  }
  return alternatives;
}

function repeated(character: string, least: number, most: number): string {
  if (least === most) return least === 1 ? character : `${character}{${least}}`;
  return `${character}{${least},${most}}`;
}
