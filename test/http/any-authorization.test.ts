import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AskedRequest, authorisation } from '../../src/http/authorise.ts';
import { AccessRules } from '../../src/live/access-rules.ts';
import { ACCESS_ROLES } from '../../src/live/access-rule.ts';
import { DigestNonces } from '../../src/live/digest-nonces.ts';
import { FailedAttempts } from '../../src/live/failed-attempts.ts';
import { parseAccessFile } from '../../src/live/parse-access-file.ts';
import { basicHeader } from '../support/ask-from.ts';
import { digestHeader } from '../support/digest-header.ts';

const RULES = new AccessRules(
  parseAccessFile({ path: 'f', text: 'switch fs:right any\noperator al:right 10.0.0.0/8', listen: undefined }).rules,
  Buffer.from('salt'),
);
const nonces = new DigestNonces(Buffer.from('key'), () => 0);

function requestWith(authorization: string, remoteAddress = '203.0.113.9'): AskedRequest {
  const request: Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly socket: object } = {
    method: 'POST',
    url: '/fsapi',
    headers: { authorization },
    socket: { remoteAddress },
  };
  return request as AskedRequest;
}

/** Fragments that headers are made of, and right ones, cut and glued at random. */
const piece = fc.oneof(
  fc.constantFrom(
    'Basic ',
    'basic',
    'Digest ',
    'Bearer ',
    'fs',
    ':',
    ',',
    '=',
    '"',
    '\\',
    ' ',
    'right',
    'qop=auth',
    'nc=',
  ),
  fc.constantFrom(basicHeader('fs:righ'), basicHeader('fs:'), basicHeader(':right'), 'ZnM6', '%00'),
  fc
    .constantFrom('username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'cnonce')
    .chain((name) => fc.string({ maxLength: 20 }).map((value) => `${name}="${value}", `)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const header = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

/** Anybody who holds the password says so with one of these. */
const isRight = (text: string): boolean => {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(text) ?? [];
  return Buffer.from(encoded ?? '', 'base64').toString() === 'fs:right';
};

describe('any Authorization', () => {
  it('is never an error, and lets nobody in who does not know a password', () => {
    const authorise = authorisation({ rules: () => RULES, nonces, attempts: new FailedAttempts(() => 0) });
    fc.assert(
      fc.property(header, fc.constantFrom(...ACCESS_ROLES), (text, role) => {
        const refusal = authorise(requestWith(text), role);
        if (!isRight(text)) expect(refusal?.result).toBe('unauthorized');
      }),
      { numRuns: 2_000 },
    );
  });

  it('has a result by who asks for what, from where', () => {
    const authorise = authorisation({ rules: () => RULES, nonces, attempts: new FailedAttempts(() => 0) });
    const digest = (user: string) =>
      digestHeader({ user, password: 'right', method: 'POST', uri: '/fsapi', nonce: nonces.next() });
    for (const write of [(user: string) => basicHeader(`${user}:right`), digest]) {
      expect(authorise(requestWith(write('fs')), 'switch')).toBeUndefined();
      expect(authorise(requestWith(write('fs')), 'read')).toEqual({ result: 'forbidden', user: 'fs', lacks: 'role' });
      expect(authorise(requestWith(write('al')), 'read')).toEqual({
        result: 'forbidden',
        user: 'al',
        lacks: 'network',
      });
      expect(authorise(requestWith(write('al'), '::ffff:10.0.0.1'), 'read')).toBeUndefined();
      expect(authorise(requestWith(write('al'), '10.0.0.1'), 'switch')).toMatchObject({ lacks: 'role' });
    }
  });
});
