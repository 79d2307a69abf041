import { DIGEST_ALGORITHMS } from './digest-response.ts';

export const REALM = 'trunkhunt';

/**
 * The values of `WWW-Authenticate`. libcurl takes the first Digest and overlooks the others, so the stronger one comes
 * first; a version too old for it takes none.
 * @param isStale the password was right, but its nonce is too old: the client tries again without asking anybody
 */
export function challenges(nonce: string, isStale = false): readonly string[] {
  const stale = isStale ? ', stale=true' : '';
  return [
    ...DIGEST_ALGORITHMS.map(
      (algorithm) =>
        `Digest realm="${REALM}", qop="auth", algorithm=${algorithm}, nonce="${nonce}", charset=UTF-8${stale}`,
    ),
    `Basic realm="${REALM}", charset="UTF-8"`,
  ];
}
