import { columnCounts, columnsByCount, KNOWN_TABLES, missingColumns } from './known-tables.ts';
import type { SourcePlace } from './reading.ts';
import { sourceError } from './source-error.ts';
import { columnIndex, type SourceRow } from './source-row.ts';
import type { SourceText } from './source-text.ts';
import { missingLastLine, type SqlDialect, sqlDialectOf } from './sql-dialect.ts';
import { decodePostgresqlEscapes } from './sql-escapes.ts';
import { type SqlToken, SqlTokens } from './sql-tokens.ts';
import { readSqlValue } from './sql-value.ts';

export interface SqlDump {
  /** Of the tables that are read. */
  readonly rows: readonly SourceRow[];
  /** Where each other table first gets rows. */
  readonly otherTables: ReadonlyMap<string, SourcePlace>;
}

/**
 * Reads the rows of a dump of MySQL's, PostgreSQL's or SQLite's: INSERT, REPLACE and COPY. Nothing is run.
 * @param dialect how strings are written; undefined = what the dump's beginning says
 * @throws OperatorError import-invalid, at the line
 */
export function readSqlDump(source: SourceText, dialect?: SqlDialect): SqlDump {
  const missing = missingLastLine(source.text);
  if (missing !== undefined) {
    const place = { file: source.file, line: source.text.split('\n').length };
    const fix = 'dump it again; in a piece that was cut out by hand, take the first comment of the dump out as well';
    throw sourceError(place, `the dump was cut off: it does not end with '${missing}'`, fix);
  }
  return new DumpReader(new SqlTokens(source, dialect ?? sqlDialectOf(source.text))).read();
}

/** Items of CREATE TABLE that are no columns. */
const NO_COLUMN = /^(?:primary|key|unique|index|constraint|check|foreign|fulltext|spatial|exclude|like|period)$/i;

class DumpReader {
  readonly #tokens: SqlTokens;
  readonly #rows: SourceRow[] = [];
  readonly #otherTables = new Map<string, SourcePlace>();
  /** As CREATE TABLE says them. */
  readonly #columns = new Map<string, readonly string[]>();

  constructor(tokens: SqlTokens) {
    this.#tokens = tokens;
  }

  read(): SqlDump {
    for (;;) {
      const first = this.#tokens.next();
      if (first.kind === 'end') return { rows: this.#rows, otherTables: this.#otherTables };
      this.#readStatement(first);
    }
  }

  #readStatement(first: SqlToken): void {
    // psql's own commands are lines.
    if (first.text === '\\' && first.kind === 'symbol') this.#tokens.restOfLine();
    else if (first.kind !== 'word') this.#skipStatement(first);
    else if (/^(?:insert|replace)$/i.test(first.text)) this.#readInsert(first);
    else if (/^create$/i.test(first.text)) this.#readCreate(first);
    else if (/^copy$/i.test(first.text)) this.#readCopy();
    else if (/^delimiter$/i.test(first.text)) this.#skipToDelimiter();
    else this.#skipStatement(first);
  }

  #readInsert(first: SqlToken): void {
    let token = this.#tokens.next();
    while (token.kind === 'word' && !/^into$/i.test(token.text)) token = this.#tokens.next();
    if (token.kind !== 'word') {
      this.#skipStatement(token);
      return;
    }
    const [table, after] = this.#readTableName();
    if (!KNOWN_TABLES.includes(table)) {
      this.#passOver(table, first, after);
      return;
    }
    token = after;
    let columns: readonly string[] | undefined;
    if (token.text === '(') {
      columns = this.#readColumns();
      token = this.#tokens.next();
    }
    while (token.kind === 'word' && !/^(?:values?|select)$/i.test(token.text)) token = this.#tokens.next();
    if (!/^values?$/i.test(token.text)) throw this.#unexpected(token, 'VALUES');
    this.#readRows(table, columns);
  }

  #readRows(table: string, columns: readonly string[] | undefined): void {
    let index: ReadonlyMap<string, number> | undefined;
    for (;;) {
      const open = this.#tokens.next();
      if (open.text !== '(') throw this.#unexpected(open, 'a row in parentheses');
      const from = this.#tokens.place(open.at);
      const values = this.#readValues();
      index ??= columnIndex(this.#columnsFor(table, columns, values.length, from));
      if (values.length !== index.size) throw wrongCount(from, values.length, index.size);
      this.#rows.push({ table, from, columns: index, values });
      const after = this.#tokens.next();
      if (after.text === ',') continue;
      if (after.text !== ';' && after.kind !== 'word') throw this.#unexpected(after, "',' or ';'");
      this.#skipStatement(after);
      return;
    }
  }

  #readValues(): readonly (string | null)[] {
    const values: (string | null)[] = [];
    for (;;) {
      const { value, after } = readSqlValue(this.#tokens, this.#tokens.next());
      values.push(value);
      if (after.text === ')' && after.kind === 'symbol') return values;
      if (after.text !== ',' || after.kind !== 'symbol') throw this.#unexpected(after, "',' or ')'");
    }
  }

  #columnsFor(table: string, said: readonly string[] | undefined, count: number, from: SourcePlace): readonly string[] {
    const columns = said ?? this.#columns.get(table) ?? columnsByCount(table, count);
    if (columns === undefined) {
      const what = `a row of ${table} with ${count} values; without names of columns it has ${columnCounts(table)}`;
      throw sourceError(
        from,
        what,
        'dump with the names of columns: mysqldump --complete-insert, pg_dump --column-inserts',
      );
    }
    const missing = missingColumns(table, columns);
    if (missing.length === 0) return columns;
    throw sourceError(from, `${table} has no column ${missing.join(' and no ')} here`, 'dump all columns of the table');
  }

  #readCreate(first: SqlToken): void {
    let token = this.#tokens.next();
    while (token.kind === 'word' && !/^(?:table|trigger)$/i.test(token.text)) token = this.#tokens.next();
    if (/^trigger$/i.test(token.text) && this.#tokens.dialect === 'sqlite') {
      this.#skipTrigger();
      return;
    }
    if (token.kind !== 'word') {
      this.#skipStatement(token);
      return;
    }
    const [table, open] = this.#readTableName();
    if (!KNOWN_TABLES.includes(table) || open.text !== '(') {
      this.#skipStatement(open);
      return;
    }
    const columns: string[] = [];
    for (let depth = 1, isFirst = true; depth > 0;) {
      token = this.#tokens.next();
      if (token.kind === 'end') throw this.#unexpected(first, 'a whole CREATE TABLE');
      const isColumn = token.kind === 'name' || (token.kind === 'word' && !NO_COLUMN.test(token.text));
      if (isFirst && isColumn) columns.push(token.text);
      if (token.kind === 'symbol') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
      isFirst = token.kind === 'symbol' && token.text === ',' && depth === 1;
    }
    this.#columns.set(table, columns);
    this.#skipStatement(token);
  }

  /** PostgreSQL's rows as lines of text that end with `\.`, their values between tabs. */
  #readCopy(): void {
    const [table, after] = this.#readTableName();
    const columns = after.text === '(' ? this.#readColumns() : undefined;
    let token = columns === undefined ? after : this.#tokens.next();
    const options: string[] = [];
    for (; token.text !== ';' && token.kind !== 'end'; token = this.#tokens.next()) options.push(token.text);
    if (!/^from stdin$/i.test(options.join(' ')))
      throw this.#unexpected(token, 'COPY ... FROM stdin; as pg_dump writes it');
    const isKnown = KNOWN_TABLES.includes(table);
    if (!isKnown && !this.#otherTables.has(table)) this.#otherTables.set(table, this.#tokens.place(token.at));
    this.#tokens.restOfLine();
    let index: ReadonlyMap<string, number> | undefined;
    for (;;) {
      const { at } = this.#tokens;
      const line = this.#tokens.restOfLine();
      if (line === undefined) throw this.#unexpected({ kind: 'end', text: '', at }, '\\.');
      if (line === '\\.') return;
      if (!isKnown) continue;
      const from = this.#tokens.place(at);
      const values = line.split('\t').map((cell) => (cell === '\\N' ? null : decodePostgresqlEscapes(cell)));
      index ??= columnIndex(this.#columnsFor(table, columns, values.length, from));
      if (values.length !== index.size) throw wrongCount(from, values.length, index.size);
      this.#rows.push({ table, from, columns: index, values });
    }
  }

  /** With its schema before it, and the token after it. */
  #readTableName(): readonly [table: string, after: SqlToken] {
    let token = this.#tokens.next();
    while (token.kind === 'word' && /^(?:if|not|exists|only)$/i.test(token.text)) token = this.#tokens.next();
    for (;;) {
      if (token.kind !== 'name' && token.kind !== 'word') throw this.#unexpected(token, 'the name of a table');
      const after = this.#tokens.next();
      if (after.text !== '.') return [token.text.toLowerCase(), after];
      token = this.#tokens.next();
    }
  }

  #readColumns(): readonly string[] {
    const columns: string[] = [];
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind !== 'name' && token.kind !== 'word') throw this.#unexpected(token, 'the name of a column');
      columns.push(token.text);
      const after = this.#tokens.next();
      if (after.text === ')') return columns;
      if (after.text !== ',') throw this.#unexpected(after, "',' or ')'");
    }
  }

  #passOver(table: string, first: SqlToken, after: SqlToken): void {
    if (!this.#otherTables.has(table)) this.#otherTables.set(table, this.#tokens.place(first.at));
    this.#skipStatement(after);
  }

  #skipStatement(from: SqlToken): void {
    for (let token = from; token.text !== ';' || token.kind !== 'symbol'; token = this.#tokens.next()) {
      if (token.kind === 'end') throw this.#unexpected(token, "';'");
    }
  }

  /** The statements of SQLite's triggers end with semicolons of their own. */
  #skipTrigger(): void {
    for (let token = this.#tokens.next(), wasEnd = false; !(wasEnd && token.text === ';');) {
      if (token.kind === 'end') throw this.#unexpected(token, 'END;');
      wasEnd = token.kind === 'word' && /^end$/i.test(token.text);
      token = this.#tokens.next();
    }
  }

  /** mysqldump's triggers and routines stand between two lines with DELIMITER; no rows are among them. */
  #skipToDelimiter(): void {
    if (this.#tokens.restOfLine()?.trim() === ';') return;
    for (let line = this.#tokens.restOfLine(); line !== undefined; line = this.#tokens.restOfLine()) {
      if (/^delimiter\s+;\s*$/i.test(line)) return;
    }
  }

  #unexpected({ kind, text, at }: SqlToken, wanted: string): Error {
    const found = kind === 'end' ? 'the file ends' : `'${text.slice(0, 40)}' stands`;
    const fix =
      kind === 'end'
        ? 'the file may be cut off: dump it again'
        : 'dump it as plain INSERT statements with literal values';
    return sourceError(this.#tokens.place(at), `${found} where ${wanted} should be`, fix);
  }
}

function wrongCount(from: SourcePlace, count: number, wanted: number): Error {
  const fix = 'dump the table again; in a file written by hand, give every column a value';
  return sourceError(from, `a row with ${count} values for ${wanted} columns`, fix);
}
