import { readFileSync, statSync } from 'node:fs';
import { OperatorError } from '../errors/operator-error.ts';

/** A file that was read whole. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** More than any list of gateways. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * Reads a file as UTF-8 text.
 * @throws OperatorError import-unreadable: it cannot be opened, is too large, or holds something else than text
 */
export function readSourceText(file: string): SourceText {
  const bytes = readBytes(file);
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw unreadable(`${file}:${lineAt(bytes, zero)}`, 'there is a NUL byte: it is not a text file');
  try {
    // A byte order mark is taken away.
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const where = `${file}:${lineAt(bytes, firstBadByte(bytes))}`;
    throw unreadable(where, 'it is not UTF-8', 'write it anew in UTF-8, as `iconv -f latin1 -t utf-8` does');
  }
}

function readBytes(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size <= MOST_BYTES) return readFileSync(file);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw unreadable(file, `it cannot be read: ${what}`, 'name a file that exists and that this user may read');
  }
  const fix = 'dump only the tables that are read: dispatcher, or dr_gateways, dr_rules and dr_carriers';
  throw unreadable(file, `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`, fix);
}

/** Where decoding goes wrong: lines are decoded one by one, since no line break is part of a longer character. */
function firstBadByte(bytes: Buffer): number {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end + 1);
    if (Buffer.compare(Buffer.from(line.toString('utf8'), 'utf8'), line) !== 0) return start;
    start += line.length;
  }
  return 0;
}

function lineAt(bytes: Buffer, at: number): number {
  let line = 1;
  for (let found = bytes.indexOf(10); found >= 0 && found < at; found = bytes.indexOf(10, found + 1)) line += 1;
  return line;
}

function unreadable(where: string, what: string, fix = 'name the file that was meant'): OperatorError {
  return new OperatorError([{ code: 'import-unreadable', where, what, fix }]);
}
