/** The longest line that FreeSWITCH reads whole, its end included; the byte after it is lost (contract 2.3). */
const LONGEST_LINE_BYTES = 1_048_574;

export interface FileLine {
  /** With its end. */
  readonly text: string;
  /** From 1, as editors count: CR LF is one end. */
  readonly line: number;
  /** Why FreeSWITCH could not read on from here. */
  readonly problem?: { readonly what: string; readonly fix: string };
}

/** The lines of a file; like FreeSWITCH's, they end at a CR as well as at an LF (switch_fp_read_dline). */
export function* splitLines(text: string): Generator<FileLine> {
  const end = /[\r\n]/g;
  let start = 0;
  let line = 1;
  while (start < text.length) {
    end.lastIndex = start;
    const next = (end.exec(text)?.index ?? text.length - 1) + 1;
    const read = text.slice(start, next);
    yield { text: read, line, ...problemOf(read) };
    if (read.endsWith('\n') || (read.endsWith('\r') && text[next] !== '\n')) line += 1;
    start = next;
  }
}

function problemOf(line: string): Pick<FileLine, 'problem'> {
  if (line.includes('\0')) {
    const fix = 'give the text file that is meant, in UTF-8 (not UTF-16)';
    return { problem: { what: 'a NUL byte: this is no text that FreeSWITCH reads', fix } };
  }
  // No character has more than three bytes for each UTF-16 unit.
  if (line.length * 3 > LONGEST_LINE_BYTES && Buffer.byteLength(line) > LONGEST_LINE_BYTES) {
    const what = `the line is longer than ${LONGEST_LINE_BYTES} bytes, of which FreeSWITCH loses some`;
    return { problem: { what, fix: 'break the line between two elements' } };
  }
  return {};
}
