import { stripVTControlCharacters } from 'node:util';

/**
 * Breaks a line between words so that it fits the width. A word that is wider, such as a path, stays whole: whoever
 * copies it needs all of it.
 * @param width columns of the terminal; Infinity = nothing is broken
 * @param indent columns before the second line and all after it; below the width
 */
export function wrapText(line: string, width: number, indent: number): string {
  if (width === Infinity) return line;
  const lines: string[] = [];
  let current = '';
  for (const [, gap = '', word = ''] of line.matchAll(/( *)([^ ]+)/g)) {
    const longer = current + gap + word;
    if (current === '' || lengthOf(longer) <= width) current = longer;
    else {
      lines.push(current);
      current = ' '.repeat(indent) + word;
    }
  }
  return [...lines, current].join('\n');
}

function lengthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
