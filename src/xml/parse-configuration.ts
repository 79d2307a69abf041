import { ConfigurationElement } from './configuration-element.ts';
import type { SourceText, TextPlace } from './source-text.ts';

/** Text that FreeSWITCH's parser refuses, or that needs what is not done here. */
export class MalformedXmlError extends Error {
  readonly place: TextPlace;

  constructor(message: string, place: TextPlace) {
    super(message);
    this.name = 'MalformedXmlError';
    this.place = place;
  }
}

const BLANKS = /[\t\n\v\f\r ]+/y;
const TAG_NAME = /[^\t\r\n />]*/y;
const ATTRIBUTE_NAME = /[^\t\r\n =/>]*/y;
const EQUALS = /[\t\r\n =]*/y;
const CLOSING_NAME = /[^\t\r\n >]*/y;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** Reads as FreeSWITCH's parser reads (switch_xml.c, contract 2.4), so that what it takes is taken, and nothing else. */
class Parser {
  readonly #text: string;
  readonly #source: SourceText;
  readonly #open: ConfigurationElement[] = [];
  readonly #names = new Map<string, string>();
  #root: ConfigurationElement | undefined;
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.join();
  }

  parse(): ConfigurationElement {
    this.#at = this.#text.indexOf('<');
    while (this.#at !== -1) {
      this.#markup();
      const next = this.#text.indexOf('<', this.#at);
      const top = this.#open.at(-1);
      if (top !== undefined && next > this.#at) top.text += decodeText(this.#text.slice(this.#at, next));
      this.#at = next;
    }
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw new MalformedXmlError(`<${unclosed.name}> is never closed`, unclosed.place);
    }
    return this.#root ?? this.#fail('there is no element in it', 0);
  }

  #markup(): void {
    const start = this.#at;
    const second = this.#text.charAt(start + 1);
    if (/[A-Za-z_:\x80-\uffff]/.test(second)) this.#openTag(start);
    else if (second === '/') this.#closeTag(start);
    else if (this.#text.startsWith('<!--', start)) this.#comment(start);
    else if (this.#text.startsWith('<![CDATA[', start)) {
      const end = this.#find(']]>', start + 9, 'a <![CDATA[ is never closed', start);
      const top = this.#open.at(-1);
      if (top !== undefined) top.text += this.#text.slice(start + 9, end);
      this.#at = end + 3;
    } else if (this.#text.startsWith('<!DOCTYPE', start)) this.#documentType(start);
    else if (second === '?') this.#at = this.#find('?>', start, 'a <? is never closed', start) + 2;
    else this.#fail('unexpected <, write &lt;', start);
  }

  #openTag(start: number): void {
    if (this.#root !== undefined && this.#open.length === 0) {
      this.#fail('an element after the end of the outermost one', start);
    }
    this.#at = start + 1;
    const name = this.#shared(this.#take(TAG_NAME));
    const attributes: string[] = [];
    this.#take(BLANKS);
    while (this.#at < this.#text.length && !'/>'.includes(this.#text.charAt(this.#at))) {
      attributes.push(...this.#attribute(start));
      this.#take(BLANKS);
    }
    const isEmpty = this.#text.charAt(this.#at) === '/';
    if (isEmpty) this.#at += 1;
    if (this.#text.charAt(this.#at) !== '>') this.#fail(`<${name} lacks its >`, start);
    this.#at += 1;
    const element = new ConfigurationElement(name, attributes, this.#source, start);
    this.#open.at(-1)?.append(element);
    this.#root ??= element;
    if (!isEmpty) this.#open.push(element);
  }

  #attribute(tag: number): readonly [name: string, value: string] {
    const name = this.#shared(this.#take(ATTRIBUTE_NAME));
    if (!/[=\t\n\v\f\r ]/.test(this.#text.charAt(this.#at))) {
      // Nothing that a name can end with: neither does the parser get any further.
      if (name === '') this.#at += 1;
      return [name, ''];
    }
    this.#at += 1;
    this.#take(EQUALS);
    const quote = this.#text.charAt(this.#at);
    // A value without quotes is none: it is read as the next attribute's name (contract 2.4).
    if (quote !== '"' && quote !== "'") return [name, ''];
    const start = this.#at + 1;
    const end = this.#find(quote, start, `attribute '${name}' lacks its closing ${quote}`, tag);
    this.#at = end + 1;
    return [name, this.#shared(decodeAttribute(this.#text.slice(start, end)))];
  }

  #closeTag(start: number): void {
    this.#at = start + 2;
    const name = this.#take(CLOSING_NAME);
    this.#at = this.#find('>', this.#at, `</${name} lacks its >`, start) + 1;
    const open = this.#open.pop();
    if (open?.name === name) return;
    if (open === undefined) this.#fail(`</${name}> closes nothing`, start);
    const { file, line } = open.place;
    this.#fail(`</${name}> where </${open.name}> is due, for the element of ${file}:${line}`, start);
  }

  #comment(start: number): void {
    const end = this.#find('--', start + 4, 'a comment is never closed', start);
    if (this.#text.charAt(end + 2) !== '>') this.#fail('-- within a comment, which FreeSWITCH refuses', end);
    this.#at = end + 3;
  }

  /** Its entities could multiply without bound, or stand for files, and no configuration needs any. */
  #documentType(start: number): void {
    const subset = /<!DOCTYPE[^[>]*(?:\[([^\]]*)\]\s*)?>/y;
    subset.lastIndex = start;
    const found = subset.exec(this.#text);
    if (found === null || /<!(?:ENTITY|ATTLIST)/.test(found[1] ?? '')) {
      this.#fail('a DOCTYPE with declarations of its own, which are not followed: write what they stand for', start);
    }
    this.#at = start + found[0].length;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }

  #find(mark: string, from: number, message: string, start: number): number {
    const found = this.#text.indexOf(mark, from);
    return found === -1 ? this.#fail(message, start) : found;
  }

  /** One copy of each name and short value, however often it stands there: else the whole text is kept alive. */
  #shared(text: string): string {
    if (text.length > 32) return text;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size < 100_000) this.#names.set(text, text);
    return text;
  }

  #fail(message: string, offset: number): never {
    throw new MalformedXmlError(message, this.#source.placeAt(offset));
  }
}

/**
 * Parses preprocessed text into elements that know their file and line.
 * @throws MalformedXmlError where FreeSWITCH's parser gives up, and on a DOCTYPE with declarations
 */
export function parseConfiguration(source: SourceText): ConfigurationElement {
  return new Parser(source).parse();
}

function decodeText(text: string): string {
  return decodeReferences(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);
}

/** A line break in a value is a blank; one that is written as a reference stays. */
function decodeAttribute(value: string): string {
  return decodeReferences(/[\t\n\v\f\r]/.test(value) ? value.replace(/\r\n?|[\t\n\v\f]/g, ' ') : value);
}

/** What is no reference, or refers to nothing, stays as it is written (contract 2.4). */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(?:x([0-9a-fA-F]+)|(\d+))|(lt|gt|quot|apos|amp));/g, (all, hex, decimal, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? all;
    const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
    if (code === 0) return all;
    return code > 0x10_ffff ? '\ufffd' : String.fromCodePoint(code);
  });
}
