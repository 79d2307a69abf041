import { equalIgnoringAsciiCase } from './ascii-case.ts';
import { childrenNamed, type XmlNode } from './xml-node.ts';

/**
 * The node FreeSWITCH picks from an answer (contract 2.1), or undefined when it would go on to its local files: the
 * first section of that name directly below the root, whatever the root is called, and in it the first element of
 * that name with that key. Without all three of tag, key and value it is the section itself.
 */
export function locateSection(
  root: XmlNode,
  section: string,
  tagName?: string,
  keyName?: string,
  keyValue?: string,
): XmlNode | undefined {
  const found = firstWithAttribute(root, 'section', 'name', section);
  if (found === undefined || tagName === undefined || keyName === undefined || keyValue === undefined) {
    return found;
  }
  return firstWithAttribute(found, tagName, keyName, keyValue);
}

/** Whether the answer says "I have nothing, ask the next source", which never means "refuse" (contract 2.1). */
export function isNotFound(root: XmlNode): boolean {
  const section = locateSection(root, 'result');
  // Only the first <result> is looked at.
  const status = section === undefined ? undefined : childrenNamed(section, 'result')[0]?.attributes.get('status');
  return status !== undefined && equalIgnoringAsciiCase(status, 'not found');
}

function firstWithAttribute(parent: XmlNode, name: string, key: string, value: string): XmlNode | undefined {
  return childrenNamed(parent, name).find((child) => {
    const actual = child.attributes.get(key);
    return actual !== undefined && equalIgnoringAsciiCase(actual, value);
  });
}
