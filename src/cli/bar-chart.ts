import { printable } from './table-text.ts';
import { coloured, type Terminal } from './terminal.ts';

/** One bar, from 0 to 1, and where it should end. */
export interface Bar {
  readonly value: number;
  readonly target: number;
}

/** A name with a bar for each run. */
export interface BarRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** What bars are drawn with. */
interface Ink {
  /** Of the first run, the second ... */
  readonly full: readonly string[];
  /** Eighths of a cell, of the first run only. */
  readonly parts: readonly string[];
  readonly target: string;
}

const BLOCKS: Ink = { full: ['█', '▒'], parts: ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'], target: '│' };
const ASCII: Ink = { full: ['#', '='], parts: [''], target: '|' };

/** A chart is this wide where nobody says how wide it may be. */
const USUAL_WIDTH = 80;
const VALUE_WIDTH = 9;
const SHORTEST_BAR = 10;
const LONGEST_NAME = 24;

/** Whether text in this environment is UTF-8: the first of these variables that is set says so, as for every program. */
export function isUtf8(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => environment[name])
    .find((it) => it !== undefined && it !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}

/** Bars that fit the terminal, with a mark at each target: of block characters, or of ASCII where there are none. */
export function barChart(rows: readonly BarRow[], terminal: Terminal, hasBlocks: boolean): string {
  const ink = hasBlocks ? BLOCKS : ASCII;
  const width = Number.isFinite(terminal.width) ? terminal.width : USUAL_WIDTH;
  const names = rows.map(({ name }) => shortened(printable(name), hasBlocks));
  const nameWidth = Math.max(0, ...names.map((name) => Array.from(name).length));
  const length = Math.max(SHORTEST_BAR, width - nameWidth - VALUE_WIDTH - 3);
  const lines = rows.flatMap(({ bars }, row) =>
    bars.map((bar, run) => {
      const name = run === 0 ? (names[row] ?? '') : '';
      const value = `${(bar.value * 100).toFixed(1)} %`.padStart(VALUE_WIDTH);
      return `${name.padEnd(nameWidth)}  ${drawn(bar, run, length, ink, terminal)}${value}\n`;
    }),
  );
  return lines.join('');
}

function drawn({ value, target }: Bar, run: number, length: number, ink: Ink, terminal: Terminal): string {
  const eighths = Math.round(value * length * ink.parts.length);
  const full = ink.full[run % ink.full.length] ?? '';
  const part = run === 0 ? (ink.parts[eighths % ink.parts.length] ?? '') : '';
  const cells = Array.from(full.repeat(Math.floor(eighths / ink.parts.length)) + part);
  while (cells.length < length) cells.push(' ');
  const mark = Math.min(length - 1, Math.floor(target * length));
  if (target > 0) cells[mark] = ink.target;
  return coloured(terminal, run === 0 ? 'good' : 'doubtful', cells.slice(0, length).join(''));
}

function shortened(name: string, hasBlocks: boolean): string {
  const characters = Array.from(name);
  if (characters.length <= LONGEST_NAME) return name;
  return characters.slice(0, LONGEST_NAME - 1).join('') + (hasBlocks ? '…' : '~');
}
