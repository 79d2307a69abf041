import { createHash } from 'node:crypto';

/** Those of RFC 7616 that libcurl knows in every version that mod_xml_curl is built with. */
export const DIGEST_ALGORITHMS = ['SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** What goes into a response besides the secret; one character a byte. */
export interface DigestQuestion {
  readonly algorithm: DigestAlgorithm;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** Eight hexadecimal digits. */
  readonly nc: string;
  readonly cnonce: string;
}

/** H(A1) of RFC 7616, 3.4.2: all that has to be known of a password. */
export function digestSecret(algorithm: DigestAlgorithm, user: string, realm: string, password: string): string {
  return hash(algorithm, Buffer.from(`${user}:${realm}:${password}`));
}

/** The `response` for qop=auth (RFC 7616, 3.4.1), in lower case. @param secret as `digestSecret` makes it */
export function digestResponse(secret: string, question: DigestQuestion): string {
  const { algorithm, method, uri, nonce, nc, cnonce } = question;
  const asked = hash(algorithm, Buffer.from(`${method}:${uri}`, 'latin1'));
  return hash(algorithm, Buffer.from(`${secret}:${nonce}:${nc}:${cnonce}:auth:${asked}`, 'latin1'));
}

function hash(algorithm: DigestAlgorithm, bytes: Buffer): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(bytes)
    .digest('hex');
}
