import { stripVTControlCharacters } from 'node:util';

/**
 * Breaks a line between words so that it fits the width. A word that is wider, such as a path, stays whole: whoever
 * copies it needs all of it.
 * @param width columns of the terminal; Infinity = nothing is broken
 * @param indent columns before the second line and all after it; below the width
 */
export function wrapText(line: string, width: number, indent: number): string {
  if (width === Infinity) return line;
  const [start = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = start;
  let isEmpty = true;
  for (const word of line.slice(start.length).split(' ')) {
    const longer = isEmpty ? current + word : `${current} ${word}`;
    if (isEmpty || lengthOf(longer) <= width) current = longer;
    else {
      lines.push(current.trimEnd());
      current = ' '.repeat(indent) + word;
    }
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}

function lengthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
