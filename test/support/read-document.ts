import { expect } from 'vitest';

import { readAnswer } from './read-answer.ts';
import { readWithFastXmlParser } from './read-with-fast-xml-parser.ts';
import type { XmlNode } from './xml-node.ts';

/**
 * Reads a document that the project wrote with every reader there is: a strict one, the models of FreeSWITCH's, and
 * fast-xml-parser. It also has to be laid out as contract 2.3 wants it: no declaration, no comment, nothing but ends of
 * lines and indentation between elements.
 */
export function readDocument(document: string): XmlNode {
  expect(document).not.toMatch(/<[?!]/);
  expect(document).toMatch(/^<[^\n]*\n(?: *<[^\n]*>\n)*$/);
  const read = readAnswer(document);
  expect(withoutText(readWithFastXmlParser(document))).toEqual(withoutText(read));
  return read;
}

/** An element as one line: its name, then its attributes. */
function lineOf({ name, attributes }: XmlNode): string {
  return [name, ...[...attributes].map(([key, value]) => `${key}=${value}`)].join(' ');
}

/** All elements as lines, each indented by its depth. */
export function outlineOf(node: XmlNode, depth = 0): readonly string[] {
  return [`${' '.repeat(depth)}${lineOf(node)}`, ...node.children.flatMap((child) => outlineOf(child, depth + 1))];
}

function withoutText({ name, attributes, children }: XmlNode): object {
  return { name, attributes: [...attributes], children: children.map(withoutText) };
}
