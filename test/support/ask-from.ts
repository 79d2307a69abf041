import { request } from 'node:http';

export interface AskFrom {
  readonly port: number;
  /** The address of this machine that the connection comes from, such as 127.0.0.2. */
  readonly from?: string;
  readonly method?: string;
  readonly path?: string;
  readonly authorization?: string;
  readonly body?: string;
}

export interface AskedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** One request over a connection of its own, from the address that is wanted. */
export function askFrom({
  port,
  from = '127.0.0.1',
  method = 'GET',
  path = '/',
  authorization,
  body,
}: AskFrom): Promise<AskedAnswer> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    const options = { host: '127.0.0.1', port, localAddress: from, method, path, headers, agent: false } as const;
    const asked = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    asked.on('error', reject).end(body);
  });
}

/** `Authorization: Basic` for `user:password`. */
export function basicHeader(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
