import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { formatListenAddress } from '../config/listen-address.ts';
import type { Credentials } from '../config/credentials.ts';
import type { Settings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import {
  connectSecurely,
  isSecure,
  readServerTrust,
  type ServerTrust,
  tlsErrorInWords,
  UntrustedServerError,
} from './server-trust.ts';

const TIMEOUT_MS = 3_000;

const FIXES: Readonly<Record<number, string>> = {
  401: 'give its password with TRUNKHUNT_CREDENTIALS or --credentials-file',
  403: 'give credentials of that role with TRUNKHUNT_CREDENTIALS or --credentials-file; see docs/access.md',
  429: 'wait ten seconds, then give the right password',
};

export interface ServerAnswer {
  readonly status: number;
  readonly text: string;
}

export interface ServerQuestion {
  readonly method?: 'GET' | 'POST';
  readonly credentials?: Credentials | undefined;
  /** For https. */
  readonly trust?: ServerTrust | undefined;
  /** How long a pause in the answer may be. */
  readonly timeoutMs?: number;
}

/** Where the server of these settings is reached from this machine: "every address" is listened on, but cannot be called. */
export function serverUrl(settings: Settings, path: string): string {
  const { host, port } = settings.listen;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${isSecure(settings) ? 'https' : 'http'}://${formatListenAddress({ host: reachable, port })}${path}`;
}

/**
 * Asks the running server. Not by `fetch`, which refuses to call some ports that a server may well listen on.
 * @throws UntrustedServerError where something else answers in its place, Error where nothing does
 */
export async function askServer(url: string, question: ServerQuestion = {}): Promise<ServerAnswer> {
  const { method = 'GET', credentials, trust, timeoutMs = TIMEOUT_MS } = question;
  const socket = trust === undefined ? undefined : await connectSecurely(new URL(url), trust, timeoutMs);
  if (socket?.destroyed === true) throw new Error('it hung up');
  const auth = credentials === undefined ? {} : { auth: `${credentials.user}:${credentials.password}` };
  return new Promise((resolve, reject) => {
    const options = { method, timeout: timeoutMs, ...auth };
    const asked = (
      socket === undefined
        ? httpRequest(url, { ...options, agent: false })
        : httpsRequest(url, { ...options, createConnection: () => socket })
    ).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('error', reject);
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    asked.on('error', (error) => {
      reject(tlsErrorInWords(error));
    });
    asked.on('timeout', () => asked.destroy(new Error(`nothing came within ${timeoutMs} ms`)));
    asked.end();
  });
}

/**
 * Asks the server for data.
 * @throws OperatorError server-unreachable, server-untrusted, server-refused, tls-file-unreadable, tls-file-invalid
 */
export async function askForJson(
  settings: Settings,
  path: string,
  question: Omit<ServerQuestion, 'credentials' | 'trust'> = {},
): Promise<unknown> {
  const { credentials } = settings;
  const url = serverUrl(settings, path);
  const where = serverUrl(settings, '');
  const trust = readServerTrust(settings);
  let answer: ServerAnswer;
  try {
    answer = await askServer(url, { ...question, credentials, trust });
  } catch (error) {
    if (error instanceof UntrustedServerError) throw untrusted(where, error);
    const what = `it does not answer: ${error instanceof Error ? error.message : String(error)}`;
    const fix = `start \`trunkhunt serve\`, or say with --listen (TRUNKHUNT_LISTEN) where it listens${tlsHint(trust)}`;
    throw new OperatorError([{ code: 'server-unreachable', where, what, fix }]);
  }
  const data = answer.status === 200 ? parse(answer.text) : undefined;
  if (data !== undefined) return data;
  const what = `it answers ${answer.status}: ${errorIn(answer.text)}`;
  const fix = FIXES[answer.status] ?? 'correct the command, or look at the log of the server';
  throw new OperatorError([{ code: 'server-refused', where, what, fix }]);
}

/** A server hangs up on whoever speaks http where it speaks https, and on whose certificate it does not take. */
function tlsHint(trust: ServerTrust | undefined): string {
  if (trust === undefined) return ', and with --tls-ca or --tls-cert that it speaks https';
  return trust.cert === undefined ? '' : '; is the client certificate one of its clients?';
}

function untrusted(where: string, { message }: UntrustedServerError): OperatorError {
  const fix =
    'name its authority with --tls-ca (TRUNKHUNT_TLS_CA), and with --listen a name that its certificate has; on its own machine TRUNKHUNT_TLS_CERT is enough, and a renewed one is served within seconds';
  return new OperatorError([{ code: 'server-untrusted', where, what: message, fix }]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Something else listens there.
    return undefined;
  }
}

function errorIn(text: string): string {
  const { error } = (parse(text) ?? {}) as { readonly error?: unknown };
  return typeof error === 'string' ? error : text.trim().slice(0, 200);
}
