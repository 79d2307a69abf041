import { describe, expect, it } from 'vitest';

import { parseLikeFreeswitch } from './parse-like-freeswitch.ts';

const parse = (document: string) => parseLikeFreeswitch(Buffer.from(document, 'utf8'));
const attributesOf = (startTag: string) => Object.fromEntries(parse(`<${startTag}/>`).attributes);

describe('trees', () => {
  it('reads names, attributes, children and text', () => {
    const root = parse('junk<doc-1 a="1">x<b/>y<B c=\'2\'>z</B >\n</doc-1>junk');
    expect(root.name).toBe('doc-1');
    expect(root.text).toBe('xy\n');
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', ''],
      ['B', 'z'],
    ]);
    expect([...root.children[1]!.attributes]).toEqual([['c', '2']]);
  });

  it('skips comments and instructions, keeps CDATA', () => {
    expect(parse('<?x y?><!-- c --><a>1<!-- <b> -->2<![CDATA[<&amp;\r\n]]></a><!-- d -->').text).toBe('12<&amp;\n');
  });

  it('ignores a byte order mark and trailing text', () => {
    expect(parse('\ufeff<a/>\ntrailing & text').name).toBe('a');
    expect(parse('<a/><').name).toBe('a');
  });

  it('does not look at what ends a closing tag', () => {
    expect(parse('<a><b></b junk></a>').text).toBe('unk>');
  });
});

describe('references (contract 2.4)', () => {
  it.each([
    ['&lt;&gt;&quot;&apos;&amp;', '<>"\'&'],
    ['&#65;&#x42;&#x6a;&#x20AC;&#128512;', 'ABj€😀'],
    ['&#36;${domain}', '$${domain}'],
    ['&amp;lt; &amp;#65;', '&lt; &#65;'],
    [
      '&unknown; & &#0; &#; &#x; &#xg; &#-1; &#X41; &#a; &LT;',
      '&unknown; & &#0; &#; &#x; &#xg; &#-1; &#X41; &#a; &LT;',
    ],
  ])('%s', (written, read) => {
    expect(parse(`<a>${written}</a>`).text).toBe(read);
    expect(attributesOf(`a b='${written}'`)).toEqual({ b: read });
  });
});

describe('attributes (contract 2.4)', () => {
  it.each([
    ['a b="1" b="2"', { b: '1' }],
    ['a b="x\ty\nz\r\nw"', { b: 'x y z w' }],
    ['a b="x&#10;y&#9;z"', { b: 'x\ny\tz' }],
    ['a b = "1"\n\tc="2"', { b: '1', c: '2' }],
    ['a b=1 c="2"', { b: '', '1': '', c: '2' }],
    ['a b="<>"', { b: '<>' }],
    ['a b="à\u00a0"', { b: 'à\u00a0' }],
    ['a B="1" b="2"', { B: '1', b: '2' }],
  ])('%j', (startTag, expected) => {
    expect(attributesOf(startTag)).toEqual(expected);
  });
});

describe('errors', () => {
  it.each([
    ['', 'root tag missing'],
    ['text', 'root tag missing'],
    ['<!-- only -->', 'root tag missing'],
    ['<a>', 'unclosed tag <a>'],
    ['<a></b>', 'unexpected closing tag </b>'],
    ['<a></A>', 'unexpected closing tag </A>'],
    ['<a/><b/>', 'markup outside of root element'],
    ['<ab', 'missing >'],
    ['<a/b>', 'missing >'],
    ['<a b="1>', 'missing "'],
    ['<a><!-- x -- y --></a>', 'unclosed <!--'],
    ['<a><![CDATA[ x </a>', 'unclosed <![CDATA['],
    ['<a>< b/></a>', 'unexpected <'],
    ['<!DOCTYPE a><a/>', 'DOCTYPE is not modelled'],
    ['<a>\0</a>', 'unclosed tag <a>'],
  ])('%j: %s', (document, message) => {
    expect(() => parse(document)).toThrow(message);
  });

  it('names the line', () => {
    expect(() => parse('<a>\n\n<b></c></a>')).toThrow('line 3');
  });
});
