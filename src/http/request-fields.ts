/** The fields that mod_xml_curl writes first, as they are: it does not percent-encode them (contract 1.3). */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['hostname', 'section', 'tag_name', 'key_name', 'key_value']);

/** Headers of the call arrive as channel variables (contract 3.7). */
const HEADER_PREFIX = 'variable_sip_h_';

const EQUALS = '='.charCodeAt(0);

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
 * Reads bodies, or queries, of mod_xml_curl. Of each field the first occurrence counts: later ones of the first five
 * can be written by a remote caller (contract 3.6). In the others `%XX` is decoded and nothing else; `+` is a plus.
 */
export class FieldReader {
  /** The wanted names by the code of their first character: most of some 200 fields are passed over by that alone. */
  readonly #byFirst: (readonly string[] | undefined)[] = [];
  readonly #headers: ReadonlySet<string>;

  constructor({ names, headers }: WantedFields) {
    for (const name of new Set([...PLAIN_FIELDS, ...names])) {
      const first = name.charCodeAt(0);
      this.#byFirst[first] = [...(this.#byFirst[first] ?? []), name];
    }
    this.#headers = headers;
  }

  /** @param form its bytes as Latin-1, so that nothing is lost before percent-decoding */
  read(form: string): RequestFields {
    const fields = new Map<string, string>();
    const headers = new Map<string, string>();
    for (let start = 0; start < form.length;) {
      const end = endOfPair(form, start);
      const name = this.#nameAt(form, start);
      if (name !== undefined && !fields.has(name)) {
        const value = form.slice(start + name.length + 1, end);
        fields.set(name, PLAIN_FIELDS.has(name) ? decodeUtf8(value) : decodePercent(value));
      }
      if (this.#headers.size > 0 && form.startsWith(HEADER_PREFIX, start)) this.#readHeader(form, start, end, headers);
      start = end + 1;
    }
    return { get: (name) => fields.get(name) ?? '', headers };
  }

  /** The wanted name that stands here, with its equals sign. No name holds a `&`, so it ends within the pair. */
  #nameAt(form: string, start: number): string | undefined {
    return this.#byFirst[form.charCodeAt(start)]?.find(
      (name) => form.charCodeAt(start + name.length) === EQUALS && form.startsWith(name, start),
    );
  }

  #readHeader(form: string, start: number, end: number, headers: Map<string, string>): void {
    const equals = form.indexOf('=', start);
    if (equals === -1 || equals >= end) return;
    const header = form.slice(start + HEADER_PREFIX.length, equals).toLowerCase();
    if (this.#headers.has(header) && !headers.has(header)) {
      headers.set(header, decodePercent(form.slice(equals + 1, end)));
    }
  }
}

/** One of the first five fields, where nothing else is wanted: `FieldReader` would read on to the end of the form. */
export function firstOf(form: string, name: 'hostname' | 'section'): string {
  for (let start = 0; start < form.length;) {
    const end = endOfPair(form, start);
    if (form.charCodeAt(start + name.length) === EQUALS && form.startsWith(name, start)) {
      return decodeUtf8(form.slice(start + name.length + 1, end));
    }
    start = end + 1;
  }
  return '';
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
