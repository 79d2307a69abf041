import { XMLParser } from 'fast-xml-parser';

import type { XmlNode } from './xml-node.ts';

/** Elements as `preserveOrder` gives them: one key is the name, and `:@` holds the attributes. */
type Ordered = Readonly<Record<string, unknown>>;

/**
 * Reads a document with a third parser, which shares nothing with the others: what all three agree on is not owed to a
 * mistake of one.
 */
export function readWithFastXmlParser(document: string): XmlNode {
  const parser = new XMLParser({
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreAttributes: false,
    htmlEntities: true,
    trimValues: false,
    preserveOrder: true,
    attributeNamePrefix: '',
    // Its guard against documents that grow when they are read; entities of one character cannot.
    processEntities: { enabled: true, maxTotalExpansions: Infinity, maxExpandedLength: Infinity },
  });
  const [root, ...others] = elementsOf(parser.parse(document) as readonly Ordered[]);
  if (root === undefined || others.length > 0) throw new Error(`expected one root element in ${document}`);
  return root;
}

function elementsOf(nodes: readonly Ordered[]): readonly XmlNode[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const content = node[name] as readonly Ordered[];
    const text = content.map((it) => (it['#text'] as string | undefined) ?? '').join('');
    const attributes = new Map(Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>));
    return [{ name, attributes, children: elementsOf(content), text }];
  });
}
