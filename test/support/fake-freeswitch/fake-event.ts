import { urlEncode } from './url-encode.ts';

/** A list is a multi-valued header. */
export type HeaderValue = string | readonly string[];
export type Header = readonly [name: string, value: HeaderValue];

const quotedNames = new Map<string, string>();

/** One event as the event socket sends it. Some headers stand twice, like Hangup-Cause (contract 7.2). */
export class FakeEvent {
  readonly name: string;
  readonly subclass: string | undefined;
  readonly headers: readonly Header[];
  readonly body: string | undefined;
  #json: string | undefined;
  #plain: string | undefined;

  constructor(name: string, subclass: string | undefined, headers: readonly Header[], body?: string) {
    this.name = name;
    this.subclass = subclass;
    this.headers = headers;
    this.body = body;
  }

  /** The first value of a header; names match in any case. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    const value = this.headers.find(([header]) => header.toLowerCase() === wanted)?.[1];
    return typeof value === 'object' ? value[0] : value;
  }

  /** Written once, however many connections want it. */
  json(): string {
    this.#json ??= this.#writeJson();
    return this.#json;
  }

  plain(): string {
    this.#plain ??= this.#writePlain();
    return this.#plain;
  }

  #writeJson(): string {
    let text = '{';
    for (const [name, value] of this.headers) {
      text += `${text === '{' ? '' : ','}${quotedName(name)}:${quotedValue(value)}`;
    }
    if (this.body !== undefined) {
      text += `,"Content-Length":"${Buffer.byteLength(this.body)}","_body":${JSON.stringify(this.body)}`;
    }
    return `${text}}`;
  }

  #writePlain(): string {
    const lines = this.headers.map(([name, value]) => `${name}: ${urlEncode(flat(value))}\n`).join('');
    if (this.body === undefined) return `${lines}\n`;
    return `${lines}Content-Length: ${Buffer.byteLength(this.body)}\n\n${this.body}`;
  }
}

/** Several values in one text, as they are posted and as plain events hold them (contract 1.3). */
export function flat(value: HeaderValue): string {
  return typeof value === 'string' ? value : `ARRAY::${value.join('|:')}`;
}

/** Names are the same few hundred, over and over. */
function quotedName(name: string): string {
  let quoted = quotedNames.get(name);
  if (quoted === undefined) {
    quoted = JSON.stringify(name);
    quotedNames.set(name, quoted);
  }
  return quoted;
}

/** Most values need no escape. */
function quotedValue(value: HeaderValue): string {
  return typeof value === 'string' && /^[ !#-[\]-~]*$/.test(value) ? `"${value}"` : JSON.stringify(value);
}
