import { type CallerText, plainText } from '../routing/call.ts';

/** A caller id that FreeSWITCH may be handed: no character of it means anything to a dial string or a SIP header. */
export interface CleanText {
  readonly brand: 'CleanText';
}

/** Who calls, as the switch says it. */
export interface CallerIds {
  readonly number: CallerText;
  readonly name: CallerText;
}

/** What the switch has to be told instead; undefined = what it has does no harm. */
export interface CleanCallerIds {
  readonly number: CleanText | undefined;
  readonly name: CleanText | undefined;
}

/**
 * What FreeSWITCH writes into the next leg's From, Remote-Party-ID and P-Asserted-Identity and can be read there only as
 * what it is. The number stands bare in a URI; the name stands in quotes, and FreeSWITCH decodes `%XX` in it once
 * more as it writes it: `%0D%0A` would begin a header of the caller's own, a backslash would end with the quotes (contract 6.5).
 */
const HARMLESS_NUMBER = /^[0-9A-Za-z*#+._~!()&=-]{0,128}$/;
const HARMLESS_NAME = /^[^%"\\<>$\p{Cc}\u2028\u2029\ufffd]{0,128}$/u;

const NOT_IN_NUMBER = /[^0-9A-Za-z*#+._-]/g;
const NOT_IN_NAME = /[\s,'"\\{}[\]|$<>^;:/@%\p{Cc}\u2028\u2029\ufffd]+/gu;

/** As much as the inventory may say of a route's own caller id. */
const LENGTH_LIMIT = 64;

/** Of a number nothing was left of; RFC 3323 says it so. */
const NO_NUMBER = 'anonymous';

/** FreeSWITCH's own word for no name at all (sofia_glue.c). */
const NO_NAME = '_undef_';

/** Cleans what a caller says of itself where it could do harm; nearly every call has nothing of that. */
export function cleanCallerIds({ number, name }: CallerIds): CleanCallerIds {
  const [itsNumber, itsName] = [plainText(number), plainText(name)];
  return {
    number: HARMLESS_NUMBER.test(itsNumber) ? undefined : cleanNumber(itsNumber),
    name: HARMLESS_NAME.test(itsName) ? undefined : cleanName(itsName),
  };
}

function cleanNumber(text: string): CleanText {
  const kept = text
    .replace(NOT_IN_NUMBER, '')
    .replace(/(?!^)\+/g, '')
    .slice(0, LENGTH_LIMIT);
  return (kept === '' || kept === '+' ? NO_NUMBER : kept) as unknown as CleanText;
}

function cleanName(text: string): CleanText {
  const kept = Array.from(text.replace(NOT_IN_NAME, ' ').trim()).slice(0, LENGTH_LIMIT).join('').trim();
  return (kept === '' ? NO_NAME : kept) as unknown as CleanText;
}
