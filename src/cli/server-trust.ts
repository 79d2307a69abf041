import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions, createSecureContext, type TLSSocket } from 'node:tls';
import { PemFiles } from '../config/pem-files.ts';
import type { TlsSettings } from '../config/tls-settings.ts';
import { OperatorError } from '../errors/operator-error.ts';

/** By what a command knows that it talks to the server, and what it shows of itself. */
export interface ServerTrust {
  /** Authorities, as PEM: one of them has signed the server's certificate, which has the name that is called. */
  readonly ca: string | undefined;
  /** Where there are none: the very certificate that the server shows, as its SHA-256. */
  readonly pinned: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const PIN_FIX =
  'name a file that this user can read, or with --tls-ca (TRUNKHUNT_TLS_CA) the authority that signed the certificate';

/** Whether the server of these settings is asked by https. */
export function isSecure({ tlsCert, tlsCa }: TlsSettings): boolean {
  return (tlsCert ?? tlsCa) !== undefined;
}

/**
 * Reads the files that a command needs to talk to the server.
 * @returns undefined where the server speaks plain http
 * @throws OperatorError tls-file-unreadable, tls-file-invalid
 */
export function readServerTrust(settings: TlsSettings): ServerTrust | undefined {
  if (!isSecure(settings)) return undefined;
  const files = new PemFiles(settings, (path) => readFileSync(path, 'utf8'));
  const authorities = files.certificates('tlsCa', files.text('tlsCa'));
  // Where an authority is named it is the one that counts: the file of the server may well be out of reach.
  const pin = settings.tlsCa === undefined ? files.text('tlsCert', PIN_FIX) : undefined;
  const pinned = files.certificates('tlsCert', pin)?.[0];
  const [cert, key] = [files.text('tlsClientCert'), files.text('tlsClientKey')];
  if (cert !== undefined && key !== undefined && !isPair(cert, key)) {
    const what = `OpenSSL does not take it together with ${settings.tlsClientKey}`;
    const fix = 'name the certificate that this key was made for, both in PEM form and without a passphrase';
    files.refuse('tlsClientCert', what, fix);
  }
  if (files.findings.length > 0) throw new OperatorError(files.findings);
  return { ca: authorities?.join('\n'), pinned: pinned?.fingerprint256, cert, key };
}

function isPair(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}

/** It is somebody else who answers, or who cannot prove to be the server. */
export class UntrustedServerError extends Error {}

/**
 * Connects to the server and makes sure that it is the server, before anything secret is sent.
 * @throws UntrustedServerError, Error where nobody answers or the files of the client's certificate do not do
 */
export async function connectSecurely(url: URL, trust: ServerTrust, timeoutMs: number): Promise<TLSSocket> {
  const { ca, pinned, cert, key } = trust;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options: ConnectionOptions = {
    host,
    port: Number(url.port === '' ? 443 : url.port),
    // An address is no name to ask for in a handshake.
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // With a pinned certificate neither its authority nor its date matter: it is the one.
    rejectUnauthorized: pinned === undefined,
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    // It stays: what goes wrong between here and the request ends the request, not the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      fail(isDistrust(error) ? new UntrustedServerError(error.message) : tlsErrorInWords(error));
    });
    const whenSilent = (): void => {
      fail(new Error(`nothing came within ${timeoutMs} ms`));
    };
    socket.setTimeout(timeoutMs, whenSilent);
    socket.once('secureConnect', () => {
      if (pinned !== undefined && socket.getPeerX509Certificate()?.fingerprint256 !== pinned) {
        fail(new UntrustedServerError('it shows another certificate than the one in TRUNKHUNT_TLS_CERT'));
        return;
      }
      socket.setTimeout(0);
      socket.off('timeout', whenSilent);
      resolve(socket);
    });
  });
}

/** What OpenSSL says reads like a stack trace: the usual reasons in words. */
export function tlsErrorInWords(error: NodeJS.ErrnoException): Error {
  const { code = '' } = error;
  if (/_ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/.test(code)) {
    return new Error('it wants to see a client certificate (--tls-client-cert, TRUNKHUNT_TLS_CLIENT_CERT)');
  }
  if (/WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST/.test(code)) return new Error(`it does not speak TLS (${code})`);
  return code.startsWith('ERR_SSL_') ? new Error(`TLS failed (${code})`) : error;
}

/** What Node says of a certificate that it does not take: codes of OpenSSL's verification, and one of its own. */
function isDistrust({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^CERT_|_CERT(?:$|_)|UNABLE_TO_|^ERR_TLS_CERT_/.test(code);
}
