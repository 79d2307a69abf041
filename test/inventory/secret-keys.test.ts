import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newSecretKey, secretForm, SecretKeys } from '../../src/inventory/secret-keys.ts';

const PLACE = 'gateways.password';
const keys = new SecretKeys([newSecretKey('k1'), newSecretKey('k2')]);
const text = fc.string({ unit: 'binary', maxLength: 300 }).filter((it) => !it.startsWith('enc:') && it.isWellFormed());

describe('a sealed secret', () => {
  it('opens to what it was, under the key that it names, and is seen nowhere in itself', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('k1', 'k2'), (plain, keyId) => {
        const sealed = keys.seal(PLACE, plain, keyId);
        expect(secretForm(sealed)).toEqual({ kind: 'sealed', keyId });
        expect(keys.open(PLACE, sealed)).toEqual({ kind: 'plain', text: plain });
        expect(sealed).toMatch(/^enc:v1:k[12]:[A-Za-z0-9_-]+$/);
        if (plain.length > 3) expect(Buffer.from(sealed.split(':')[3] ?? '', 'base64url').includes(plain)).toBe(false);
      }),
    );
  });

  it('does not open with one bit of it flipped', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(7), (plain, at, bit) => {
        const [head, encoded] = cut(keys.seal(PLACE, plain));
        const bytes = Buffer.from(encoded, 'base64url');
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        expect(keys.open(PLACE, head + bytes.toString('base64url'))).toEqual({ kind: 'broken' });
      }),
    );
  });

  it('does not open with one character of it changed, taken away or added', () => {
    const other = fc.stringMatching(/^[A-Za-z0-9_\-=+/ ]$/);
    fc.assert(
      fc.property(text, fc.nat(), other, fc.constantFrom('change', 'take', 'add'), (plain, at, letter, how) => {
        const [head, encoded] = cut(keys.seal(PLACE, plain));
        const place = at % encoded.length;
        const rest = encoded.slice(how === 'add' ? place : place + 1);
        const changed = encoded.slice(0, place) + (how === 'take' ? '' : letter) + rest;
        fc.pre(changed !== encoded);
        expect(keys.open(PLACE, head + changed)).toEqual({ kind: 'broken' });
      }),
    );
  });

  it('opens in no other column, under no other name of its key, and with no other key of this name', () => {
    const sealed = keys.seal(PLACE, 'p');
    expect(keys.open('switches.esl_password', sealed)).toEqual({ kind: 'broken' });
    expect(keys.open(PLACE, sealed.replace(':k1:', ':k2:'))).toEqual({ kind: 'broken' });
    expect(new SecretKeys([newSecretKey('k1')]).open(PLACE, sealed)).toEqual({ kind: 'broken' });
    expect(new SecretKeys([newSecretKey('k3')]).open(PLACE, sealed)).toEqual({ kind: 'locked', keyId: 'k1' });
  });

  it('is another each time: no nonce comes twice', () => {
    const sealed = Array.from({ length: 20_000 }, () => cut(keys.seal(PLACE, 'the same'))[1]);
    const nonces = new Set(sealed.map((it) => Buffer.from(it, 'base64url').subarray(0, 12).toString('hex')));
    expect(nonces.size).toBe(sealed.length);
  });

  it('is never made up of anything: what begins with enc: opens to nothing', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.base64String()), (rest) => {
        for (const stored of [`enc:${rest}`, `enc:v1:k1:${rest}`, `enc:v2:k1:${rest}`]) {
          expect(keys.open(PLACE, stored).kind).not.toBe('plain');
        }
      }),
    );
  });
});

it('a text that does not begin with enc: is itself, with or without keys', () => {
  for (const some of [keys, new SecretKeys([])]) {
    expect(some.open(PLACE, 'Enc:v1:k1:AAAA')).toEqual({ kind: 'plain', text: 'Enc:v1:k1:AAAA' });
  }
});

it('nothing is sealed without a key', () => {
  expect(() => new SecretKeys([]).seal(PLACE, 'p')).toThrow('no key');
  expect(() => keys.seal(PLACE, 'p', 'k3')).toThrow('no key');
});

it('other keys, or another order of them, are another identity, which does not show them', () => {
  const bytes = randomBytes(32);
  const identities = [keys, new SecretKeys([]), new SecretKeys([newSecretKey('k1')])].map(({ identity }) => identity);
  expect(new Set(identities).size).toBe(3);
  expect(keys.identity).toBe(keys.identity);
  expect(identities.join()).not.toContain(bytes.toString('base64'));
});

function cut(sealed: string): [string, string] {
  const at = sealed.lastIndexOf(':') + 1;
  return [sealed.slice(0, at), sealed.slice(at)];
}
