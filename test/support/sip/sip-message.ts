export type SipHeader = readonly [name: string, value: string];

export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

export interface SipResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

export type SipMessage = SipRequest | SipResponse;

/** RFC 3261 7.3.3. */
const COMPACT_NAMES: ReadonlyMap<string, string> = new Map([
  ['v', 'via'],
  ['f', 'from'],
  ['t', 'to'],
  ['i', 'call-id'],
  ['m', 'contact'],
  ['l', 'content-length'],
  ['c', 'content-type'],
]);

/** Reads one datagram; undefined where it is no SIP message, as a keep-alive is none. */
export function parseSipMessage(text: string): SipMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [startLine = '', ...lines] = text
    .slice(0, end)
    // A line that begins with white space goes on with the one before it.
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): SipHeader => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const body = text.slice(end + 4);
  const [, status, reason = ''] = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(startLine) ?? [];
  if (status !== undefined) return { status: Number(status), reason, headers, body };
  const [, method, uri] = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(startLine) ?? [];
  return method === undefined || uri === undefined ? undefined : { method, uri, headers, body };
}

/** Writes a message; its Content-Length is added. */
export function writeSipMessage(message: SipMessage): string {
  const startLine =
    'method' in message ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`;
  const headers = [...message.headers, ['Content-Length', String(Buffer.byteLength(message.body))] as const];
  return `${startLine}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${message.body}`;
}

/** All values of a header, in their order; its short name counts too. */
export function headerValues({ headers }: SipMessage, name: string): readonly string[] {
  return headers.filter(([it]) => longName(it) === name.toLowerCase()).map(([, value]) => value);
}

/** The first value of a header; '' where there is none. */
export function headerValue(message: SipMessage, name: string): string {
  return headerValues(message, name)[0] ?? '';
}

/** A parameter such as a tag or a branch; '' where there is none. */
export function headerParameter(value: string, name: string): string {
  return new RegExp(`;\\s*${name}=([^;\\s>]+)`).exec(value)?.[1] ?? '';
}

/** The URI of a From, To or Contact. */
export function addressUri(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

/** The port of a URI that names an address and a port. */
export function uriPort(uri: string): number {
  return Number(/:(\d+)(?:[;?].*)?$/.exec(uri)?.[1] ?? 5060);
}

/** What the user part of a SIP URI is; '' where there is none. */
export function uriUser(uri: string): string {
  return /^sips?:([^@]*)@/.exec(uri)?.[1] ?? '';
}

/** An answer to a request, with the headers that have to come back (RFC 3261 8.2.6). */
export function responseTo(
  request: SipRequest,
  status: number,
  {
    tag,
    headers = [],
    body = '',
  }: { readonly tag?: string; readonly headers?: readonly SipHeader[]; readonly body?: string } = {},
): SipResponse {
  const to = headerValue(request, 'To');
  const tagged = tag === undefined || headerParameter(to, 'tag') !== '' ? to : `${to};tag=${tag}`;
  return {
    status,
    reason: REASONS.get(status) ?? 'Because',
    headers: [
      ...headerValues(request, 'Via').map((via): SipHeader => ['Via', via]),
      ...headerValues(request, 'Record-Route').map((route): SipHeader => ['Record-Route', route]),
      ['From', headerValue(request, 'From')],
      ['To', tagged],
      ['Call-ID', headerValue(request, 'Call-ID')],
      ['CSeq', headerValue(request, 'CSeq')],
      ...headers,
    ],
    body,
  };
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [100, 'Trying'],
  [180, 'Ringing'],
  [200, 'OK'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [480, 'Temporarily Unavailable'],
  [481, 'Call/Transaction Does Not Exist'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [503, 'Service Unavailable'],
  [603, 'Decline'],
]);

function longName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT_NAMES.get(lower) ?? lower;
}
