import { escapeText } from './escape-text.ts';

/** An element to be written; attributes in this order, children in this order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

/** @param name an element's name; never anything that was read from somewhere */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly XmlElement[] = [],
): XmlElement {
  return { name, attributes, children };
}

/**
 * Writes a document in the only form that all of FreeSWITCH's readers take: one element a line, no declaration
 * (a one-line document with one vanishes), no comments, everything in attributes (contract 2.3).
 */
export function writeDocument(root: XmlElement): string {
  const lines: string[] = [];
  writeLines(root, '', lines);
  return `${lines.join('\n')}\n`;
}

function writeLines(node: XmlElement, indent: string, lines: string[]): void {
  let tag = `${indent}<${node.name}`;
  for (const [name, value] of Object.entries(node.attributes)) tag += ` ${name}="${escapeText(value)}"`;
  if (node.children.length === 0) {
    lines.push(`${tag}/>`);
    return;
  }
  lines.push(`${tag}>`);
  for (const child of node.children) writeLines(child, `${indent} `, lines);
  lines.push(`${indent}</${node.name}>`);
}

/** Several elements in one file: FreeSWITCH drops the lines of `<include>` (contract 2.3). */
export function writeInclude(children: readonly XmlElement[]): string {
  return joinInclude(children.map(writeDocument));
}

/** The same of elements that are written already. */
export function joinInclude(documents: readonly string[]): string {
  return `<include>\n${documents.join('')}</include>\n`;
}

/** An answer of mod_xml_curl: FreeSWITCH looks for the section by name (contract 2.1). */
export function writeAnswer(section: string, children: readonly XmlElement[]): string {
  return writeDocument(
    element('document', { type: 'freeswitch/xml' }, [element('section', { name: section }, children)]),
  );
}
