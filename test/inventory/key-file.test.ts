import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { KeyFile, parseKeyFile, prependKey } from '../../src/inventory/key-file.ts';
import { newSecretKey } from '../../src/inventory/secret-keys.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';

const HEX = '00112233445566778899aabbccddeeff'.repeat(2);
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');

function findingsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof OperatorError) return error.findings.map(({ code, where }) => `${code} ${where}`);
    throw error;
  }
  return [];
}

describe('a key file', () => {
  it('has a key a line, in hexadecimal or base64, with a name or without; the first one seals', () => {
    const keys = parseKeyFile(`# mine\n\na ${HEX}\r\n  b   ${BASE64}\n${HEX}\n`, 'keys');
    expect(keys.map(({ id }) => id)).toEqual(['a', 'b', '4773d12e']);
    expect(keys.map(({ key }) => key.export().toString('hex'))).toEqual([HEX, HEX, HEX]);
  });

  it.each([
    ['nothing', '\n# none\n', ['key-file-invalid keys']],
    ['a short key', `a ${HEX.slice(2)}`, ['key-file-invalid keys:1']],
    ['a long key', `a ${HEX}00`, ['key-file-invalid keys:1']],
    ['three words', `a b ${HEX}`, ['key-file-invalid keys:1']],
    [
      'a name of a wrong form',
      `a:b ${HEX}\n${'x'.repeat(17)} ${HEX}`,
      ['key-file-invalid keys:1', 'key-file-invalid keys:2'],
    ],
    ['a name twice', `a ${HEX}\na ${BASE64}`, ['key-file-invalid keys:2']],
    ['the same key twice without a name', `${HEX}\n${BASE64}`, ['key-file-invalid keys:2']],
  ])('is refused with %s, each line of it told', (_what, text, places) => {
    expect(findingsOf(() => parseKeyFile(text, 'keys'))).toEqual(places);
  });

  it('is repeated in no message', () => {
    for (const text of [`a ${HEX}x`, `a b ${BASE64}`, `${HEX}${HEX}`, `a ${HEX}\na ${HEX}`]) {
      let message = '';
      try {
        parseKeyFile(text, 'keys');
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('key-file-invalid');
      expect(message).not.toMatch(/00112233|ABEiM0/);
    }
  });

  it('that is not there is told of, with what makes one', () => {
    const file = new KeyFile(join(temporaryFolder(), 'keys'));
    expect(findingsOf(() => file.read())).toEqual([expect.stringMatching(/^settings-file-unreadable /)]);
    expect(file.stamp()).toBe('unreadable');
    expect([new KeyFile(undefined).stamp(), new KeyFile(undefined).read().ids]).toEqual(['none', []]);
  });

  it('has another stamp when it was written to, or replaced', () => {
    const path = join(temporaryFolder(), 'keys');
    prependKey(path, newSecretKey('a'));
    const stamps = [new KeyFile(path).stamp()];
    prependKey(path, newSecretKey('b'));
    stamps.push(new KeyFile(path).stamp());
    writeFileSync(path, `a ${HEX}\n`);
    stamps.push(new KeyFile(path).stamp());
    expect(new Set(stamps).size).toBe(3);
  });
});

describe('a new key', () => {
  it('comes first, before what is there, remarks included; the file is its owner only', () => {
    const path = join(temporaryFolder(), 'keys');
    prependKey(path, newSecretKey('a'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, `# mine\n${readFileSync(path, 'utf8')}`);
    chmodSync(path, 0o640);
    prependKey(path, newSecretKey());
    expect(new KeyFile(path).read().ids).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), 'a']);
    expect(readFileSync(path, 'utf8')).toContain('\n# mine\na ');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('takes no name that is taken, and goes into no file that is wrong or out of reach', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'keys');
    prependKey(path, newSecretKey('a'));
    const before = readFileSync(path, 'utf8');
    expect(
      findingsOf(() => {
        prependKey(path, newSecretKey('a'));
      }),
    ).toEqual([`name-taken ${path}`]);
    expect(readFileSync(path, 'utf8')).toBe(before);
    writeFileSync(path, 'nonsense');
    expect(
      findingsOf(() => {
        prependKey(path, newSecretKey('b'));
      }),
    ).toEqual([`key-file-invalid ${path}:1`]);
    const nowhere = join(folder, 'nowhere', 'keys');
    expect(
      findingsOf(() => {
        prependKey(nowhere, newSecretKey());
      }),
    ).toEqual([`settings-file-unreadable ${nowhere}`]);
  });
});
