import type { XmlNode } from './xml-node.ts';

const predefinedEntities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
]);

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: OpenElement[];
  text: string;
}

/**
 * Parses a (preprocessed) document as leniently as FreeSWITCH's XML parser does (contract 2.4): the root may have any
 * name, unknown entities stay literal, the first of duplicate attributes wins, what follows the root is hardly looked
 * at. Throws where FreeSWITCH reports an error. A DOCTYPE throws too: no answer of trunkhunt may have one.
 */
export function parseLikeFreeswitch(bytes: Uint8Array): XmlNode {
  // One character per byte: FreeSWITCH treats the document as bytes and decodes nothing but references.
  const [text = ''] = Buffer.from(bytes).toString('latin1').split('\0', 1);
  // The last byte only matters when it ends a tag: FreeSWITCH overwrites it with its terminator.
  const source = text.endsWith('>') ? text : text.slice(0, -1);
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let at = source.indexOf('<');

  const fail = (message: string): never => {
    const line = source.slice(0, at).split('\n').length;
    throw new Error(`FreeSWITCH's parser, near line ${line}: ${message}`);
  };
  const take = (pattern: RegExp): string => {
    const sticky = new RegExp(pattern, 'y');
    sticky.lastIndex = at;
    const taken = sticky.exec(source)?.[0] ?? '';
    at += taken.length;
    return taken;
  };
  const skipPast = (mark: string, from: number, message: string): void => {
    const found = source.indexOf(mark, from);
    at = found === -1 ? fail(message) : found + mark.length;
  };

  const readAttribute = (attributes: Map<string, string>): void => {
    const name = toText(take(/[^\t\r\n =/>]*/));
    let value = '';
    if (/[=\t\r\n ]/.test(source.charAt(at))) {
      at += 1;
      take(/[\t\r\n =]*/);
      const quote = source.charAt(at);
      // An unquoted value is not a value: it is read as the next attribute's name.
      if (quote === '"' || quote === "'") {
        const start = at + 1;
        skipPast(quote, start, `missing ${quote}`);
        value = toText(decode(source.slice(start, at - 1).replace(/\r\n?|[\t\n\v\f]/g, ' ')));
      }
    }
    if (!attributes.has(name)) {
      attributes.set(name, value);
    }
    take(/[\t\r\n\v\f ]*/);
  };

  const readStartTag = (): void => {
    if (root !== undefined && open.length === 0) {
      fail('markup outside of root element');
    }
    const name = toText(take(/[^\t\r\n />]*/));
    take(/[\t\r\n\v\f ]*/);
    const attributes = new Map<string, string>();
    while (at < source.length && !'/>'.includes(source.charAt(at))) {
      readAttribute(attributes);
    }
    const end = take(/\/?>/);
    if (end === '') {
      fail('missing >');
    }
    const element: OpenElement = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    if (end === '>') {
      open.push(element);
    }
  };

  const readEndTag = (): void => {
    at += 1;
    const name = toText(take(/[^\t\r\n >]*/));
    if (at >= source.length) {
      fail('missing >');
    }
    if (open.pop()?.name !== name) {
      fail(`unexpected closing tag </${name}>`);
    }
    take(/[\t\r\n ]*/);
    // Whatever comes next is taken for the `>`, without a look at it.
    at += 1;
  };

  const readMarkup = (): void => {
    at += 1;
    if (/[A-Za-z_:\x80-\xff]/.test(source.charAt(at))) {
      readStartTag();
    } else if (source.startsWith('/', at)) {
      readEndTag();
    } else if (source.startsWith('!--', at)) {
      skipPast('--', at + 3, 'unclosed <!--');
      if (take(/>/) === '') {
        fail('unclosed <!--');
      }
    } else if (source.startsWith('![CDATA[', at)) {
      const start = at + '![CDATA['.length;
      skipPast(']]>', start, 'unclosed <![CDATA[');
      addText(source.slice(start, at - ']]>'.length).replace(/\r\n?/g, '\n'));
    } else if (source.startsWith('?', at)) {
      skipPast('?>', at, 'unclosed <?');
    } else {
      fail(source.startsWith('!DOCTYPE', at) ? 'DOCTYPE is not modelled' : 'unexpected <');
    }
  };

  const addText = (bytesOfText: string): void => {
    const element = open.at(-1);
    if (element !== undefined) {
      element.text += toText(bytesOfText);
    }
  };

  while (at !== -1) {
    readMarkup();
    const next = source.indexOf('<', at);
    if (next !== -1) {
      addText(decode(source.slice(at, next).replace(/\r\n?/g, '\n')));
    }
    at = next;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    fail(`unclosed tag <${unclosed.name}>`);
  }
  return root ?? fail('root tag missing');
}

/**
 * Decodes references once: what a reference yields is never read again. Unknown and malformed ones stay. (Beyond
 * Unicode FreeSWITCH still decodes and surrogates become bytes that are not UTF-8; readAnswer refuses both.)
 */
function decode(text: string): string {
  return text.replace(/&(?:#([0-9]+)|#x([0-9A-Fa-f]+)|(lt|gt|quot|apos|amp));/g, (whole, ...groups: unknown[]) => {
    const [decimal, hex, entity] = groups as (string | undefined)[];
    if (entity !== undefined) {
      return predefinedEntities.get(entity) ?? whole;
    }
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
    return code === 0 || code > 0x10ffff ? whole : Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
  });
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
