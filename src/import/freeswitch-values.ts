const TRUE_WORDS: ReadonlySet<string> = new Set(['yes', 'on', 'true', 't', 'enabled', 'active', 'allow']);

/** What FreeSWITCH takes for "yes" (switch_true): some words, and any number that is not 0. */
export function isTrue(text: string | undefined): boolean {
  if (text === undefined) return false;
  return TRUE_WORDS.has(text.toLowerCase()) || (/^[-+]?[\d.]*$/.test(text) && leadingInteger(text) !== 0);
}

/** The number that a text begins with, 0 where it begins with none: C's atoi, with which FreeSWITCH reads numbers. */
export function leadingInteger(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([-+]?\d+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Math.max(-2_147_483_648, Math.min(2_147_483_647, Number(digits)));
}
