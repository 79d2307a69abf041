import { connect } from 'node:net';
import { collectOutput } from './collect-output.ts';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; the values of a repeated header are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const blankLine = '\r\n\r\n';

/**
 * Sends the bytes of a request to a loopback port as they are, and reads one response: to its Content-Length, or to
 * the end of the connection. Chunked responses are an error.
 */
export function sendRaw(port: number, bytes: Uint8Array, timeoutMs = 10_000): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      // Not half-closed: some servers take an early FIN for an abandoned request.
      socket.write(bytes);
    });
    const settle = (closed: boolean): void => {
      try {
        const response = responseFrom(Buffer.concat(chunks), closed);
        if (response === undefined) {
          return;
        }
        if (!isForSofia(bytes)) collectOutput('answer', requestLine(bytes), Buffer.concat(chunks));
        resolve(response);
      } catch (error) {
        reject(error instanceof Error ? error : new Error('the response cannot be read', { cause: error }));
      }
      socket.destroy();
    };
    socket.setTimeout(timeoutMs, () => {
      socket.destroy(new Error(`no complete response within ${timeoutMs} ms`));
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      settle(false);
    });
    // After a response these two change nothing: a promise settles once.
    socket.on('end', () => {
      settle(true);
      reject(new Error('the connection ended before the response was complete'));
    });
    socket.on('error', reject);
  });
}

/** Whether it asks for what has to hold passwords: the gateways and profiles of sofia. Nothing else may. */
function isForSofia(request: Uint8Array): boolean {
  return /[?&\n](?:[^\n]*&)?section=(?:configuration|directory)(?:&|\s|$)/.test(
    Buffer.from(request).toString('latin1'),
  );
}

function requestLine(request: Uint8Array): string {
  return Buffer.from(request).toString('latin1').split('?')[0]?.split('\r')[0] ?? '';
}

/** The response in these bytes, or undefined when more are needed. Throws when no more bytes could make it right. */
function responseFrom(bytes: Buffer, closed: boolean): RawResponse | undefined {
  const headEnd = bytes.indexOf(blankLine);
  if (headEnd === -1) {
    return undefined;
  }
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) {
    throw new Error(`not an HTTP response: ${statusLine}`);
  }
  const rest = bytes.subarray(headEnd + blankLine.length);
  if (status < 200) {
    return responseFrom(rest, closed);
  }
  const headers = headersFrom(lines);
  if (headers.has('transfer-encoding')) {
    throw new Error('a response with a Transfer-Encoding is not modelled');
  }
  if (status === 204 || status === 304) {
    return { status, headers, body: Buffer.alloc(0) };
  }
  const length = headers.get('content-length');
  if (length === undefined) {
    return closed ? { status, headers, body: rest } : undefined;
  }
  return rest.length < Number(length) ? undefined : { status, headers, body: rest.subarray(0, Number(length)) };
}

function headersFrom(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}

const basicFields: ReadonlySet<string> = new Set(['hostname', 'section', 'tag_name', 'key_name', 'key_value']);

/**
 * The recorded request with form fields changed: the first field of a name is replaced, a new name is appended, and
 * `undefined` removes a field. Values are written as FreeSWITCH writes them (contract 1.3), Content-Length fits.
 */
export function withBody(recordedRequest: Uint8Array, changes: Readonly<Record<string, string | undefined>>): Buffer {
  const request = Buffer.from(recordedRequest).toString('latin1');
  const bodyStart = request.indexOf(blankLine) + blankLine.length;
  if (bodyStart < blankLine.length) {
    throw new Error('the recorded request has no blank line after its head');
  }
  let fields = request.slice(bodyStart).split('&');
  for (const [name, value] of Object.entries(changes)) {
    const index = fields.findIndex((field) => field.startsWith(`${name}=`));
    const written = value === undefined ? [] : [`${name}=${writtenValue(name, value)}`];
    fields = index === -1 ? [...fields, ...written] : fields.toSpliced(index, 1, ...written);
  }
  const body = fields.filter((field) => field !== '').join('&');
  const head = request.slice(0, bodyStart).replace(/^(Content-Length:) *[0-9]+/im, `$1 ${body.length}`);
  return Buffer.from(head + body, 'latin1');
}

function writtenValue(name: string, value: string): string {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  if (basicFields.has(name)) {
    return bytes;
  }
  // An encoded byte that is already there is copied, so the receiver cannot tell it from one encoded here.
  return bytes.replace(/%[0-9A-F]{2}|[^ -~]|[ #%&+:;<=>?@[\\\]^`{|}"]/g, (match) =>
    match.length === 3 ? match : `%${match.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
