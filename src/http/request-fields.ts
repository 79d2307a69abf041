/** The fields that mod_xml_curl writes first, as they are: it does not percent-encode them (contract 1.3). */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['hostname', 'section', 'tag_name', 'key_name', 'key_value']);

/** Headers of the call arrive as channel variables (contract 3.7). */
const HEADER_PREFIX = 'variable_sip_h_';

/** Which event fields are read; `headers` in lower case, since callers write them as they like. */
export interface WantedFields {
  readonly names: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
}

/** The wanted fields of a request. What is absent and what is empty are the same to FreeSWITCH (contract 1.3). */
export interface RequestFields {
  readonly get: (name: string) => string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Reads a body, or a query, of mod_xml_curl. Of each field the first occurrence counts: later ones of the first five
 * can be written by a remote caller (contract 3.6). In the others `%XX` is decoded and nothing else; `+` is a plus.
 * @param form its bytes as Latin-1, so that nothing is lost before percent-decoding
 */
export function readFields(form: string, wanted: WantedFields): RequestFields {
  const fields = new Map<string, string>();
  const headers = new Map<string, string>();
  for (let start = 0; start < form.length;) {
    const end = endOfPair(form, start);
    const equals = form.indexOf('=', start);
    if (equals > start && equals < end) {
      const name = form.slice(start, equals);
      if (PLAIN_FIELDS.has(name)) {
        if (!fields.has(name)) fields.set(name, decodeUtf8(form.slice(equals + 1, end)));
      } else if (wanted.names.has(name)) {
        if (!fields.has(name)) fields.set(name, decodePercent(form.slice(equals + 1, end)));
      } else if (wanted.headers.size > 0 && name.startsWith(HEADER_PREFIX)) {
        const header = name.slice(HEADER_PREFIX.length).toLowerCase();
        if (wanted.headers.has(header) && !headers.has(header)) {
          headers.set(header, decodePercent(form.slice(equals + 1, end)));
        }
      }
    }
    start = end + 1;
  }
  return { get: (name) => fields.get(name) ?? '', headers };
}

function endOfPair(form: string, start: number): number {
  const end = form.indexOf('&', start);
  return end === -1 ? form.length : end;
}

/** `%XX` with two hexadecimal digits is a byte; any other `%` stands for itself. */
function decodePercent(latin1: string): string {
  if (!latin1.includes('%')) return decodeUtf8(latin1);
  return decodeUtf8(
    latin1.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

function decodeUtf8(latin1: string): string {
  // Nearly every value is ASCII, and is then its own decoding.
  return /[\u0080-\u00ff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1;
}
