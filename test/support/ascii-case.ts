/**
 * Compares two strings like C's strcasecmp in the C locale: only the letters A to Z fold. JavaScript's own
 * lower-casing folds far more (the Kelvin sign becomes `k`), so it would accept names that FreeSWITCH tells apart.
 */
export function equalIgnoringAsciiCase(left: string, right: string): boolean {
  return asciiLower(left) === asciiLower(right);
}

/** The string with A to Z lower-cased and everything else as it is. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
