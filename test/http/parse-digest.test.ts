import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/http/parse-digest.ts';

const read = (header: string) => {
  const parameters = parseDigest(header);
  return parameters === undefined ? undefined : Object.fromEntries(parameters);
};

describe('the parameters of a Digest', () => {
  it.each([
    [
      'as curl writes them',
      'Digest username="fs", nc=00000001, qop=auth',
      { username: 'fs', nc: '00000001', qop: 'auth' },
    ],
    ['in any case', 'dIgEsT UserName="Fs"', { username: 'Fs' }],
    ['with escapes', 'Digest username="a\\"b\\\\c", uri="/,="', { username: 'a"b\\c', uri: '/,=' }],
    ['empty', 'Digest username=""', { username: '' }],
    ['with blanks', 'Digest  a = "b" ,\tc=d', { a: 'b', c: 'd' }],
    ['none', 'Digest ', undefined],
    ['of another scheme', 'Basic username="fs"', undefined],
    ['of a longer scheme', 'Digests username="fs"', undefined],
    ['said twice', 'Digest a="b", A="c"', undefined],
    ['without an end', 'Digest a="b', undefined],
    ['without a comma', 'Digest a="b" c="d"', undefined],
    ['without a value', 'Digest a=, b=c', undefined],
    ['too long', `Digest a="${'x'.repeat(9_000)}"`, undefined],
  ])('are read where they are %s', (_what, header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it('come back as they were written, whatever is in them', () => {
    const name = fc.stringMatching(/^[a-z0-9*_-]{1,32}$/);
    const parameters = fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 40 }), { minKeys: 1, maxKeys: 10 });
    fc.assert(
      fc.property(parameters, (given) => {
        const written = Object.entries(given).map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`);
        expect(read(`Digest ${written.join(', ')}`)).toEqual({ ...given });
      }),
    );
  });

  it('are none, or some, of any text: it is never an error, and takes no time', () => {
    const piece = fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'qop', '\t', '\n', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 1_000 }), (pieces) => {
        const parameters = parseDigest(`Digest ${pieces.join('')}`);
        expect(parameters === undefined || parameters.size > 0).toBe(true);
      }),
    );
  });
});
