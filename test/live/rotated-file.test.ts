import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RotatedFile, type RotatedFileOptions } from '../../src/live/rotated-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trunkhunt-rotated-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const path = (name = 'd.ndjson'): string => join(folder, name);
const open = (options: Partial<RotatedFileOptions> = {}): RotatedFile =>
  new RotatedFile({ path: path(), bytesLimit: 40, olderFiles: 2, ...options });
const read = (name?: string): string => readFileSync(path(name), 'utf8');

/** Lines of ten bytes. */
async function write(file: RotatedFile, ...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await file.append(`line ${String(number).padStart(4, '0')}\n`);
}

describe('a rotated file', () => {
  it('is put aside before it would be too large, and no more than so many are kept', async () => {
    const file = open();
    await write(file, ...Array.from({ length: 14 }, (_, at) => at + 1));
    await file.close();
    expect(readdirSync(folder).sort()).toEqual(['d.ndjson', 'd.ndjson.1', 'd.ndjson.2']);
    expect(read()).toBe('line 0013\nline 0014\n');
    expect(read('d.ndjson.1')).toBe('line 0009\nline 0010\nline 0011\nline 0012\n');
    expect(read('d.ndjson.2')).toBe('line 0005\nline 0006\nline 0007\nline 0008\n');
  });

  it('begins anew where none is to be kept', async () => {
    const file = open({ olderFiles: 0 });
    await write(file, 1, 2, 3, 4, 5);
    await file.close();
    expect(readdirSync(folder)).toEqual(['d.ndjson']);
    expect(read()).toBe('line 0005\n');
  });

  it('holds more than its limit only where a single write is larger', async () => {
    const file = open();
    await file.append(`${'x'.repeat(100)}\n`);
    await write(file, 1);
    await file.close();
    expect(read('d.ndjson.1')).toHaveLength(101);
    expect(read()).toBe('line 0001\n');
  });

  it('goes on where it was, and counts what is there', async () => {
    writeFileSync(path(), 'line 0001\nline 0002\nline 0003\n');
    const file = open();
    await write(file, 4, 5);
    await file.close();
    expect(read('d.ndjson.1')).toBe('line 0001\nline 0002\nline 0003\nline 0004\n');
    expect(read()).toBe('line 0005\n');
  });

  it.each(['{"half', '', 'x'.repeat(3_000)])('takes away the unfinished line of a killed process: %#', async (half) => {
    writeFileSync(path(), `line 0001\n${half}`);
    const file = open({ bytesLimit: 10_000 });
    await write(file, 2);
    await file.close();
    expect(read()).toBe('line 0001\nline 0002\n');
  });

  it('empties a file that is nothing but an unfinished line', async () => {
    writeFileSync(path(), '{"half');
    const file = open();
    await write(file, 1);
    await file.close();
    expect(read()).toBe('line 0001\n');
  });

  it('is for its owner alone, also what was put aside', async () => {
    const file = open();
    await write(file, 1, 2, 3, 4, 5);
    await file.close();
    expect(readdirSync(folder).map((name) => statSync(path(name)).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('is there as soon as nothing is written to it', async () => {
    const file = open();
    await file.append('');
    await file.close();
    expect(read()).toBe('');
  });

  it('writes a new one where somebody has taken the old one away, or put it aside', async () => {
    const file = open();
    await write(file, 1);
    renameSync(path(), path('aside'));
    await write(file, 2);
    rmSync(path());
    await write(file, 3);
    await file.close();
    expect(read('aside')).toBe('line 0001\n');
    expect(read()).toBe('line 0003\n');
  });

  it('is written to again once what was in the way is gone', async () => {
    const file = open({ path: path('folder/d.ndjson') });
    await expect(write(file, 1)).rejects.toThrow('ENOENT');
    mkdirSync(path('folder'));
    await write(file, 2);
    appendFileSync(path('folder/d.ndjson'), '');
    expect(read('folder/d.ndjson')).toBe('line 0002\n');
    await file.close();
  });

  it('is nothing but a regular file', async () => {
    mkdirSync(path('folder'));
    await expect(open({ path: path('folder') }).append('')).rejects.toThrow('is not a regular file');
    await expect(open({ path: '/dev/null' }).append('')).rejects.toThrow('/dev/null is not a regular file');
  });
});
