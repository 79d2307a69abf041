import { describe, expect, it } from 'vitest';
import { outOfDateFindings } from '../../src/config/out-of-date-findings.ts';
import { readTlsMaterial, type TlsReading } from '../../src/config/tls-material.ts';
import { tlsText } from '../support/tls-fixture.ts';

/** Reads texts in place of files; what is no text cannot be read. */
function read(cert: string | undefined, key: string | undefined, clientCa?: string): TlsReading {
  const files: Record<string, string | undefined> = { '/c.pem': cert, '/k.pem': key, '/ca.pem': clientCa };
  const paths = { tlsCert: '/c.pem', tlsKey: '/k.pem', tlsClientCa: clientCa === undefined ? undefined : '/ca.pem' };
  const reading = readTlsMaterial(paths, (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    return text;
  });
  return reading!;
}

const said = ({ findings }: TlsReading): string[] => findings.map(({ code, what }) => `${code} ${what}`);

const [cert, key] = [tlsText('server.pem'), tlsText('server.key')];

describe('certificate files', () => {
  it('that fit each other are taken, with the time in which the whole chain is valid', () => {
    const { material, findings } = read(cert, key, tlsText('client-ca.pem'));
    expect(findings).toEqual([]);
    expect(material).toMatchObject({ cert, key, clientCa: tlsText('client-ca.pem'), warnings: [] });
    expect(new Date(material!.served.untilMs).toISOString()).toBe('2126-01-01T00:00:00.000Z');
    // The intermediate certificate expires before the one that it signed.
    const chained = read(tlsText('chained.pem'), tlsText('chained.key')).material!;
    expect(new Date(chained.served.untilMs).toISOString()).toBe('2100-01-01T00:00:00.000Z');
    expect(chained.clients).toBeUndefined();
    expect(read(tlsText('renewed.pem'), tlsText('renewed.key')).material?.fingerprint).toMatch(
      /^(?:[0-9A-F]{2}:?){32}$/,
    );
  });

  it('may be one file that holds both', () => {
    expect(read(cert + key, cert + key).findings).toEqual([]);
  });

  it('are not needed where no certificate is named', () => {
    expect(readTlsMaterial({}, () => '')).toBeUndefined();
  });

  it.each([
    ['the key is not there', cert, undefined, ['tls-file-unreadable /k.pem: it cannot be read (ENOENT)']],
    ['the certificate is not there', undefined, key, ['tls-file-unreadable /c.pem: it cannot be read (ENOENT)']],
    [
      'the files are swapped',
      key,
      cert,
      [/^tls-file-invalid \/c.pem: it holds no certificate/, /^tls-file-invalid \/k.pem: it holds no private key/],
    ],
    ['the certificate is cut off', cert.slice(0, 300), key, [/^tls-file-invalid \/c.pem: it holds no certificate/]],
    [
      'the certificate is damaged',
      cert.replace(/\n[A-Za-z0-9+/]{10}/, '\nAAAAAAAAAA'),
      key,
      ['tls-file-invalid /c.pem: certificate 1 of 1 in it is damaged'],
    ],
    ['they are empty', '', '', [/tls-file-invalid \/c.pem/, /tls-file-invalid \/k.pem/]],
    [
      'the key is another one',
      cert,
      tlsText('client.key'),
      ['tls-key-mismatch /k.pem: it does not belong to the certificate'],
    ],
    ['the chain is upside down', tlsText('ca.pem') + cert, key, [/tls-key-mismatch .* later certificate/]],
    ['the key has a passphrase', cert, tlsText('encrypted.key'), [/tls-file-invalid .* passphrase/]],
  ] as const)('are refused where %s', (_, certText, keyText, wanted) => {
    const reading = read(certText, keyText);
    expect(reading.material).toBeUndefined();
    expect(said(reading)).toEqual(
      wanted.map((it) => (typeof it === 'string' ? it : (expect.stringMatching(it) as string))),
    );
  });

  it('are refused all at once', () => {
    expect(said(read('x', undefined, 'y')).length).toBe(3);
  });

  it('are refused where the key is too weak for OpenSSL', () => {
    expect(said(read(tlsText('weak.pem'), tlsText('weak.key')))).toEqual([
      expect.stringMatching(/^tls-file-invalid \/c.pem: OpenSSL refuses it/),
    ]);
  });

  it('give nothing of a key away, whatever is wrong with it', () => {
    const secret = key.split('\n')[1]!;
    for (const text of [key.slice(0, 100), `${key}x`, key.replace('BEGIN', 'BEGINN'), secret]) {
      for (const reading of [read(cert, text), read(text, text), read(text, key, text)]) {
        expect(JSON.stringify(reading.findings)).not.toContain(secret.slice(0, 12));
      }
    }
  });

  it('are taken with a warning where the chain has a hole', () => {
    const { material, findings } = read(cert + tlsText('client-ca.pem'), key);
    expect(findings).toEqual([]);
    expect(material?.warnings).toMatchObject([
      { code: 'tls-chain-broken', what: expect.stringContaining('certificate 2') as string },
    ]);
    expect(read(tlsText('chained.pem') + tlsText('ca.pem'), tlsText('chained.key')).material?.warnings).toEqual([]);
  });
});

describe('out of date', () => {
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
  const found = (name: 'server' | 'expired' | 'early' | 'chained', day: string, clientCa?: string) => {
    const { material } = read(tlsText(`${name}.pem`), tlsText(`${name}.key`), clientCa);
    return outOfDateFindings(material!, at(day)).map(({ where, what }) => `${where} ${what}`);
  };

  it('is what expired, and what is not valid yet', () => {
    expect(found('server', '2026-01-01')).toEqual([]);
    expect(found('expired', '2026-01-01')).toEqual([
      expect.stringMatching(/^TRUNKHUNT_TLS_CERT .* expired at 2021-01-01T00:00:00/),
    ]);
    expect(found('early', '2026-01-01')).toEqual([
      expect.stringMatching(/^TRUNKHUNT_TLS_CERT .* not valid before 2125-01-01/),
    ]);
    expect(found('expired', '2020-12-31')).toEqual([]);
    expect(found('expired', '2021-01-01')).not.toEqual([]);
  });

  it('is a chain of which any certificate is', () => {
    expect(found('chained', '2100-06-01')).toEqual([expect.stringContaining('2100-01-01')]);
  });

  it('is an authority of clients that is', () => {
    expect(found('server', '2026-01-01', tlsText('expired-client-ca.pem'))).toEqual([
      expect.stringMatching(/^TRUNKHUNT_TLS_CLIENT_CA .*2021-01-01/),
    ]);
  });
});
