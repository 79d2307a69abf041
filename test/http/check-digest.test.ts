import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDigest } from '../../src/http/check-digest.ts';
import { ruleForAll } from '../../src/live/access-rule.ts';
import { AccessRules } from '../../src/live/access-rules.ts';
import { DigestNonces } from '../../src/live/digest-nonces.ts';
import { digestHeader } from '../support/digest-header.ts';

const URI = '/fsapi?headers=X-A';
const SALT = Buffer.from('salt');
const nonces = new DigestNonces(Buffer.from('key'), () => 0);
const rulesOf = (...credentials: readonly (readonly [user: string, password: string])[]) =>
  new AccessRules(
    credentials.map(([user, password]) => ruleForAll({ user, password })),
    SALT,
  );
const rules = rulesOf(['fs', 'old'], ['fs', 'new'], ['other', 'pw']);
const check = (header: string, url = URI, method = 'POST') => checkDigest(header, { method, url }, rules, nonces);
const client = { user: 'fs', password: 'new', method: 'POST', uri: URI };

describe('a Digest', () => {
  it.each(['MD5', 'SHA-256'] as const)('shows with %s which credentials are known, old and new ones', (algorithm) => {
    for (const password of ['old', 'new']) {
      const proof = check(digestHeader({ ...client, password, algorithm, nonce: nonces.next() }));
      expect([proof?.credentials.password, proof?.isStale]).toEqual([password, false]);
    }
  });

  it('is MD5 where it does not say', () => {
    const header = digestHeader({ ...client, algorithm: 'MD5', nonce: nonces.next() });
    expect(check(header.replace(', algorithm=MD5', ''))?.credentials.user).toBe('fs');
  });

  it('is stale a second time, and with a nonce that is not ours, but only where the password is right', () => {
    const header = digestHeader({ ...client, nonce: nonces.next() });
    expect([check(header)?.isStale, check(header)?.isStale]).toEqual([false, true]);
    expect(check(digestHeader({ ...client, nonce: 'elsewhere' }))?.isStale).toBe(true);
    expect(check(digestHeader({ ...client, password: 'x', nonce: 'elsewhere' }))).toBeUndefined();
  });

  const right = digestHeader({ ...client, nonce: nonces.next() });

  it.each([
    ['another password', digestHeader({ ...client, password: 'pw', nonce: nonces.next() })],
    ['another user', digestHeader({ ...client, user: 'FS', nonce: nonces.next() })],
    ['nobody, and no password', digestHeader({ ...client, user: '', password: '', nonce: nonces.next() })],
    ['a user that is nobody', digestHeader({ ...client, user: 'nobody', password: '', nonce: nonces.next() })],
    ['another realm', digestHeader({ ...client, realm: 'x', nonce: nonces.next() })],
    ['another method', digestHeader({ ...client, method: 'GET', nonce: nonces.next() })],
    ['another page', digestHeader({ ...client, uri: '/fsapi', nonce: nonces.next() })],
    ['the page without its query', digestHeader({ ...client, uri: '/fsapi', nonce: nonces.next() })],
    ['another count than was hashed', right.replace('nc=00000001', 'nc=00000002')],
    ['a count that is none', digestHeader({ ...client, nc: '1', nonce: nonces.next() })],
    ['no quality of protection', right.replace(', qop=auth', '')],
    ['auth-int', right.replace('qop=auth', 'qop=auth-int')],
    ['an algorithm with a session', right.replace('SHA-256', 'SHA-256-sess')],
    ['no response', right.replace(/, response="[^"]*"/, '')],
    ['half a response', right.replace(/(response="[^"]{32})[^"]*"/, '$1"')],
    ['no nonce', right.replace(/, nonce="[^"]*"/, '')],
    ['no cnonce', right.replace('cnonce="client"', 'cnonce=""')],
  ])('with %s is wrong', (_what, header) => {
    expect(check(header)).toBeUndefined();
  });

  it('is right for users and passwords of all kinds of characters', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((it) => !/[:\p{Cc}]/u.test(it));
    fc.assert(
      fc.property(word, word, (user, password) => {
        const header = digestHeader({ ...client, user, password, nonce: nonces.next() });
        const proof = checkDigest(header, { method: 'POST', url: URI }, rulesOf([user, password]), nonces);
        expect(proof?.credentials).toMatchObject({ user, password });
      }),
    );
  });

  it('lets nobody in who changed a character of it', () => {
    const header = digestHeader({ ...client, nonce: nonces.next() });
    const edits = fc.tuple(fc.nat(header.length - 1), fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }));
    fc.assert(
      fc.property(edits, ([at, other]) => {
        const edited = header.slice(0, at) + other + header.slice(at + 1);
        const proof = check(edited);
        // In another case, or spelled with another blank, it may still say the same: then it is as good, but once.
        if (proof !== undefined)
          expect([edited.toLowerCase().replace(/\s/g, ' '), proof.credentials.user]).toEqual([
            header.toLowerCase(),
            'fs',
          ]);
      }),
      { numRuns: 1_000 },
    );
  });
});
