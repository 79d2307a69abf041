import { MATCH_LENGTH_LIMIT, type Pattern } from '../routing/route.ts';

/** So often a repeated part is tried. */
const REPETITIONS: readonly number[] = [1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Enough for any pattern of a route; one with more ways than that is given up. */
const TRIES_LIMIT = 2_000;

/** Texts that a part of a pattern stands for. */
type Texts = readonly string[];

/**
 * Makes up a text that a pattern matches, which the pattern itself confirms. Knows what patterns of numbers are written
 * with: literals, `\\d`, sets, dots, groups, alternatives, repetitions, anchors.
 * @param suits what else the text has to be
 * @returns undefined where none was found
 */
export function samplePattern(pattern: Pattern, suits: (text: string) => boolean): string | undefined {
  const reader = { source: pattern.source, at: 0 };
  const texts = readAlternatives(reader);
  if (texts === undefined || reader.at < reader.source.length) return undefined;
  return texts.find((text) => pattern.matches(text) && suits(text));
}

interface Reader {
  readonly source: string;
  at: number;
}

/** @returns undefined where something is not known */
function readAlternatives(reader: Reader): Texts | undefined {
  const all: string[] = [];
  for (;;) {
    const texts = readSequence(reader);
    if (texts === undefined) return undefined;
    all.push(...texts);
    if (reader.source[reader.at] !== '|') return all;
    reader.at += 1;
  }
}

function readSequence(reader: Reader): Texts | undefined {
  let texts: Texts = [''];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] ?? '')) {
    const atom = readAtom(reader);
    if (atom === undefined) return undefined;
    texts = crossed(texts, readRepetition(reader, atom));
  }
  return texts;
}

/** The texts that one part stands for; of a set its first digit is enough. */
function readAtom(reader: Reader): Texts | undefined {
  const { source } = reader;
  const character = source[reader.at] ?? '';
  reader.at += 1;
  if (character === '^' || character === '$') return [''];
  if (character === '.') return ['1'];
  if (character === '[') return readSet(reader);
  if (character === '\\') {
    const escaped = source[reader.at] ?? '';
    reader.at += 1;
    if (escaped === 'd') return ['1'];
    if (escaped === 'w') return ['a'];
    if ('AzbB'.includes(escaped)) return [''];
    return /[^A-Za-z0-9]/.test(escaped) ? [escaped] : undefined;
  }
  if (character === '(') {
    const flags = /^\?(?::|i:|P?<[A-Za-z0-9_]+>)/.exec(source.slice(reader.at));
    if (flags !== null) reader.at += flags[0].length;
    else if (source[reader.at] === '?') return undefined;
    const inner = readAlternatives(reader);
    if (source[reader.at] !== ')') return undefined;
    reader.at += 1;
    return inner;
  }
  return '*+?{'.includes(character) ? undefined : [character];
}

/** Of a set, one character that is in it: the pattern itself decides whether it really is. */
function readSet(reader: Reader): Texts | undefined {
  const [whole, negation = '', body = ''] = /^(\^?)((?:\\.|[^\]\\])+)\]/.exec(reader.source.slice(reader.at)) ?? [];
  if (whole === undefined) return undefined;
  reader.at += whole.length;
  if (negation !== '') return ['1', '5', '9', '0', '+', 'a', '*'];
  const plain = body.replace(/\\d/g, '0-9').replace(/\\(.)/g, '$1');
  return [...new Set(Array.from(plain.replace(/(?<=.)-(?=.)/g, '')))];
}

function readRepetition(reader: Reader, atom: Texts): Texts {
  const [whole, least = '', comma, most = ''] =
    /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(reader.source.slice(reader.at)) ?? [];
  if (whole === undefined) return atom;
  reader.at += whole.length;
  const [from, upTo] = boundsOf(whole, least, comma, most);
  // A usual length first.
  const counts = [...new Set([...REPETITIONS.map((it) => it + from), from])].filter((it) => it >= from && it <= upTo);
  return counts
    .flatMap((count) =>
      crossed(
        [''],
        atom.map((text) => repeated(text, count)),
      ),
    )
    .slice(0, TRIES_LIMIT);
}

/** How often at least, and at most: ten more where there is no end. */
function boundsOf(whole: string, least: string, comma: string | undefined, most: string): readonly [number, number] {
  if (whole.startsWith('*')) return [0, 10];
  if (whole.startsWith('+')) return [1, 10];
  if (whole.startsWith('?')) return [0, 1];
  const from = Number(least);
  if (comma === undefined) return [from, from];
  return [from, most === '' ? from + 10 : Number(most)];
}

/** Each followed by each, as far as they are few and short enough. */
function crossed(texts: Texts, endings: Texts): Texts {
  const all: string[] = [];
  for (const text of texts) {
    for (const ending of endings) {
      if (all.length >= TRIES_LIMIT) return all;
      if (text.length + ending.length <= MATCH_LENGTH_LIMIT) all.push(text + ending);
    }
  }
  return all;
}

/** Too long a text is not made at all: one that is just too long stands for it. */
function repeated(text: string, count: number): string {
  return text.repeat(text.length === 0 ? 1 : Math.min(count, Math.ceil((MATCH_LENGTH_LIMIT + 1) / text.length)));
}
