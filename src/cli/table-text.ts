/** A column is not made narrower than this to fit. */
const NARROWEST = 4;

const GAP = '  ';

/**
 * Rows as columns that fit the width: where they do not, columns in which nothing stands are left out, and then the widest
 * columns of text are cut, with an ellipsis. Numbers
 * stand to the right and are never cut, since what is left of one would be another number; nor are their headings. What a
 * cell holds cannot reach the terminal as anything but text.
 * @param width columns of the terminal; Infinity = nothing is cut
 */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const whole = columnsText(header, rows, Infinity);
  if (width === Infinity || whole.split('\n').every((line) => lengthOf(line) <= width)) return whole;
  const isUsed = header.map((_, at) => rows.length === 0 || rows.some((row) => (row[at] ?? '') !== ''));
  const used = (line: readonly string[]): readonly string[] =>
    header.flatMap((_, at) => (isUsed[at] === true ? [line[at] ?? ''] : []));
  return columnsText(used(header), rows.map(used), width);
}

function columnsText(header: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const lines = [header, ...rows].map((line) => header.map((_, at) => printable(line[at] ?? '')));
  const isNumber = header.map((_, at) => isNumeric(rows.map((row) => row[at] ?? '')));
  const widths = fit(
    header.map((_, at) => Math.max(...lines.map((line) => lengthOf(line[at] ?? '')))),
    isNumber,
    width,
  );
  const text = lines.map((line) => {
    const cells = line.map((cell, at) => pad(cut(cell, widths[at] ?? 0), widths[at] ?? 0, isNumber[at] === true));
    return cells.join(GAP).trimEnd();
  });
  return `${text.join('\n')}\n`;
}

function isNumeric(cells: readonly string[]): boolean {
  return cells.some((cell) => cell !== '') && cells.every((cell) => /^-?[0-9.,]*%?$/.test(cell));
}

/** Control characters, and what turns the direction of text around, become a visible mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}

/** Takes from the widest text until all fit, or all are as narrow as can be. */
function fit(wanted: readonly number[], isFixed: readonly boolean[], width: number): readonly number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, it) => sum + it, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    const widest = Math.max(...widths.map((it, at) => (isFixed[at] === true ? 0 : it)));
    if (widest <= NARROWEST) break;
    widths[widths.findIndex((it, at) => it === widest && isFixed[at] !== true)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function cut(text: string, width: number): string {
  return lengthOf(text) <= width
    ? text
    : `${Array.from(text)
        .slice(0, width - 1)
        .join('')}\u2026`;
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return toTheRight ? space + text : text + space;
}
