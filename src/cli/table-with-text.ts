import { printable, tableText } from './table-text.ts';
import { wrapText } from './wrap-text.ts';

/** Columns before a text that stands below its row. */
const INDENT = 4;

/**
 * Rows whose last column is a sentence, which is of no use cut: where a table does not fit the width, each row's sentence
 * stands on lines of its own below it.
 * @param width columns of the terminal; Infinity = everything fits
 * @returns the heading, then each row, one or several lines each, without the last line's end
 */
export function tableWithText(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const whole = linesOf(tableText(header, rows, Infinity));
  if (whole.every((line) => Array.from(line).length <= width)) return whole;
  const lines = linesOf(
    tableText(
      header.slice(0, -1),
      rows.map((row) => row.slice(0, header.length - 1)),
      width,
    ),
  );
  return [header, ...rows].map((row, at) => {
    const text = printable(row[header.length - 1] ?? '');
    return `${lines[at] ?? ''}${text === '' ? '' : `\n${wrapText(' '.repeat(INDENT) + text, width, INDENT)}`}`;
  });
}

function linesOf(table: string): readonly string[] {
  return table.slice(0, -1).split('\n');
}
