import { describe, expect, it } from 'vitest';
import { type DigestAlgorithm, digestResponse, digestSecret } from '../../src/http/digest-response.ts';

/** The example of RFC 7616, 3.9.1. */
function exampleResponse(algorithm: DigestAlgorithm): string {
  const secret = digestSecret(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life');
  return digestResponse(secret, {
    algorithm,
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  });
}

describe('the response of a Digest', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('is with %s that of RFC 7616', (algorithm, response) => {
    expect(exampleResponse(algorithm)).toBe(response);
  });
});
