export interface LookupRequestParts {
  readonly method?: string;
  readonly path?: string;
  /** Further lines of the head. */
  readonly headers?: readonly string[];
  /** The body; where it is left out there is no Content-Length either. */
  readonly body?: string | Uint8Array;
}

/** The bytes of a request like mod_xml_curl's, from parts that nothing checks. Text is sent as Latin-1. */
export function lookupRequest({ method = 'POST', path = '/fsapi', headers = [], body }: LookupRequestParts): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const length = bytes === undefined ? [] : [`Content-Length: ${bytes.length}`];
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: freeswitch-xml/1.0',
    ...headers,
    ...length,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes ?? Buffer.alloc(0)]);
}

/** A dialplan form with nothing but what decides: the fields of `enable-post-var`, written as they are. */
export function dialplanForm(fields: Readonly<Record<string, string>>): string {
  const all = { hostname: 'vm', section: 'dialplan', tag_name: '', key_name: '', key_value: '', ...fields };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
