import { createReadStream } from 'node:fs';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type CallLine, readCallLine } from './read-call-line.ts';
import type { CallDefaults } from './simulated-call.ts';

export type FileCall = Extract<CallLine, { readonly kind: 'call' }>;

/** So many bad lines are told at once. */
const FINDINGS_LIMIT = 20;

/** Far beyond any decision; what is longer has no line ends at all, and is not kept. */
const LONGEST_LINE = 16 * 1024 * 1024;

type CallFileFacts = Pick<CallFile, 'calls' | 'otherLines' | 'maskedCalls' | 'loggedCalls' | 'isTorn'>;

/** Standard input, where a file's name is wanted. */
const STANDARD_INPUT = '-';
const STANDARD_INPUT_FD = 0;

/**
 * The calls of a file: a list of numbers, or a decision log. A file is looked through to its end first, so that nothing
 * runs where a line is bad, and then read again as it is used, so that its size does not matter; what comes from standard
 * input is kept in memory.
 */
export class CallFile {
  /** How often each of these came up: calls, lines of other kinds, calls whose digits are masked. */
  readonly calls: number;
  readonly otherLines: number;
  readonly maskedCalls: number;
  /** Calls of which a log says where they went. */
  readonly loggedCalls: number;
  /** Whether the last line has no end and makes no sense: somebody was still writing it. */
  readonly isTorn: boolean;
  readonly #again: () => AsyncIterable<FileCall> | Iterable<FileCall>;

  constructor(facts: CallFileFacts, again: CallFile['each']) {
    this.calls = facts.calls;
    this.otherLines = facts.otherLines;
    this.maskedCalls = facts.maskedCalls;
    this.loggedCalls = facts.loggedCalls;
    this.isTorn = facts.isTorn;
    this.#again = again;
  }

  /** Every call, in the order of the file. */
  each(): AsyncIterable<FileCall> | Iterable<FileCall> {
    return this.#again();
  }
}

/**
 * Opens a file of calls.
 * @param path `-` = standard input
 * @throws OperatorError calls-unreadable, call-line-invalid (every bad line, up to 20), calls-missing
 */
export async function openCallFile(path: string, defaults: CallDefaults): Promise<CallFile> {
  const isInput = path === STANDARD_INPUT;
  const kept: FileCall[] = [];
  const findings: Finding[] = [];
  let [lines, bad, calls, otherLines, maskedCalls, loggedCalls, isTorn] = [0, 0, 0, 0, 0, 0, false];
  for await (const { text, hasEnd, isTooLong } of linesOf(path)) {
    lines += 1;
    const line = isTooLong ? TOO_LONG : readCallLine(text, defaults);
    if (line.kind === 'nothing') {
      if (text.trim() !== '') otherLines += 1;
    } else if (line.kind === 'bad') {
      // Only a log is written while it is read.
      if (!hasEnd && text.startsWith('{')) isTorn = true;
      else bad += 1;
      if (!isTorn && bad <= FINDINGS_LIMIT) {
        findings.push({ code: 'call-line-invalid', where: `${path}:${lines}`, what: line.what, fix: line.fix });
      }
    } else {
      calls += 1;
      if (line.logged?.isMasked === true) maskedCalls += 1;
      if (line.logged !== undefined) loggedCalls += 1;
      if (isInput) kept.push(line);
    }
  }
  if (bad > FINDINGS_LIMIT) findings.push(furtherLines(path, bad - FINDINGS_LIMIT));
  if (findings.length > 0) throw new OperatorError(findings);
  if (calls === 0) throw new OperatorError([noCalls(path)]);
  const facts = { calls, otherLines, maskedCalls, loggedCalls, isTorn };
  return new CallFile(facts, () => (isInput ? kept : callsOf(path, defaults, calls)));
}

/** The calls again; no more of them than were looked through. */
async function* callsOf(path: string, defaults: CallDefaults, count: number): AsyncIterable<FileCall> {
  let left = count;
  for await (const { text, isTooLong } of linesOf(path)) {
    const line = isTooLong ? TOO_LONG : readCallLine(text, defaults);
    if (line.kind !== 'call') continue;
    yield line;
    left -= 1;
    if (left === 0) return;
  }
}

const TOO_LONG: CallLine = {
  kind: 'bad',
  what: `it is longer than ${LONGEST_LINE} characters`,
  fix: 'name a list with one call a line, or a decision log',
};

interface FileLine {
  /** Of one that is too long only the beginning. */
  readonly text: string;
  /** Whether it ended in a newline. */
  readonly hasEnd: boolean;
  readonly isTooLong: boolean;
}

/** Every line of the file. */
async function* linesOf(path: string): AsyncIterable<FileLine> {
  const options = path === STANDARD_INPUT ? { fd: STANDARD_INPUT_FD, autoClose: false } : {};
  const stream = createReadStream(path, { encoding: 'utf8', ...options });
  let pieces: string[] = [];
  let length = 0;
  const lineOf = (hasEnd: boolean): FileLine => {
    const line = { text: pieces.join(''), hasEnd, isTooLong: length > LONGEST_LINE };
    pieces = [];
    length = 0;
    return line;
  };
  const add = (piece: string): void => {
    if (length <= LONGEST_LINE) pieces.push(piece);
    length += piece.length;
  };
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const [first = '', ...others] = chunk.split('\n');
      add(first);
      for (const piece of others) {
        yield lineOf(true);
        add(piece);
      }
    }
  } catch (error) {
    throw error instanceof OperatorError ? error : new OperatorError([unreadable(path, error)]);
  }
  if (length > 0) yield lineOf(false);
}

function unreadable(path: string, error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error);
  const fix = 'name a list of numbers or a decision log that this user may read, or - for standard input';
  return { code: 'calls-unreadable', where: path, what, fix };
}

function furtherLines(path: string, count: number): Finding {
  const what = `${count} further lines of it are bad`;
  return { code: 'call-line-invalid', where: path, what, fix: 'mend those above first; nothing was run' };
}

function noCalls(path: string): Finding {
  const fix = 'name a file with one number a line, or a decision log';
  return { code: 'calls-missing', where: path, what: 'there is no call in it', fix };
}
