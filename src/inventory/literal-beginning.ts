/** What may stand for itself in a pattern, or after a backslash; the longest run of them is looked at. */
const LITERAL = /^(?:[0-9A-Za-z#_-]|\\[+*.-])/;

/** What makes the character before it optional, or repeats it. */
const QUANTIFIER = /^[?*{+]/;

/**
 * The text with which every match of an anchored pattern begins: "49" of `^49[0-9]+$`. "" where it is not known; the
 * pattern is only read as far as it is plain text, and not at all where it has alternatives.
 */
export function literalBeginning(pattern: string): string {
  if (!pattern.startsWith('^') || pattern.includes('|')) return '';
  let rest = pattern.slice(1);
  let beginning = '';
  for (;;) {
    const [literal] = LITERAL.exec(rest) ?? [];
    if (literal === undefined) return beginning;
    rest = rest.slice(literal.length);
    if (QUANTIFIER.test(rest)) return beginning;
    beginning += literal.at(-1) ?? '';
  }
}
