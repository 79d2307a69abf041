import { createHash } from 'node:crypto';

export interface DigestClient {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly algorithm?: 'MD5' | 'SHA-256';
  readonly realm?: string;
  readonly nc?: string;
}

/** `Authorization: Digest` as a client writes it (RFC 7616, 3.4), without any of the server's own code. */
export function digestHeader(client: DigestClient): string {
  const { user, password, method, uri, nonce, algorithm = 'SHA-256', realm = 'trunkhunt', nc = '00000001' } = client;
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const response = hash(
    `${hash(`${user}:${realm}:${password}`)}:${nonce}:${nc}:client:auth:${hash(`${method}:${uri}`)}`,
  );
  const name = Buffer.from(user).toString('latin1').replace(/["\\]/g, '\\$&');
  return `Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}", cnonce="client", nc=${nc}, qop=auth, response="${response}", algorithm=${algorithm}`;
}
