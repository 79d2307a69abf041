import { createHash } from 'node:crypto';

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
}

/** The WWW-Authenticate that asks for a password (RFC 2617). */
export function writeChallenge({ realm, nonce }: DigestChallenge): string {
  return `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"`;
}

/** The fields of an Authorization; empty where it is none by digest. */
export function readAuthorization(value: string): ReadonlyMap<string, string> {
  const [, fields] = /^Digest\s+(.*)$/i.exec(value) ?? [];
  if (fields === undefined) return new Map();
  return new Map(
    [...fields.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))/g)].map(([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted ?? bare ?? '',
    ]),
  );
}

/** Whether an Authorization proves that its sender knows the password. */
export function provesPassword(
  value: string,
  method: string,
  { realm, nonce }: DigestChallenge,
  password: string,
): boolean {
  const fields = readAuthorization(value);
  const field = (name: string): string => fields.get(name) ?? '';
  if (field('realm') !== realm || field('nonce') !== nonce) return false;
  const secret = md5(`${field('username')}:${realm}:${password}`);
  const asked = md5(`${method}:${field('uri')}`);
  const quality = field('qop');
  const expected =
    quality === ''
      ? md5(`${secret}:${nonce}:${asked}`)
      : md5(`${secret}:${nonce}:${field('nc')}:${field('cnonce')}:${quality}:${asked}`);
  return field('response') === expected;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
