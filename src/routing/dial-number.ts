/**
 * A number that may stand in a dial string: proven by `parseDialNumber` to hold nothing that FreeSWITCH reads as
 * another leg, variable, parameter or host (contract 6.5). No string to the compiler: into a document it comes by
 * `provenText` alone.
 */
export interface DialNumber {
  readonly brand: 'DialNumber';
}

/** Which characters a route lets through: telephone numbers, or names of users as well. */
export type Charset = 'digits' | 'user';

/** Longest number after an optional `+`. */
export const NUMBER_LENGTH_LIMIT = 64;

const WHOLE: Readonly<Record<Charset, RegExp>> = {
  digits: /^\+?[0-9*#]{1,64}$/,
  user: /^\+?[0-9*#A-Za-z._-]{1,64}$/,
};

const BEGINNING: Readonly<Record<Charset, RegExp>> = {
  digits: /^\+?[0-9*#]{0,64}$/,
  user: /^\+?[0-9*#A-Za-z._-]{0,64}$/,
};

export const CHARSET_RULE: Readonly<Record<Charset, string>> = {
  digits: 'an optional "+", then 1 to 64 of 0-9 * #',
  user: 'an optional "+", then 1 to 64 of 0-9 * # A-Z a-z . _ -',
};

/** Why a number is refused with 484; also a metric's label, so the list is closed. */
export type NumberRejection = 'empty' | 'too_long' | 'charset' | 'after_rules';

/** The number as one that may be dialled, or undefined where a character or the length forbids it. */
export function parseDialNumber(text: string, charset: Charset): DialNumber | undefined {
  return WHOLE[charset].test(text) ? (text as unknown as DialNumber) : undefined;
}

/** The number's characters, to be shown and compared. */
export function dialledText(number: DialNumber): string {
  return number as unknown as string;
}

/** Whether some number that may be dialled begins with this text. */
export function canBeginNumber(text: string, charset: Charset): boolean {
  return BEGINNING[charset].test(text);
}

/** Names why a text that `parseDialNumber` refused is refused. */
export function rejectionOf(text: string): NumberRejection {
  if (text === '') return 'empty';
  const digits = text.startsWith('+') ? text.length - 1 : text.length;
  return digits > NUMBER_LENGTH_LIMIT ? 'too_long' : 'charset';
}
