/** Hides the last digits of numbers, so that what is kept of calls does not tell who called whom. */
export interface NumberMask {
  /** Of a number as somebody dialled it, or called from. */
  number(text: string): string;
  /** Of what a route or a gateway made of a number. */
  madeFrom(text: string, dialled: string): string;
  /** Of a header's value, where it may be, or hold, a number. */
  header(text: string): string;
}

/** Digits of any script, and what people write between them. */
const RUN = /\p{Nd}(?:[ ().\/-]*\p{Nd})*/gu;
const DIGIT = /\p{Nd}/gu;

/** Shorter ones are accounts, counts and extensions: what routes ask headers for. */
const NUMBER_DIGITS = 5;
const ADDRESS = /(?:sips?|tel):|@/i;

/**
 * Writes `x` for the last so many digits of each run of digits, and for all of a shorter one.
 * @param count 0 = nothing is hidden
 */
export function numberMask(count: number): NumberMask {
  if (count === 0) return { number: asItIs, madeFrom: asItIs, header: asItIs };
  const number = (text: string): string => text.replace(RUN, (run) => maskLast(run, count));
  return {
    number,
    madeFrom: (text, dialled) => {
      const [made, from] = [digitsOf(text), digitsOf(dialled)];
      const hidden = from.slice(-count);
      const ahead = made.slice(0, made.length - commonEnd(made, from));
      // A rule of the inventory may repeat or turn round what was dialled: the hidden digits would stand elsewhere.
      const isAtEnd = hidden !== '' && made.endsWith(hidden) && !ahead.includes(hidden);
      return isAtEnd ? number(text) : text.replace(DIGIT, 'x');
    },
    header: (text) => (mayHoldNumber(text) ? number(text) : text),
  };
}

function asItIs(text: string): string {
  return text;
}

function mayHoldNumber(text: string): boolean {
  return ADDRESS.test(text) || (text.match(RUN) ?? []).some((run) => digitsOf(run).length >= NUMBER_DIGITS);
}

function digitsOf(text: string): string {
  return (text.match(DIGIT) ?? []).join('');
}

/** How long the end is that both have. */
function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}

function maskLast(run: string, count: number): string {
  let left = (run.match(DIGIT) ?? []).length - count;
  return run.replace(DIGIT, (digit) => {
    left -= 1;
    return left >= 0 ? digit : 'x';
  });
}
