import { request } from 'node:http';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import type { Credentials } from '../config/credentials.ts';
import type { Settings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';

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
  /** How long a pause in the answer may be. */
  readonly timeoutMs?: number;
}

/** Where the server of these settings is reached from this machine: "every address" is listened on, but cannot be called. */
export function serverUrl({ host, port }: ListenAddress, path: string): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${formatListenAddress({ host: reachable, port })}${path}`;
}

/**
 * Asks the running server. Not by `fetch`, which refuses to call some ports that a server may well listen on.
 * @throws Error where it does not answer
 */
export async function askServer(url: string, question: ServerQuestion = {}): Promise<ServerAnswer> {
  const { method = 'GET', credentials, timeoutMs = TIMEOUT_MS } = question;
  const auth = credentials === undefined ? {} : { auth: `${credentials.user}:${credentials.password}` };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, timeout: timeoutMs, agent: false, ...auth }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('error', reject);
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`nothing came within ${timeoutMs} ms`)));
    asked.end();
  });
}

/**
 * Asks the server for data.
 * @throws OperatorError server-unreachable, server-refused
 */
export async function askForJson(
  { listen, credentials }: Settings,
  path: string,
  question: Omit<ServerQuestion, 'credentials'> = {},
): Promise<unknown> {
  const url = serverUrl(listen, path);
  const where = serverUrl(listen, '');
  let answer: ServerAnswer;
  try {
    answer = await askServer(url, { ...question, credentials });
  } catch (error) {
    const what = `it does not answer: ${error instanceof Error ? error.message : String(error)}`;
    const fix = 'start `trunkhunt serve`, or say with --listen (TRUNKHUNT_LISTEN) where it listens';
    throw new OperatorError([{ code: 'server-unreachable', where, what, fix }]);
  }
  const data = answer.status === 200 ? parse(answer.text) : undefined;
  if (data !== undefined) return data;
  const what = `it answers ${answer.status}: ${errorIn(answer.text)}`;
  const fix = FIXES[answer.status] ?? 'correct the command, or look at the log of the server';
  throw new OperatorError([{ code: 'server-refused', where, what, fix }]);
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
