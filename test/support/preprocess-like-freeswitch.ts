/** The longest line FreeSWITCH reads, terminator included; the byte after it is lost (contract 2.3). */
export const longestLine = 1_048_574;

export type IncidentKind =
  /** `$${name}` was replaced by a global variable. */
  | 'expansion'
  /** `$${` without a closing brace: kept, but FreeSWITCH logs an error and the text was meant to be harmless. */
  | 'unterminated-expansion'
  /** An X-PRE-PROCESS element or a `<!--#` comment: FreeSWITCH would act on it. */
  | 'directive'
  /** A line dropped because it holds `<?`, `<include>` or `</include>`. */
  | 'dropped-markup'
  /** A line dropped because it holds `x-pre-process` that is not the start of an element. */
  | 'dropped-text'
  /** A NUL byte: the rest of the line is lost. */
  | 'nul'
  /** A line over the limit: a byte is lost and the rest is read as another line. */
  | 'long-line';

/** Something that makes an answer unsafe, or loses a part of it. Lines count from 1; CR and LF both end one. */
export interface Incident {
  readonly kind: IncidentKind;
  readonly line: number;
}

export interface Preprocessed {
  readonly text: Uint8Array;
  readonly incidents: readonly Incident[];
}

/**
 * What FreeSWITCH's line preprocessor makes of an HTTP answer before any XML parser sees it (contract 2.3).
 * Directives are reported and dropped, never executed. Lines that grow beyond the expansion buffer are not cut as
 * FreeSWITCH cuts them: the expansion is an incident anyway.
 */
export function preprocessLikeFreeswitch(
  bytes: Uint8Array,
  globals: ReadonlyMap<string, string> = new Map(),
): Preprocessed {
  const incidents: Incident[] = [];
  const kept: string[] = [];
  const state = { insideComment: false };
  let line = 0;
  for (const read of linesOf(Buffer.from(bytes).toString('latin1'))) {
    line += 1;
    const report = (kind: IncidentKind): void => {
      incidents.push({ kind, line });
    };
    if (read.overlong) {
      report('long-line');
    }
    kept.push(preprocessLine(read.text, globals, state, report));
  }
  return { text: Buffer.from(kept.join(''), 'latin1'), incidents };
}

function preprocessLine(
  read: string,
  globals: ReadonlyMap<string, string>,
  state: { insideComment: boolean },
  report: (kind: IncidentKind) => void,
): string {
  const nul = read.indexOf('\0');
  if (nul !== -1) {
    report('nul');
  }
  const expanded = expandGlobals(nul === -1 ? read : read.slice(0, nul), globals, report);

  // The test for these looks at the unexpanded line, which the expansion has cut at its first closing brace.
  if (/<\?|<\/?include>/.test(expanded.leftOfLine)) {
    if (!isOnlyXmlDeclaration(read)) {
      report('dropped-markup');
    }
    return '';
  }

  let text = expanded.text;
  if (state.insideComment) {
    const end = expanded.leftOfLine.indexOf('-->');
    if (end === -1) {
      report('directive');
      return '';
    }
    state.insideComment = false;
    text = expanded.leftOfLine.slice(end + '-->'.length);
  }

  const element = text.search(/x-pre-process/i);
  if (element !== -1) {
    report(text[element - 1] === '<' ? 'directive' : 'dropped-text');
    return '';
  }

  const comment = text.indexOf('<!--#');
  if (comment !== -1) {
    report('directive');
    const end = text.indexOf('-->', comment);
    state.insideComment = end === -1;
    // The text around the comment survives; the comment itself is what FreeSWITCH obeys.
    return text.slice(0, comment) + (end === -1 ? '' : text.slice(end + '-->'.length));
  }
  return text;
}

/** Replaces every `$${name}`; `leftOfLine` is what FreeSWITCH's in-place expansion leaves of its own input. */
function expandGlobals(
  line: string,
  globals: ReadonlyMap<string, string>,
  report: (kind: IncidentKind) => void,
): { readonly text: string; readonly leftOfLine: string } {
  let text = '';
  let leftOfLine = line;
  let at = 0;
  for (;;) {
    const start = line.indexOf('$${', at);
    if (start === -1) {
      return { text: text + line.slice(at), leftOfLine };
    }
    const end = closingBrace(line, start + 2);
    if (end === -1) {
      report('unterminated-expansion');
      text += line.slice(at, start + 1);
      at = start + 1;
      continue;
    }
    report('expansion');
    const name = Buffer.from(line.slice(start + 3, end), 'latin1').toString('utf8');
    text += line.slice(at, start) + Buffer.from(globals.get(name) ?? '', 'utf8').toString('latin1');
    leftOfLine = leftOfLine.length === line.length ? line.slice(0, end) : leftOfLine;
    at = end + 1;
  }
}

function closingBrace(line: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < line.length; at += 1) {
    if (line[at] === '{') {
      depth += 1;
    } else if (line[at] === '}') {
      depth -= 1;
      if (depth === 0) {
        return at;
      }
    }
  }
  return -1;
}

/** A declaration alone on its line is dropped without a loss, as contract rule 6 recommends it. */
function isOnlyXmlDeclaration(line: string): boolean {
  return /^\s*<\?xml\s[^<>$\0]*\?>\s*$/.test(line);
}

function* linesOf(document: string): Generator<{ readonly text: string; readonly overlong: boolean }> {
  const terminator = /[\r\n]/g;
  let start = 0;
  while (start < document.length) {
    terminator.lastIndex = start;
    const end = (terminator.exec(document)?.index ?? document.length - 1) + 1;
    const overlong = end - start > longestLine;
    yield { text: document.slice(start, overlong ? start + longestLine : end), overlong };
    start = overlong ? start + longestLine + 1 : end;
  }
}
