import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Finding } from '../errors/finding.ts';
import { settingVariable } from './given-settings.ts';
import { PemFiles } from './pem-files.ts';
import { commonValidity, type Validity } from './read-certificates.ts';

/** What a server speaks TLS with: files that were found to fit each other. */
export interface TlsMaterial {
  /** Certificate chain, key and authorities of clients, as PEM. The key is a secret. */
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  /** When the whole chain that is shown is valid. */
  readonly served: Validity;
  /** When all authorities of clients are. */
  readonly clients: Validity | undefined;
  /** Tells this certificate from others: SHA-256, as OpenSSL writes it. */
  readonly fingerprint: string;
  /** What is doubtful whatever the time is. */
  readonly warnings: readonly Finding[];
}

/** The paths of its files; undefined = there is none. */
export interface TlsPaths {
  /** The certificate that the server shows, and those that lead to its authority. With it the server speaks https. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** The authorities one of which has to have signed a client's certificate; without it clients need none. */
  readonly tlsClientCa?: string | undefined;
}

/** Either what was read, or everything that is wrong with it. */
export interface TlsReading {
  readonly material: TlsMaterial | undefined;
  readonly findings: readonly Finding[];
}

const ORDER = "put the server's own certificate first, then the one that signed it, and so on";

/**
 * Reads and checks the files that a server speaks TLS with. No finding repeats anything of what they hold.
 * @param readFile throws where the file cannot be read
 * @returns undefined where no certificate is named, so that the server speaks plain http
 */
export function readTlsMaterial(paths: TlsPaths, readFile: (path: string) => string): TlsReading | undefined {
  if (paths.tlsCert === undefined) return undefined;
  const files = new PemFiles(paths, readFile);
  const { findings } = files;
  const [cert, key, clientCa] = [files.text('tlsCert'), files.text('tlsKey'), files.text('tlsClientCa')];
  const chain = files.certificates('tlsCert', cert);
  const authorities = files.certificates('tlsClientCa', clientCa);
  const privateKey = key === undefined ? undefined : readKey(key, files);
  if (chain !== undefined && privateKey !== undefined) refuseMismatch(chain, privateKey, files);
  if (findings.length === 0 && cert !== undefined && key !== undefined) refuseWeak({ cert, key, ca: clientCa }, files);
  if (findings.length > 0 || chain === undefined || cert === undefined || key === undefined) {
    return { material: undefined, findings };
  }
  const material: TlsMaterial = {
    cert,
    key,
    clientCa,
    served: commonValidity(chain),
    clients: authorities === undefined ? undefined : commonValidity(authorities),
    fingerprint: chain[0]?.fingerprint256 ?? '',
    warnings: brokenChainFindings(chain),
  };
  return { material, findings };
}

/** No message of OpenSSL's is passed on: it says nothing to an operator. */
function readKey(pem: string, files: PemFiles): KeyObject | undefined {
  if (pem.includes('ENCRYPTED')) {
    const what = 'the key is protected by a passphrase, and nobody types one when a server starts';
    const fix = 'take the passphrase off (openssl pkey -in FILE -out NEW), and keep the file to the user of the server';
    files.refuse('tlsKey', what, fix);
    return undefined;
  }
  try {
    return createPrivateKey(pem);
  } catch {
    const fix = 'name the file of the key that belongs to the certificate';
    files.refuse('tlsKey', 'it holds no private key in PEM form', fix);
    return undefined;
  }
}

function refuseMismatch(chain: readonly X509Certificate[], key: KeyObject, files: PemFiles): void {
  if (chain[0]?.checkPrivateKey(key) === true) return;
  const code = 'tls-key-mismatch';
  if (chain.some((it) => it.checkPrivateKey(key))) {
    files.refuse('tlsKey', 'it belongs to a later certificate of the chain, not to the first', ORDER, code);
  } else {
    files.refuse('tlsKey', 'it does not belong to the certificate', 'name the key that the certificate has', code);
  }
}

/** Each certificate is to be signed by the next, or who verifies does not find the way to the authority. */
function brokenChainFindings(chain: readonly X509Certificate[]): readonly Finding[] {
  return chain.slice(1).flatMap((issuer, at) => {
    if (chain[at]?.checkIssued(issuer) === true) return [];
    const what = `certificate ${at + 2} in the file did not sign certificate ${at + 1}`;
    return [{ code: 'tls-chain-broken', where: settingVariable('tlsCert'), what, fix: ORDER }];
  });
}

/** OpenSSL has a last word: it refuses weak keys, for one. */
function refuseWeak(options: { cert: string; key: string; ca: string | undefined }, files: PemFiles): void {
  try {
    createSecureContext({ ...options, minVersion: 'TLSv1.2' });
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const fix = 'make a new key and certificate: ECDSA P-256, or RSA of 2048 bits';
    files.refuse('tlsCert', `OpenSSL refuses it (${code})`, fix);
  }
}
