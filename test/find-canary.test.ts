import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findCanary, formsOf, placesOf } from './find-canary.mjs';
import { CANARY } from './support/canary.ts';
import { temporaryFolder } from './support/temporary-inventory.ts';

/** Not the one that is looked for when all have run: this file prints it where it fails. */
const WORD = 'stillcanary';

describe('the word is found', () => {
  const around = fc.string({ unit: 'binary', maxLength: 20 }).filter((it) => it.isWellFormed());
  const bytesOf = (text: string): readonly number[] => [...Buffer.from(text, 'utf8')];
  const each = (write: (byte: number) => string) => (text: string) => bytesOf(text).map(write).join('');
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

  it.each<readonly [string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['as it is', (text) => text.toUpperCase()],
    ['base64', (text) => Buffer.from(text, 'utf8').toString('base64')],
    ['base64', (text) => Buffer.from(text, 'utf8').toString('base64url')],
    ['hexadecimal', (text) => Buffer.from(text, 'utf8').toString('hex').toUpperCase()],
    ['as it is', (text) => encodeURIComponent(text)],
    ['percent-encoded', each((byte) => `%${hex(byte).toUpperCase()}`)],
    ['as it is', (text) => JSON.stringify(text)],
    ['escaped for JSON', each((byte) => `\\u00${hex(byte)}`)],
    ['as references of XML', each((byte) => `&#${byte};`)],
    ['as references of XML', each((byte) => `&#x${hex(byte).toUpperCase()};`)],
    ['with a zero after each letter', (text) => Buffer.from(text, 'utf16le').toString('latin1')],
  ])('%s, whatever stands before and after it', (form, write) => {
    fc.assert(
      fc.property(around, around, (before, after) => {
        const found = placesOf(WORD, write(before + WORD + after)).map((it) => it.form);
        expect(found).toContain(form);
      }),
    );
  });

  it('and in nothing else', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(placesOf(WORD, text)).toEqual([]);
      }),
    );
    for (const writing of Object.values(formsOf(WORD)).flat()) expect(writing.length).toBeGreaterThan(9);
  });
});

describe('what was printed', () => {
  const least = { process: 10, tests: 5 };
  const verdict = (files: Readonly<Record<string, string>>): string | undefined => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return findCanary(WORD, folder, least);
  };

  it('is right where it is enough, and holds no secret', () => {
    expect(verdict({ 'process-1.txt': 'much of it', 'tests-all.txt': 'enough' })).toBeUndefined();
  });

  it('is wrong where it is too little, of each kind', () => {
    expect(verdict({ 'process-1.txt': 'little' })).toBe(
      'of process only 6 bytes were collected: 10 at least are expected\n' +
        'of tests only 0 bytes were collected: 5 at least are expected',
    );
  });

  it('is wrong where the word is in it, and who printed it is told', () => {
    const text = `\n--- check\nfine\n--- explain\na ${WORD} b`;
    expect(verdict({ 'process-1.txt': text, 'tests-all.txt': 'enough' })).toBe(
      'a secret, as it is, in what was printed by process explain: ...' +
        JSON.stringify(`\n--- check\nfine\n--- explain\na ${WORD} b`),
    );
  });
});

describe('every test that writes a secret writes one that would be found', () => {
  const root = fileURLToPath(new URL('.', import.meta.url));
  /** These have to have any secret at all: they try what it may be made of, and print none of it. */
  const ANY_SECRET = [
    'export/hostile-export.test.ts',
    'export/round-trip.test.ts',
    'freeswitch/',
    'find-canary.test.ts',
    'inventory/schema-columns.test.ts',
    'inventory/unchecked-rows.test.ts',
    'support/constraint-cases.ts',
    'support/live-switch.ts',
    'xml/hostile-inventory.test.ts',
  ];
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => relative(root, join(root, file)));

  /** Statements of SQL that write a password, with what they write. */
  const statements = (text: string): readonly string[] => [
    ...(text.match(/INSERT INTO (?:gateways|switches)\s*\([^)]*password[^)]*\)[^;`]*/g) ?? []),
    ...(text.match(/INSERT INTO \w+[^;`]*(?:auth-password|passphrase)[^;`]*/g) ?? []),
    ...(text.match(/\bpassword = '(?:[^']|'')*'(?: '[^']*')?/g) ?? []),
  ];
  const isSafe = (statement: string): boolean =>
    statement.replaceAll("''", '').includes(CANARY) ||
    statement.includes('${CANARY}') ||
    /password = '(?:\*\*\*|ClueCon|\.\.\.|)'$|\$\{SECRET\}/.test(statement);

  it('looks at statements at all', () => {
    expect(files.flatMap((file) => statements(readFileSync(join(root, file), 'utf8'))).length).toBeGreaterThan(25);
  });

  it('and each has the word in it', () => {
    const found = files
      .filter((file) => !ANY_SECRET.some((it) => file.startsWith(it)))
      .flatMap((file) => statements(readFileSync(join(root, file), 'utf8')).map((statement) => ({ file, statement })));
    expect(found.filter(({ statement }) => !isSafe(statement))).toEqual([]);
  });
});
