import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

import { parseDialNumber } from '../../src/routing/dial-number.ts';
import { provenText } from '../../src/xml/proven-text.ts';

const folder = new URL('../../src', import.meta.url).pathname;
const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
const filesWith = (pattern: RegExp, under = ''): readonly string[] =>
  sources.filter((file) => file.startsWith(under) && pattern.test(textOf(file))).sort();

/**
 * What callers say, and what is proven of it, are no strings to the compiler: only a cast makes them one, and eslint
 * refuses them in templates, sums and `String()`. So whoever has no cast and no function with one writes none.
 */
describe('text of a caller', () => {
  it('is cast, to and from, only where its types are made', () => {
    expect(filesWith(/as unknown as (?!TableRows)/)).toEqual([
      'routing/call.ts',
      'routing/dial-number.ts',
      'xml/clean-caller-ids.ts',
      'xml/domain-name.ts',
      'xml/proven-text.ts',
    ]);
    expect(filesWith(/(?<!unknown )\bas (?:DialNumber|CallerText|CleanText|DomainName)\b/)).toEqual([]);
  });

  it('becomes text of a document through one function', () => {
    const unwrapping = (file: string): readonly string[] =>
      [...textOf(file).matchAll(/as unknown as string;/g)].map(() => file);
    expect(sources.flatMap(unwrapping).sort()).toEqual([
      'routing/call.ts',
      'routing/dial-number.ts',
      'xml/proven-text.ts',
    ]);
    // The other two are for matching and for people: nothing that writes documents has them, but what cleans.
    expect(filesWith(/\bdialledText\b/, 'xml/')).toEqual([]);
    expect(filesWith(/\bplainText\b/, 'xml/')).toEqual(['xml/clean-caller-ids.ts']);
    expect(filesWith(/proven-text\.ts'|function provenText\(text: ProvenText/)).toEqual([
      'xml/dial-string.ts',
      'xml/directory-document.ts',
      'xml/plan-writer.ts',
      'xml/proven-text.ts',
    ]);
  });

  it('stands in a leg once, whoever chooses the gateway', () => {
    expect(textOf('xml/dial-string.ts').match(/sofia\/gateway\/\$\{.*provenText\(number\)/g)).toHaveLength(1);
    expect(textOf('xml/dial-string.ts').match(/provenText\(/g)).toHaveLength(2);
  });

  it('is given to nobody who writes documents but as what was proven', () => {
    const imported = /from '\.\.\/routing\/call\.ts'/;
    expect(filesWith(imported, 'xml/')).toEqual(['xml/clean-caller-ids.ts']);
  });

  it('that was proven is the text itself', () => {
    expect(provenText(parseDialNumber('+49*#1', 'digits')!)).toBe('+49*#1');
  });
});
