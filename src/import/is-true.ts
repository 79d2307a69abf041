import { leadingInteger } from './leading-integer.ts';

const TRUE_WORDS: ReadonlySet<string> = new Set(['yes', 'on', 'true', 't', 'enabled', 'active', 'allow']);

/** What FreeSWITCH takes for "yes" (switch_true): some words, and any number that is not 0. */
export function isTrue(text: string | undefined): boolean {
  if (text === undefined) return false;
  return TRUE_WORDS.has(text.toLowerCase()) || (/^[-+]?[\d.]*$/.test(text) && leadingInteger(text) !== 0);
}
