import { createSecretKey } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { inventoryError } from './inventory-error.ts';
import { keepOwner } from './private-file.ts';
import { keyName, type SecretKey, SecretKeys } from './secret-keys.ts';

export const KEY_ID = /^[A-Za-z0-9_-]{1,16}$/;

/** 32 bytes each. */
const HEX = /^[0-9A-Fa-f]{64}$/;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Where the keys of secrets come from: a file with one key a line, the first of which seals. */
export class KeyFile {
  readonly #path: string | undefined;

  /** @param path undefined = there are no keys */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Differs where the file may hold other keys than before; costs some microseconds. */
  stamp(): string {
    if (this.#path === undefined) return 'none';
    try {
      const { dev, ino, size, mtimeMs, ctimeMs } = statSync(this.#path);
      return [dev, ino, size, mtimeMs, ctimeMs].join(':');
    } catch {
      return 'unreadable';
    }
  }

  /** @throws OperatorError settings-file-unreadable, key-file-invalid */
  read(): SecretKeys {
    if (this.#path === undefined) return new SecretKeys([]);
    return new SecretKeys(parseKeyFile(textOf(this.#path), this.#path));
  }
}

/**
 * Reads `ID KEY` lines, or `KEY` alone; KEY is 32 bytes in hexadecimal or base64. What begins with # is a remark.
 * @param path for findings, which repeat nothing of the file
 * @throws OperatorError key-file-invalid, with every line that is wrong
 */
export function parseKeyFile(text: string, path: string): readonly SecretKey[] {
  const keys: SecretKey[] = [];
  const findings: Finding[] = [];
  const refuse = (line: number, what: string, fix: string): void => {
    findings.push({ code: 'key-file-invalid', where: `${path}:${line}`, what, fix });
  };
  for (const [at, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (line.trim() === '' || words[0]?.startsWith('#') === true) continue;
    const bytes = words.length <= 2 ? keyBytes(words.at(-1) ?? '') : undefined;
    if (bytes === undefined) {
      refuse(at + 1, 'it is neither KEY nor ID KEY', 'KEY is 32 random bytes in hexadecimal or base64');
      continue;
    }
    const id = words.length === 2 ? (words[0] ?? '') : keyName(bytes);
    if (!KEY_ID.test(id)) refuse(at + 1, 'its ID is no name of a key', 'write 1 to 16 of A-Z a-z 0-9 _ -');
    else if (keys.some((it) => it.id === id)) refuse(at + 1, `there is a key '${id}' already`, 'name each otherwise');
    else keys.push({ id, key: createSecretKey(bytes) });
  }
  if (keys.length === 0 && findings.length === 0) {
    findings.push({ code: 'key-file-invalid', where: path, what: 'there is no key in it', fix: NEW_KEY });
  }
  if (findings.length > 0) throw new OperatorError(findings);
  return keys;
}

const NEW_KEY = 'make one with `trunkhunt secrets new-key`';

/**
 * Puts a key before those that are there, so that it is the one that seals; makes the file where there is none, readable
 * by its owner only. It is replaced in one step: nobody reads half of it.
 * @throws OperatorError key-file-invalid, name-taken, settings-file-unreadable
 */
export function prependKey(path: string, { id, key }: SecretKey): void {
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  const before = isThere ? textOf(path) : '';
  if (isThere && before.trim() !== '' && parseKeyFile(before, path).some((it) => it.id === id)) {
    throw inventoryError('name-taken', path, `there is a key '${id}' already`, 'choose another --id');
  }
  const unfinished = `${path}.unfinished`;
  try {
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      writeSync(file, `${id} ${key.export().toString('base64')}\n${before}`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    keepOwner(unfinished, path);
    renameSync(unfinished, path);
  } catch (error) {
    // Of somebody else who is at it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(unfinished, { force: true });
    const what = `it cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw inventoryError('settings-file-unreadable', path, what, 'name a file in a folder that this user may write to');
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const what = `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    throw inventoryError('settings-file-unreadable', path, what, `name a file that this user can read, or ${NEW_KEY}`);
  }
}

function keyBytes(word: string): Buffer | undefined {
  if (HEX.test(word)) return Buffer.from(word, 'hex');
  return BASE64.test(word) ? Buffer.from(word, 'base64') : undefined;
}
