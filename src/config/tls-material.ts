import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Finding } from '../errors/finding.ts';
import { settingVariable } from './given-settings.ts';
import { commonValidity, readCertificates, type Validity } from './read-certificates.ts';

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

type FileName = keyof TlsPaths;

/**
 * Reads and checks the files that a server speaks TLS with. No finding repeats anything of what they hold.
 * @param readFile throws where the file cannot be read
 * @returns undefined where no certificate is named, so that the server speaks plain http
 */
export function readTlsMaterial(paths: TlsPaths, readFile: (path: string) => string): TlsReading | undefined {
  if (paths.tlsCert === undefined) return undefined;
  const findings: Finding[] = [];
  const textOf = (name: FileName): string | undefined => {
    const path = paths[name];
    if (path === undefined) return undefined;
    try {
      return readFile(path);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      const what = `${path} cannot be read (${code})`;
      const fix = 'name a file that this user can read';
      findings.push({ code: 'tls-file-unreadable', where: settingVariable(name), what, fix });
      return undefined;
    }
  };
  const [cert, key, clientCa] = [textOf('tlsCert'), textOf('tlsKey'), textOf('tlsClientCa')];
  const refuse = (name: FileName, what: string, fix: string): undefined => {
    findings.push({ code: 'tls-file-invalid', where: settingVariable(name), what: `${paths[name]}: ${what}`, fix });
  };
  const certificatesOf = (name: FileName, text: string | undefined): readonly X509Certificate[] | undefined => {
    const certificates = text === undefined ? undefined : readCertificates(text);
    const fix = 'name a file of certificates in PEM form';
    return typeof certificates === 'string' ? refuse(name, certificates, fix) : certificates;
  };
  const chain = certificatesOf('tlsCert', cert);
  const authorities = certificatesOf('tlsClientCa', clientCa);
  const privateKey = key === undefined ? undefined : readKey(key, (what, fix) => refuse('tlsKey', what, fix));
  if (chain !== undefined && privateKey !== undefined) findings.push(...mismatchFindings(chain, privateKey));
  if (findings.length > 0 || chain === undefined || cert === undefined || key === undefined) {
    return { material: undefined, findings };
  }
  const refusal = openSslRefusal({ cert, key, ca: clientCa });
  if (refusal !== undefined) {
    refuse('tlsCert', refusal, 'make a new key and certificate: ECDSA P-256, or RSA of 2048 bits');
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
function readKey(pem: string, refuse: (what: string, fix: string) => undefined): KeyObject | undefined {
  if (/ENCRYPTED/.test(pem)) {
    const fix = 'take the passphrase off (openssl pkey -in FILE -out NEW), and keep the file to the user of the server';
    return refuse('the key is protected by a passphrase, and nobody types one when a server starts', fix);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    return refuse('it holds no private key in PEM form', 'name the file of the key that belongs to the certificate');
  }
}

function mismatchFindings(chain: readonly X509Certificate[], key: KeyObject): readonly Finding[] {
  if (chain[0]?.checkPrivateKey(key) === true) return [];
  const isLater = chain.some((it) => it.checkPrivateKey(key));
  const where = settingVariable('tlsKey');
  return [
    isLater
      ? {
          code: 'tls-key-mismatch',
          where,
          what: 'the key belongs to a later certificate of the file, not to its first',
          fix: "put the server's own certificate first, then the one that signed it, and so on",
        }
      : {
          code: 'tls-key-mismatch',
          where,
          what: 'the key does not belong to the certificate',
          fix: 'name the key that the certificate was made for',
        },
  ];
}

/** Each certificate is to be signed by the next, or who verifies does not find the way to the authority. */
function brokenChainFindings(chain: readonly X509Certificate[]): readonly Finding[] {
  return chain.slice(1).flatMap((issuer, at) => {
    if (chain[at]?.checkIssued(issuer) === true) return [];
    const what = `certificate ${at + 2} in the file did not sign certificate ${at + 1}`;
    const fix = "put the server's own certificate first, then the one that signed it, and so on";
    return [{ code: 'tls-chain-broken', where: settingVariable('tlsCert'), what, fix }];
  });
}

/** Whether OpenSSL takes them: it refuses weak keys, for one. */
function openSslRefusal(options: { cert: string; key: string; ca: string | undefined }): string | undefined {
  try {
    createSecureContext({ ...options, minVersion: 'TLSv1.2' });
    return undefined;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return `OpenSSL refuses them (${code})`;
  }
}
