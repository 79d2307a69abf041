import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { longestLine, preprocessLikeFreeswitch } from './preprocess-like-freeswitch.ts';

const globals = new Map([
  ['domain', 'example.org'],
  ['grüße', 'ß'],
]);

function preprocess(document: string) {
  const { text, incidents } = preprocessLikeFreeswitch(Buffer.from(document, 'utf8'), globals);
  return {
    text: Buffer.from(text).toString('utf8'),
    incidents: incidents.map(({ kind, line }) => `${kind} ${line}`),
  };
}

describe('text that FreeSWITCH leaves alone (contract 2.3)', () => {
  it.each([
    '&#36;${domain}',
    'x&#45;pre-process',
    '&#60;!--&#35;exec id--&#62;',
    '&lt;!--#exec id--&gt;',
    '<!-- a plain comment -->',
    '<includes> </include >',
    '$$ {domain} ${domain} $',
    'Grüße €',
  ])('%s', (line) => {
    expect(preprocess(`<a>\n${line}\r\n</a>`)).toEqual({ text: `<a>\n${line}\r\n</a>`, incidents: [] });
  });

  it('any text without a trigger', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => text.replace(/[$?#x\0]|include/gi, '')),
        (text) => {
          expect(preprocess(text)).toEqual({ text: Buffer.from(text).toString('utf8'), incidents: [] });
        },
      ),
    );
  });
});

describe('global variables', () => {
  it.each([
    ['a $${domain} b', 'a example.org b', ['expansion 1']],
    ['$${domain}$${grüße}', 'example.orgß', ['expansion 1', 'expansion 1']],
    ['a $${unknown} b', 'a  b', ['expansion 1']],
    ['$${a{b}c}d', 'd', ['expansion 1']],
    ['$$${domain}', '$example.org', ['expansion 1']],
    ['$${domain', '$${domain', ['unterminated-expansion 1']],
  ])('%s', (line, text, incidents) => {
    expect(preprocess(line)).toEqual({ text, incidents });
  });

  it('an expansion hides what follows it from the dropping of lines', () => {
    expect(preprocess('$${domain}<?x')).toEqual({ text: 'example.org<?x', incidents: ['expansion 1'] });
    expect(preprocess('<?x $${domain}\n')).toEqual({ text: '', incidents: ['expansion 1', 'dropped-markup 1'] });
  });
});

describe('dropped lines', () => {
  it('drops a one-line document that starts with a declaration', () => {
    expect(preprocess('<?xml version="1.0"?><document/>')).toEqual({ text: '', incidents: ['dropped-markup 1'] });
  });

  it('drops a declaration on its own line without a loss', () => {
    expect(preprocess('<?xml version="1.0"?>\n<document/>\n')).toEqual({ text: '<document/>\n', incidents: [] });
  });

  it('drops include tags', () => {
    expect(preprocess('<include>\n<a/>\n</include>\n')).toEqual({
      text: '<a/>\n',
      incidents: ['dropped-markup 1', 'dropped-markup 3'],
    });
  });

  it('drops a line with an escaped pre-process element', () => {
    expect(preprocess('a\n&lt;x-pre-process cmd="exec"\nb')).toEqual({ text: 'a\nb', incidents: ['dropped-text 2'] });
    expect(preprocess('X-Pre-Process')).toEqual({ text: '', incidents: ['dropped-text 1'] });
  });
});

describe('directives', () => {
  it.each(['set', 'exec-set', 'stun-set', 'env-set', 'include', 'exec'])('finds the element %s', (command) => {
    expect(preprocess(`<a>\n <X-PRE-PROCESS cmd="${command}" data="id"/>\n</a>`)).toEqual({
      text: '<a>\n</a>',
      incidents: ['directive 2'],
    });
  });

  it('finds the element in any case, and drops its whole line', () => {
    expect(preprocess('<b/><x-Pre-process cmd="exec" data="id"/><c/>\n')).toEqual({
      text: '',
      incidents: ['directive 1'],
    });
  });

  it.each(['set a=b', 'exec id', 'exec-set a=id', 'include /etc/passwd'])('finds the comment %s', (command) => {
    expect(preprocess(`<a><!--#${command} --></a>`)).toEqual({ text: '<a></a>', incidents: ['directive 1'] });
  });

  it('drops a comment over several lines', () => {
    expect(preprocess('<a><!--#exec id\n more\n --></a>')).toEqual({
      text: '<a></a>',
      incidents: ['directive 1', 'directive 2'],
    });
  });

  it('finds what an expansion makes', () => {
    const made = preprocessLikeFreeswitch(Buffer.from('$${evil}'), new Map([['evil', '<!--#exec id-->']]));
    expect(made.incidents.map(({ kind }) => kind)).toEqual(['expansion', 'directive']);
  });
});

describe('bytes that get lost', () => {
  it('cuts a line at a NUL, its terminator included', () => {
    expect(preprocess('a\0b\nc\n')).toEqual({ text: 'ac\n', incidents: ['nul 1'] });
  });

  it('counts CR and LF as line ends of their own', () => {
    expect(preprocess('a\r\n\rb\0').incidents).toEqual(['nul 4']);
  });

  it('reads the longest line whole', () => {
    for (const document of ['a'.repeat(longestLine), `${'a'.repeat(longestLine - 1)}\nb`]) {
      expect(preprocess(document)).toEqual({ text: document, incidents: [] });
    }
  });

  it.each([1_048_575, 1_048_576])('loses a byte of a line of %d bytes', (length) => {
    const { text, incidents } = preprocess('a'.repeat(length));
    expect(text).toHaveLength(length - 1);
    expect(incidents).toEqual(['long-line 1']);
  });
});
