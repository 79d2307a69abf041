import { X509Certificate } from 'node:crypto';

/** One block of PEM. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM file, in its order; anything else in it is passed over, as OpenSSL does.
 * @returns what is wrong, without any of the file's own text: it may hold a key
 */
export function readCertificates(pem: string): readonly X509Certificate[] | string {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return 'it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)';
  const certificates: X509Certificate[] = [];
  for (const [at, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return `certificate ${at + 1} of ${blocks.length} in it is damaged`;
    }
  }
  return certificates;
}

/** From when until when a certificate is valid, milliseconds since 1970. */
export interface Validity {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The time in which all of the certificates are valid. */
export function commonValidity(certificates: readonly X509Certificate[]): Validity {
  return {
    fromMs: Math.max(...certificates.map(({ validFrom }) => Date.parse(validFrom))),
    untilMs: Math.min(...certificates.map(({ validTo }) => Date.parse(validTo))),
  };
}
