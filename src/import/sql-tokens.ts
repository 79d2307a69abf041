import type { SourcePlace } from './reading.ts';
import { sourceError } from './source-error.ts';
import type { SourceText } from './source-text.ts';
import type { SqlDialect } from './sql-dialect.ts';
import { decodeMysqlEscapes, decodePostgresqlEscapes } from './sql-escapes.ts';

export interface SqlToken {
  /** `name`: an identifier in `"` or backticks, which MySQL reads as a string where it is in `"`. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  /** Without quotes and escapes. */
  readonly text: string;
  readonly at: number;
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /[+-]?(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_]\w*)?\$/y;
const BLANKS = /[\s\uFEFF]+/y;
const SINGLE_QUOTE_OR_BACKSLASH = /['\\]/g;
const DOUBLE_QUOTE_OR_BACKSLASH = /["\\]/g;

/** Reads a dump token by token, each once. */
export class SqlTokens {
  readonly #source: SourceText;
  readonly #dialect: SqlDialect | undefined;
  #at = 0;
  /** Lines are counted as far as they were asked for, so that all of them cost one pass. */
  #line = 1;
  #lineStart = 0;
  #lineEnd: number | undefined;

  constructor(source: SourceText, dialect: SqlDialect | undefined) {
    this.#source = source;
    this.#dialect = dialect;
  }

  get dialect(): SqlDialect | undefined {
    return this.#dialect;
  }

  next(): SqlToken {
    this.#skipBlanks();
    const { text } = this.#source;
    const at = this.#at;
    const first = text[at];
    if (first === undefined) return { kind: 'end', text: '', at };
    if (first === "'") return { kind: 'string', text: this.#quoted("'", this.#dialect === 'mysql'), at };
    if (first === '"') return { kind: 'name', text: this.#quoted('"', this.#dialect === 'mysql'), at };
    if (first === '`') return { kind: 'name', text: this.#quoted('`', false), at };
    if (first === '$' && this.#dialect !== 'mysql') {
      const tag = this.#match(DOLLAR_QUOTE);
      if (tag !== undefined) return { kind: 'string', text: this.#dollarQuoted(tag, at), at };
    }
    const word = this.#match(WORD);
    if (word !== undefined) return this.#wordOrString(word, at);
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: 'number', text: number, at };
    this.#at += 1;
    return { kind: 'symbol', text: first, at };
  }

  /** What stands in the line from here on; the line is then behind. Undefined at the end of the file. */
  restOfLine(): string | undefined {
    const { text } = this.#source;
    if (this.#at >= text.length) return undefined;
    const end = text.indexOf('\n', this.#at);
    const line = text.slice(this.#at, end < 0 ? text.length : end);
    this.#at = end < 0 ? text.length : end + 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** Where the next token is looked for. */
  get at(): number {
    return this.#at;
  }

  /** The place of a token, asked for from the front to the back. */
  place(at: number): SourcePlace {
    const { file, text } = this.#source;
    if (at < this.#lineStart) {
      this.#line = 1;
      this.#lineStart = 0;
      this.#lineEnd = undefined;
    }
    for (;;) {
      // Kept, since a line of a dump may hold 100,000 rows.
      this.#lineEnd ??= endOfLine(text, this.#lineStart);
      if (at <= this.#lineEnd) return { file, line: this.#line };
      this.#line += 1;
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = undefined;
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#source.text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipBlanks(): void {
    const { text } = this.#source;
    for (;;) {
      this.#match(BLANKS);
      if (text.startsWith('--', this.#at) || (this.#dialect === 'mysql' && text[this.#at] === '#')) this.restOfLine();
      else if (text.startsWith('/*', this.#at)) this.#skipComment();
      else return;
    }
  }

  #skipComment(): void {
    const end = this.#source.text.indexOf('*/', this.#at + 2);
    if (end < 0) throw this.#neverEnds(this.#at, 'comment', '*/');
    this.#at = end + 2;
  }

  /** `E'...'` is PostgreSQL's string with escapes. */
  #wordOrString(word: string, at: number): SqlToken {
    const isEscaped = /^e$/i.test(word) && this.#source.text[this.#at] === "'" && this.#dialect !== 'mysql';
    if (!isEscaped) return { kind: 'word', text: word, at };
    return { kind: 'string', text: decodePostgresqlEscapes(this.#quotedRaw("'", true)), at };
  }

  #quoted(quote: string, hasEscapes: boolean): string {
    const raw = this.#quotedRaw(quote, hasEscapes);
    return hasEscapes && raw.includes('\\') ? decodeMysqlEscapes(raw) : raw;
  }

  /** Up to the closing quote; two quotes in it are one. */
  #quotedRaw(quote: string, hasEscapes: boolean): string {
    const { text } = this.#source;
    const start = this.#at;
    let raw = '';
    let from = start + 1;
    for (let at = from; ; at += 1) {
      at = nextOf(text, at, quote, hasEscapes);
      if (at < 0) throw this.#neverEnds(start, quote === "'" ? 'string' : 'name', quote);
      if (text[at] === '\\' && hasEscapes) at += 1;
      else if (text[at + 1] === quote) {
        raw += text.slice(from, at);
        from = at + 1;
        at += 1;
      } else {
        this.#refuseDoubt(text.slice(from, at), start);
        this.#at = at + 1;
        return raw + text.slice(from, at);
      }
    }
  }

  /** Where nothing tells whose dump it is, a backslash at the end may be one or hide the quote. */
  #refuseDoubt(lastPiece: string, start: number): void {
    if (this.#dialect !== undefined || !lastPiece.endsWith('\\')) return;
    const what = "\\' ends this string for PostgreSQL and SQLite, and is a quote within it for MySQL";
    const fix = 'say whose dump it is: --sql-dialect mysql, postgresql or sqlite';
    throw sourceError(this.place(start), what, fix);
  }

  #dollarQuoted(tag: string, at: number): string {
    const end = this.#source.text.indexOf(tag, this.#at);
    if (end < 0) throw this.#neverEnds(at, 'string', tag);
    const content = this.#source.text.slice(this.#at, end);
    this.#at = end + tag.length;
    return content;
  }

  #neverEnds(at: number, what: string, mark: string): Error {
    const fix = 'the file may be cut off: dump it again; in a file written by hand, close it';
    return sourceError(this.place(at), `a ${what} begins here and no ${mark} ends it`, fix);
  }
}

/** Where the next quote or, where they count, backslash is; -1 where the text ends before. Never looks beyond it. */
function nextOf(text: string, from: number, quote: string, hasEscapes: boolean): number {
  if (!hasEscapes) return text.indexOf(quote, from);
  const mark = quote === "'" ? SINGLE_QUOTE_OR_BACKSLASH : DOUBLE_QUOTE_OR_BACKSLASH;
  mark.lastIndex = from;
  return mark.exec(text)?.index ?? -1;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
