import { describe, expect, it } from 'vitest';

import { mostBytes, readAnswer } from './read-answer.ts';

describe('answers that FreeSWITCH reads as they are meant', () => {
  it.each(['', '<?xml version="1.0" encoding="UTF-8"?>\n'])('reads a tree after %j', (declaration) => {
    const root = readAnswer(`${declaration}<document type="freeswitch/xml">
  <section name="dialplan">
    <action application="set" data="a=&lt;&#36;\${domain}&#10;&gt;é😀"/>
  </section>
</document>
`);
    const action = root.children[0]!.children[0]!;
    expect([root.name, root.attributes.get('type')]).toEqual(['document', 'freeswitch/xml']);
    expect(Object.fromEntries(action.attributes)).toEqual({ application: 'set', data: 'a=<$${domain}\n>é😀' });
  });

  it('accepts bytes, and an element over several lines', () => {
    expect(readAnswer(Buffer.from('<a\n b="1"\n/>')).attributes.get('b')).toBe('1');
  });

  it.each(['<a b="\u0085\u00a0\u2028"/>', '<é:a·b>\n</é:a·b\n>', '<a>&#0065;\r\rb\r\n</a>', "<a b='\t\r\n\n\r'/>"])(
    'reads %j as a strict parser does',
    (body) => {
      expect(() => readAnswer(body)).not.toThrow();
    },
  );
});

describe('answers that it refuses', () => {
  it.each([
    ['an empty body', '', /strict parser refuses/],
    ['a duplicate attribute', '<a b="1" b="2"/>', /strict parser refuses/],
    ['an unknown entity', '<a b="&x;"/>', /strict parser refuses/],
    ['a control character', '<a b="&#1;"/>', /strict parser refuses/],
    ['trailing text', '<a/>x', /strict parser refuses/],
    ['a global variable', '<a\n b="$${domain}"/>', /expansion in line 2/],
    ['a one-line document with a declaration', '<?xml version="1.0"?><a/>', /dropped-markup in line 1/],
    ['a directive', '<a>\n<X-PRE-PROCESS cmd="exec" data="id"/>\n</a>', /directive in line 2/],
    ['a comment directive', '<a>\n<!--#exec id-->\n</a>', /directive in line 2/],
    ['text that drops its line', '<a>\nx-pre-process\n</a>', /dropped-text in line 2/],
    ['two elements in a line', '<a>\n<b/><c/>\n</a>', /line 2 of the answer starts more than one element/],
    ['a document type', '<!DOCTYPE a>\n<a/>', /DOCTYPE/],
  ])('%s', (_what, body, message) => {
    expect(() => readAnswer(body)).toThrow(message);
  });

  it('something that is not UTF-8', () => {
    expect(() => readAnswer(Buffer.from('<a b="\xff"/>', 'latin1'))).toThrow('not UTF-8');
  });

  it('a body beyond the default limit', () => {
    const padding = '\n'.repeat(mostBytes - '<a/>'.length);
    expect(readAnswer(`<a/>${padding}`).name).toBe('a');
    expect(() => readAnswer(`<a/>${padding}\n`)).toThrow('1048577 bytes');
  });
});
