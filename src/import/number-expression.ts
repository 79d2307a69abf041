import { compilePattern, PatternError } from '../inventory/compile-pattern.ts';
import type { Pattern } from '../routing/route.ts';

/** What an expression on the called number comes down to. */
export interface NumberExpression {
  /** The expression in RE2's syntax; undefined where the prefix says all of it. */
  readonly pattern: string | undefined;
  /** How the number has to begin; '' where it may begin anyhow. */
  readonly prefix: string;
  /** Where the first capture begins that holds all of the rest of the number; undefined where none does. */
  readonly restFrom: number | undefined;
  /** Whether it sees the number from end to end. */
  readonly isWhole: boolean;
  readonly groups: number;
  /** Whether it asks for what only a name has. */
  readonly wantsLetters: boolean;
  readonly compiled: Pattern;
}

/** A `+` only first, as the columns for prefixes have it. */
const PREFIX = /^\+?[0-9*#A-Za-z._-]{1,64}$/;

/**
 * Reads an expression of the dialplan (contract 6.2) in RE2's syntax.
 * @returns why it cannot be, where it cannot
 */
export function readExpression(expression: string): Pattern | string {
  if (expression.startsWith('_')) return "it is a pattern in Asterisk's syntax";
  if (expression.includes('${')) return 'its expression holds a variable, whose value only a call knows';
  const [, inner, flags] = /^\/(.*)\/([^/]*)$/s.exec(expression) ?? [];
  if (flags?.replace('i', '') !== undefined && flags.replace('i', '') !== '')
    return `its expression has flags '${flags}'`;
  if (expression.startsWith('/') && inner === undefined)
    return 'its expression lacks the closing /, and matches nothing';
  try {
    return compilePattern(inner === undefined ? expression : `${flags === 'i' ? '(?i)' : ''}${inner}`);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return `its expression '${expression}' is none in RE2's syntax: ${error.message}`;
  }
}

/** Reads an expression on the called number: as a prefix where it is exactly one, else as a pattern. */
export function readNumberExpression(expression: string): NumberExpression | string {
  const compiled = readExpression(expression);
  if (typeof compiled === 'string') return compiled;
  const { source } = compiled;
  const { text, groupAt, tail } = literalBeginning(source);
  const isPrefix =
    (text === '' || PREFIX.test(text)) &&
    (groupAt === undefined ? ['', '.*', '.*$', '.*\\z'] : ['.*)', '.*)$', '.*)\\z']).includes(tail) &&
    (source.startsWith('^') || (text === '' && tail !== ''));
  const isEverything = source === '';
  const common = { groups: compiled.groupCount, compiled };
  if (isPrefix || isEverything) {
    const wantsLetters = /[A-Za-z._-]/.test(text);
    return { ...common, pattern: undefined, prefix: text, restFrom: groupAt, isWhole: tail !== '', wantsLetters };
  }
  const isAnchored = source.startsWith('^') && groupAt !== undefined && closesAtEnd(source);
  return {
    ...common,
    pattern: source,
    prefix: '',
    restFrom: isAnchored ? groupAt : undefined,
    isWhole: /^\^(?:[^\\|]|\\[^])*(?:\$|\\z)$/.test(source),
    wantsLetters: asksForLetters(source),
  };
}

interface LiteralBeginning {
  readonly text: string;
  /** How much of the text lies before the bracket that opens the first capture. */
  readonly groupAt: number | undefined;
  /** What is left of the expression. */
  readonly tail: string;
}

/** What every match begins with, as far as it stands there literally. */
function literalBeginning(source: string): LiteralBeginning {
  let at = source.startsWith('^') ? 1 : 0;
  let text = '';
  let groupAt: number | undefined;
  for (;;) {
    if (groupAt === undefined && /^\((?!\?)/.test(source.slice(at))) {
      groupAt = text.length;
      at += 1;
      continue;
    }
    // A character that is repeated, or may be missing, is none that has to be there.
    const [whole, plain, escaped] =
      /^(?:([0-9A-Za-z#_-])|\\([^0-9A-Za-z]))(?![*+?{])/.exec(source.slice(at, at + 3)) ?? [];
    if (whole === undefined) return { text, groupAt, tail: source.slice(at) };
    text += plain ?? escaped ?? '';
    at += whole.length;
  }
}

/** Whether the first bracket of an expression closes right before its end, `$` or `\z`. */
function closesAtEnd(source: string): boolean {
  const tokens = [...source.matchAll(/\\z$|\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]])*\]|[^]/g)];
  let depth = 0;
  for (const [at, [token]] of tokens.entries()) {
    if (token === '(') depth += 1;
    if (token !== ')') continue;
    depth -= 1;
    if (depth > 0) continue;
    const [end] = tokens[at + 1] ?? [];
    return at === tokens.length - 2 && (end === '$' || end === '\\z');
  }
  return false;
}

function asksForLetters(source: string): boolean {
  if (source.includes('\\w')) return true;
  return /[A-Za-z_]/.test(source.replace(/\\[^]|\[:\w+:\]|\(\?[a-zA-Z:<>=!^-]*/g, ''));
}
