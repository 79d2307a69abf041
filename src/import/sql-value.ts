import { sourceError } from './source-error.ts';
import { decodeUnistr } from './sql-escapes.ts';
import type { SqlToken, SqlTokens } from './sql-tokens.ts';

/** A value as text, NULL as null, and the token that comes after it. */
export interface SqlValue {
  readonly value: string | null;
  readonly after: SqlToken;
}

/** Words before a string that say how it is encoded. */
const INTRODUCERS = /^(?:N|_\w+)$/i;

/**
 * Reads one value of a dump: what the dump programs of MySQL, PostgreSQL and SQLite write, which are literals and, of
 * SQLite's, replace(), char() and unistr() for line breaks. NULL where it is DEFAULT.
 * @param first its first token
 * @throws OperatorError import-invalid where it is anything else
 */
export function readSqlValue(tokens: SqlTokens, first: SqlToken): SqlValue {
  const operand = readOperand(tokens, first);
  if (operand.after.text === ':') return readSqlCast(tokens, operand);
  if (operand.after.text !== '|') return operand;
  const second = tokens.next();
  if (second.text !== '|') throw noValue(tokens, second);
  const rest = readSqlValue(tokens, tokens.next());
  if (operand.value === null || rest.value === null) return { value: null, after: rest.after };
  return { value: operand.value + rest.value, after: rest.after };
}

function readOperand(tokens: SqlTokens, first: SqlToken): SqlValue {
  switch (first.kind) {
    case 'string':
      return { value: first.text, after: tokens.next() };
    case 'number':
      return { value: /^0x/i.test(first.text) ? fromHex(first.text.slice(2)) : first.text, after: tokens.next() };
    case 'name':
      // MySQL's strings may stand in double quotes.
      if (tokens.dialect === 'mysql') return { value: first.text, after: tokens.next() };
      throw noValue(tokens, first);
    case 'word':
      return readWord(tokens, first);
    case 'symbol':
    case 'end':
      throw noValue(tokens, first);
  }
}

function readWord(tokens: SqlTokens, word: SqlToken): SqlValue {
  const after = tokens.next();
  const name = word.text.toLowerCase();
  if (after.kind === 'string' && INTRODUCERS.test(name)) return { value: after.text, after: tokens.next() };
  if (after.kind === 'string' && name === 'x') return { value: fromHex(after.text), after: tokens.next() };
  if (after.text === '(') return { value: callFunction(tokens, word), after: tokens.next() };
  if (name === 'null' || name === 'default') return { value: null, after };
  if (name === 'true' || name === 'false') return { value: name === 'true' ? '1' : '0', after };
  throw noValue(tokens, word);
}

/** PostgreSQL's `'...'::character varying`. */
function readSqlCast(tokens: SqlTokens, { value, after }: SqlValue): SqlValue {
  if (tokens.next().text !== ':') throw noValue(tokens, after);
  let token = tokens.next();
  while (token.kind === 'word' || token.kind === 'name') token = tokens.next();
  return { value, after: token };
}

function callFunction(tokens: SqlTokens, name: SqlToken): string | null {
  const values: (string | null)[] = [];
  for (let token = tokens.next(); token.text !== ')' || token.kind === 'string';) {
    const { value, after } = readSqlValue(tokens, token);
    values.push(value);
    if (after.text === ')') break;
    if (after.text !== ',') throw noValue(tokens, after);
    token = tokens.next();
  }
  const [one = null, two = null, three = null] = values;
  switch (name.text.toLowerCase()) {
    case 'char':
      return String.fromCodePoint(...values.map((value) => Math.min(Number(value) || 0, 0x10ffff)));
    case 'unistr':
      return one === null ? null : decodeUnistr(one);
    case 'replace':
      return one === null || two === null || three === null
        ? null
        : two === ''
          ? one
          : one.replaceAll(two, () => three);
    default:
      throw noValue(tokens, name);
  }
}

function fromHex(digits: string): string {
  return Buffer.from(digits, 'hex').toString('utf8');
}

function noValue(tokens: SqlTokens, { at, kind, text }: SqlToken): Error {
  const found = kind === 'end' ? 'the file ends' : `'${text.slice(0, 40)}' stands`;
  const fix = 'dump the rows as plain INSERT statements with literal values, and the whole file';
  return sourceError(tokens.place(at), `${found} where a value should be`, fix);
}
