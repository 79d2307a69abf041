import { SaxesParser } from 'saxes';

import { parseLikeFreeswitch } from './parse-like-freeswitch.ts';
import { preprocessLikeFreeswitch } from './preprocess-like-freeswitch.ts';
import type { XmlNode } from './xml-node.ts';

/** The default of `response-max-bytes` (contract 1.1); a longer body is a failure. */
export const mostBytes = 1_048_576;

/**
 * What FreeSWITCH makes of the body of an HTTP 200 answer, as a tree. Throws when a strict parser refuses the body,
 * when the preprocessor touches it (contract 2.3), when a line starts more than one element, or when FreeSWITCH's
 * lenient parser reads another tree than the strict one.
 */
export function readAnswer(body: Uint8Array | string): XmlNode {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (bytes.length > mostBytes) {
    throw new Error(`the answer has ${bytes.length} bytes, FreeSWITCH reads at most ${mostBytes}`);
  }
  const text = decodeUtf8(bytes);
  const strict = parseStrictly(text);

  const { text: preprocessed, incidents } = preprocessLikeFreeswitch(bytes);
  if (incidents.length > 0) {
    const list = incidents.map(({ kind, line }) => `${kind} in line ${line}`).join(', ');
    throw new Error(`FreeSWITCH's preprocessor would change the answer: ${list}`);
  }

  for (const [index, line] of text.split(/[\r\n]/).entries()) {
    if ((line.match(/<[^/!?]/g) ?? []).length > 1) {
      throw new Error(`line ${index + 1} of the answer starts more than one element: ${line}`);
    }
  }

  const lenient = parseLikeFreeswitch(preprocessed);
  const difference = differenceBetween(strict, lenient, '');
  if (difference !== undefined) {
    throw new Error(`a strict parser and FreeSWITCH read the answer differently: ${difference}`);
  }
  return lenient;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('the answer is not UTF-8', { cause });
  }
}

interface Building {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Building[];
  text: string;
}

function parseStrictly(document: string): XmlNode {
  const parser = new SaxesParser();
  const above: Building = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [above];
  const addText = (text: string): void => {
    open.at(-1)!.text += text;
  };
  parser.on('error', (error) => {
    throw new Error(`a strict parser refuses the answer: ${error.message}`, { cause: error });
  });
  parser.on('opentag', (tag) => {
    const element = { name: tag.name, attributes: new Map(Object.entries(tag.attributes)), children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(document).close();
  return above.children[0]!;
}

function differenceBetween(strict: XmlNode, lenient: XmlNode, parent: string): string | undefined {
  const path = `${parent}/${strict.name}`;
  if (strict.name !== lenient.name) {
    return `${path} is <${lenient.name}> for FreeSWITCH`;
  }
  const attributes = [strict, lenient].map((node) => JSON.stringify([...node.attributes]));
  if (attributes[0] !== attributes[1]) {
    return `the attributes of ${path} are ${attributes.join(' or ')}`;
  }
  if (strict.text !== lenient.text) {
    return `the text of ${path} is ${JSON.stringify(strict.text)} or ${JSON.stringify(lenient.text)}`;
  }
  if (strict.children.length !== lenient.children.length) {
    return `${path} has ${strict.children.length} or ${lenient.children.length} children`;
  }
  return strict.children
    .map((child, index) => differenceBetween(child, lenient.children[index]!, path))
    .find((difference) => difference !== undefined);
}
