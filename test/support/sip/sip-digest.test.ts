import { expect, it } from 'vitest';
import { provesPassword, readAuthorization, writeChallenge } from './sip-digest.ts';

/** The example of RFC 2617 3.5. */
const CHALLENGE = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' };
const PROOF =
  'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
  'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1"';

it('knows a right password from a wrong one, by the example of the RFC', () => {
  expect(provesPassword(PROOF, 'GET', CHALLENGE, 'Circle Of Life')).toBe(true);
  expect(provesPassword(PROOF, 'GET', CHALLENGE, 'Circle of Life')).toBe(false);
  expect(provesPassword(PROOF, 'REGISTER', CHALLENGE, 'Circle Of Life')).toBe(false);
});

it('takes no proof that was made for another realm or nonce', () => {
  expect(provesPassword(PROOF, 'GET', { ...CHALLENGE, nonce: 'n' }, 'Circle Of Life')).toBe(false);
  expect(provesPassword(PROOF, 'GET', { ...CHALLENGE, realm: 'r' }, 'Circle Of Life')).toBe(false);
});

it('reads quoted and bare fields, and none of what is no digest', () => {
  expect(readAuthorization(PROOF).get('nc')).toBe('00000001');
  expect(readAuthorization('Digest username="a \\"b\\"", qop=auth').get('username')).toBe('a \\"b\\"');
  expect(readAuthorization('Basic dXNlcg==').size).toBe(0);
  expect(writeChallenge(CHALLENGE)).toContain('nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"');
});
