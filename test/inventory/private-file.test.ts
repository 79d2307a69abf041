import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { keepOwner, makePrivateFile, openFileFindings } from '../../src/inventory/private-file.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';

const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a private file', () => {
  it('is new, empty, and its owner only', () => {
    const path = join(temporaryFolder(), 'it');
    makePrivateFile(path);
    expect([modeOf(path), readFileSync(path, 'utf8')]).toEqual([0o600, '']);
    expect(() => {
      makePrivateFile(path);
    }).toThrow('EEXIST');
  });

  it.runIf(isRoot)("that root makes in somebody's folder is that one's", () => {
    const folder = join(temporaryFolder(), 'theirs');
    mkdirSync(folder);
    chownSync(folder, 12_345, 23_456);
    makePrivateFile(join(folder, 'it'));
    const { uid, gid } = statSync(join(folder, 'it'));
    expect([uid, gid, modeOf(join(folder, 'it'))]).toEqual([12_345, 23_456, 0o600]);
  });
});

describe('a file that takes the place of another', () => {
  it('has its permissions', () => {
    const folder = temporaryFolder();
    const [old, file] = [join(folder, 'old'), join(folder, 'new')];
    makePrivateFile(file);
    keepOwner(file, old);
    expect(modeOf(file)).toBe(0o600);
    writeFileSync(old, '');
    chmodSync(old, 0o640);
    keepOwner(file, old);
    expect(modeOf(file)).toBe(0o640);
  });
});

describe('a file that others can get at', () => {
  it.each([
    [0o600, 0, 0],
    [0o400, 0, 0],
    [0o640, 0, 1],
    [0o660, 0, 1],
    [0o644, 1, 1],
    [0o602, 1, 1],
    [0o777, 1, 1],
  ])('of permissions %o', (mode, beyondGroup, beyondOwner) => {
    const path = join(temporaryFolder(), 'it');
    writeFileSync(path, '');
    chmodSync(path, mode);
    expect(openFileFindings([path, `${path}-wal`])).toHaveLength(beyondGroup);
    expect(openFileFindings([path], 'owner')).toHaveLength(beyondOwner);
  });

  it('is told of with what it has, and how to mend it', () => {
    const path = join(temporaryFolder(), 'it');
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    expect(openFileFindings([path])).toEqual([
      {
        code: 'file-open-to-others',
        where: path,
        what: 'its permissions are 0644: not only its owner and group can get at what it holds',
        fix: `chmod o= ${path}`,
      },
    ]);
  });
});
