import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GlobalVariables } from '../../src/xml/global-variables.ts';
import { Preprocessor } from '../../src/xml/preprocessor.ts';
import { SourceText } from '../../src/xml/source-text.ts';
import { longestLine, preprocessLikeFreeswitch } from '../support/preprocess-like-freeswitch.ts';

interface Outcome {
  readonly text: string;
  readonly variables: GlobalVariables;
  readonly source: SourceText;
  readonly notes: readonly string[];
}

/** Runs on files in memory; a pattern finds what it is equal to, and `*` everything but the first. */
function preprocess(
  files: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>> = {},
  isWhole = true,
): Outcome {
  const notes: string[] = [];
  const note =
    (kind: string) =>
    ({ file, line }: { readonly file: string; readonly line: number }, what: string): void => {
      notes.push(`${kind} ${file}:${line} ${what}`);
    };
  const variables = new GlobalVariables({ given: new Map(Object.entries(given)), isWhole });
  const source = new SourceText();
  const [first = ''] = Object.keys(files);
  const preprocessor = new Preprocessor(
    {
      find: (pattern) =>
        Object.keys(files).filter((path) => path === pattern || (pattern === '/c/*' && path !== first)),
      identity: (path) => path,
      read: (path) => files[path],
    },
    variables,
    { refused: note('refused'), noticed: note('noticed'), failed: note('failed') },
    source,
  );
  preprocessor.file(first, '/c', undefined);
  return { text: source.join(), variables, source, notes };
}

const one = (text: string, given: Readonly<Record<string, string>> = {}): Outcome =>
  preprocess({ '/c/f': text }, given);

const PIECES = [
  ...['$${x}', '$${', '${', '$', '{', '}', '$${y}', '<!--#exec id-->', '<!--#', '<!--', '-->', '#', '<?', '?>', '<a/>'],
  ...[
    '<include>',
    '</include>',
    'x-pre-process',
    'X-PRE-PROCESS',
    '<X-pre-Process',
    'x-pre-',
    'process',
    ' ',
    'é',
    '😀',
  ],
  ...['<x-pre-process cmd="exec" data="id"/>', '<X-PRE-PROCESS cmd="stun-set" data="s=t"/>', '\n', '\r', '\r\n', 'b'],
];

describe('the preprocessor', () => {
  it('leaves of every line what FreeSWITCH leaves of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 16 }), (pieces) => {
        const text = pieces.join('');
        const globals = new Map([['x', 'value }']]);
        const expected = preprocessLikeFreeswitch(Buffer.from(text, 'utf8'), globals);
        expect(one(text, { x: 'value }' }).text).toBe(Buffer.from(expected.text).toString('utf8'));
      }),
      { numRuns: 3000 },
    );
  });

  it('sets variables in both forms, in their order, without regard to case', () => {
    const { text } = one(
      `$\${a}|
<X-PRE-PROCESS cmd="set" data="a = one"/>
<x-pre-process CMD = "SET" junk data = "B=$\${A} two"/>
<!--#set "c=$\${b} three"-->
<!--#set d=four -->
$\${a}|$\${b}|$\${c}|$\${d}|$\${e}
<X-PRE-PROCESS cmd="set" data="a="/>
$\${a}|`,
    );
    expect(text).toBe('|\n\n\none|one two|one two three|four |\n|');
  });

  it('prefers a value that was given', () => {
    expect(one('<X-PRE-PROCESS cmd="set" data="a=file"/>\n$${A}', { a: 'given' }).text).toBe('given');
  });

  it('puts included files where FreeSWITCH puts them, and keeps each line its place', () => {
    const { text, source } = preprocess({
      '/c/f': 'x<!--#include "b"-->y\n<X-PRE-PROCESS cmd="include" data="d/e"/>\nend\n',
      '/c/b': '<include>\n  in b\n</include>\n',
      '/c/d/e': '<!--#include "../b"-->in e\n<X-PRE-PROCESS cmd="include" data="g"/>',
      '/c/d/g': 'in g\n',
    });
    expect(text).toBe('xy\n  in b\nin e\nin g\nend\n');
    expect(source.placeAt(text.indexOf('in b'))).toEqual({ file: '/c/b', line: 2 });
    expect(source.placeAt(text.indexOf('in g'))).toEqual({ file: '/c/d/g', line: 1 });
    expect(source.placeAt(text.indexOf('end'))).toEqual({ file: '/c/f', line: 3 });
  });

  it('takes files beside the first one in the folder where it is run', () => {
    const notes = { refused: () => undefined, noticed: () => undefined, failed: () => expect.unreachable() };
    const files = new Map([
      ['f', '<!--#include "b"-->'],
      ['./b', '<!--#include "d"-->'],
      ['./d', 'found'],
    ]);
    const source = new SourceText();
    const variables = new GlobalVariables({ given: new Map(), isWhole: true });
    const find = (pattern: string): readonly string[] => [pattern];
    const disk = { find, identity: (path: string) => path, read: (path: string) => files.get(path) };
    new Preprocessor(disk, variables, notes, source).file('f', '.', undefined);
    expect(source.join()).toBe('found');
  });

  it('runs nothing, and names what it did not run without its arguments', () => {
    const { text, notes, variables } = one(
      `<X-PRE-PROCESS cmd="exec" data="/bin/make --password hunter2"/>
<X-PRE-PROCESS cmd="exec-set" data="ip=curl -u user:hunter2 x"/>
<!--#stun-set rtp=stun:stun.example.net-->
<X-PRE-PROCESS cmd="env-set" data="home=$HOME"/>
<!--#exec id-->
$\${ip}`,
    );
    expect(notes).toEqual([
      "refused /c/f:1 exec of '/bin/make'",
      "refused /c/f:2 exec-set of variable 'ip'",
      "refused /c/f:3 stun-set of variable 'rtp'",
      "refused /c/f:4 env-set of variable 'home'",
      "refused /c/f:5 exec of 'id'",
    ]);
    expect(JSON.stringify(notes)).not.toContain('hunter2');
    expect(variables.unknownIn(text)).toEqual(['ip']);
  });

  it('marks what only the switch knows, also through other variables', () => {
    const { text, variables } = one('<X-PRE-PROCESS cmd="set" data="domain=$${local_ip_v4}"/>\n<a b="$${domain}"/>');
    expect(variables.unknownIn(text)).toEqual(['local_ip_v4']);
    expect(variables.asWritten(text)).toBe('<a b="$${local_ip_v4}"/>');
    expect(one('$${local_ip_v4}', { local_ip_v4: '192.0.2.1' }).text).toBe('192.0.2.1');
  });

  it('takes a variable that nobody sets as empty only where all files are there', () => {
    expect(one('[$${nobody}]').text).toBe('[]');
    expect(one('[$${nobody}]').variables.unset).toMatchObject([{ name: 'nobody', uses: 1 }]);
    const part = preprocess({ '/c/f': '[$${nobody}]' }, {}, false);
    expect(part.variables.unknownIn(part.text)).toEqual(['nobody']);
  });

  it('notices markup that FreeSWITCH drops without a word', () => {
    const { notes } = one(
      `<include><gateway name="x"/>
<?xml version="1.0"?><a/>
<b/><X-PRE-PROCESS cmd="set" data="a=b"/>
<X-PRE-PROCESS
<!-- <X-PRE-PROCESS cmd="set" data="a=c"/> -->
<include><!-- only prose -->
<XX-PRE-PROCESS cmd="set" data="a=d"/>
`,
    );
    expect(notes).toEqual([
      'noticed /c/f:1 the rest of the line',
      'noticed /c/f:2 the rest of the line',
      'noticed /c/f:3 the rest of the line',
      'noticed /c/f:4 an X-PRE-PROCESS',
      'noticed /c/f:5 an X-PRE-PROCESS within a comment',
      'noticed /c/f:7 the rest of the line',
    ]);
  });

  it.each([
    ['a circle', { '/c/f': '<!--#include "b"-->', '/c/b': '\n<!--#include "f"-->' }, 'failed /c/b:2 includes /c/f'],
    ['itself', { '/c/f': '<!--#include "f"-->' }, 'failed /c/f:1 includes /c/f'],
    ['a NUL', { '/c/f': 'a\nb\0c' }, 'failed /c/f:2 a NUL byte'],
    ['UTF-16', { '/c/f': Buffer.from('<a/>', 'utf16le').toString('latin1') }, 'failed /c/f:1 a NUL byte'],
    ['a long line', { '/c/f': `\n${'x'.repeat(longestLine)}\n` }, 'failed /c/f:2 the line is longer'],
  ])('stops at %s', (_, files, expected) => {
    const { notes } = preprocess(files);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(expected);
  });

  it('reads a line as long as FreeSWITCH does, and lines of CR LF as one', () => {
    expect(one(`${'x'.repeat(longestLine - 1)}\n`).notes).toEqual([]);
    const { source, text } = one('a\r\nb\r\n\r\nc');
    expect(source.placeAt(text.indexOf('b')).line).toBe(2);
    expect(source.placeAt(text.indexOf('c')).line).toBe(4);
  });

  it('ends where files include others twice, and those others twice, and so on', () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`/c/${at}`, `<!--#include "${at + 1}"-->\n<!--#include "${at + 1}"-->\n`]),
    );
    const { notes } = preprocess(files);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^failed .* includes are nested/);
  });
});
