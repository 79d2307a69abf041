/** The number that a text begins with, 0 where it begins with none: C's atoi, with which FreeSWITCH reads numbers. */
export function leadingInteger(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([-+]?\d+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Math.max(-2_147_483_648, Math.min(2_147_483_647, Number(digits)));
}
