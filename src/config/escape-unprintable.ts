/** Control characters, those of the upper half too, and what makes a terminal write from right to left. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with everything that a terminal would act on written as `\uXXXX`: one line, whatever came with a call. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/**
 * The value as JSON on one line, or on indented ones, that reads back as the same and that a terminal can show:
 * `JSON.stringify` escapes the lower control characters only.
 * @param indent columns for each level; 0 = one line
 */
export function printableJson(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, null, indent);
  return indent === 0 ? escapeUnprintable(json) : json.replace(UNPRINTABLE, (it) => (it === '\n' ? it : escaped(it)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
