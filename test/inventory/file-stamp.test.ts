import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileStamp } from '../../src/inventory/file-stamp.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';

let path: string;

beforeEach(() => {
  path = join(temporaryFolder(), 'inventory.db');
  writeFileSync(path, 'one');
});

describe('the stamp of a file', () => {
  it('stays while nobody writes', () => {
    expect(fileStamp(path)).toEqual(fileStamp(path));
  });

  it('is another one after a write, and the file is the same', () => {
    const before = fileStamp(path);
    writeFileSync(path, 'three');
    const after = fileStamp(path);
    expect(after.text).not.toBe(before.text);
    expect(after.file).toBe(before.file);
  });

  it('is another one where length and time of the content were made what they were', async () => {
    utimesSync(path, 0, 0);
    const before = fileStamp(path);
    // The clock of a file system may stand still for 10 ms.
    await wait(30);
    writeFileSync(path, 'two');
    utimesSync(path, 0, 0);
    expect(fileStamp(path).text).not.toBe(before.text);
  });

  it('tells another file of the same name', () => {
    const before = fileStamp(path);
    writeFileSync(`${path}.new`, 'one');
    renameSync(`${path}.new`, path);
    expect(fileStamp(path).file).not.toBe(before.file);
    expect(fileStamp(path).text).not.toBe(before.text);
  });

  it('tells that there is none', () => {
    const before = fileStamp(path);
    rmSync(path);
    const gone = fileStamp(path);
    expect(gone).toEqual({ text: ' ', file: undefined, log: undefined });
    expect(gone.text).not.toBe(before.text);
  });
});

describe('the log beside it', () => {
  it('counts where there is something in it', () => {
    const without = fileStamp(path);
    writeFileSync(`${path}-wal`, '');
    expect(fileStamp(path)).toEqual(without);
    writeFileSync(`${path}-wal`, 'a commit');
    const withLog = fileStamp(path);
    expect(withLog.log).toBeDefined();
    expect(withLog.text).not.toBe(without.text);
    expect(withLog.file).toBe(without.file);
    writeFileSync(`${path}-wal`, 'a commit, and another one');
    expect(fileStamp(path).text).not.toBe(withLog.text);
    expect(fileStamp(path).log).toBe(withLog.log);
  });

  it('is that of the file to which a link leads', () => {
    const link = join(temporaryFolder(), 'link.db');
    symlinkSync(path, link);
    writeFileSync(`${path}-wal`, 'a commit');
    writeFileSync(`${link}-wal`, 'what SQLite does not look at');
    expect(fileStamp(link)).toEqual(fileStamp(path));
  });

  it('is looked for beside a link that leads nowhere, without a complaint', () => {
    const link = join(temporaryFolder(), 'link.db');
    symlinkSync(join(path, '..', 'missing.db'), link);
    expect(fileStamp(link).file).toBeUndefined();
    mkdirSync(`${link}-wal`);
    expect(fileStamp(link).file).toBeUndefined();
  });
});
