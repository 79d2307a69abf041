import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { escapeText } from '../../src/xml/escape-text.ts';
import { element, writeDocument } from '../../src/xml/write-document.ts';
import { parseLikeFreeswitch } from '../support/parse-like-freeswitch.ts';
import { preprocessLikeFreeswitch } from '../support/preprocess-like-freeswitch.ts';
import { readDocument } from '../support/read-document.ts';

/** What each reader makes of a text that was written into an attribute; they are held to agree. */
const roundTrip = (text: string): string | undefined =>
  readDocument(writeDocument(element('param', { name: 'n', value: text }))).attributes.get('value');

/** What the preprocessor would obey or cut, in parts that meet by chance as well. */
const TRIGGERS = [
  ...['$${x}', '$${', '${', '$', '{', '}', '$1', '<!--#exec id-->', '<!--#', '<!--', '-->', '#', '<?', '?>', '<?xml?>'],
  ...['<include>', '</include>', 'x-pre-process', 'X-PRE-PROCESS', 'X-pre-Process', 'x-pre-', 'process', 'x', '-'],
  ...['<x-pre-process cmd="exec" data="id"/>', '&', '&amp;', '&#36;', '&#x24;', '&lt;', ';', '"', "'", '<', '>', ']]>'],
  ...['\n', '\r', '\r\n', '\t', ' ', '  ', 'é', '😀', '\u2028', '\u0085', '\u007f', '\ufeff', '\ufffd', 'ſ', 'K'],
];

/** Every character that XML 1.0 can hold. */
const xmlCharacter = fc.oneof(
  fc.constantFrom('\t', '\n', '\r'),
  fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xe000, max: 0xfffd }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0x10000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
);
const xmlText = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...TRIGGERS) }, { weight: 1, arbitrary: xmlCharacter }), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('escaped text', () => {
  it('is read back as it was, by every reader', () => {
    fc.assert(
      fc.property(xmlText, (text) => {
        expect(roundTrip(text)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(TRIGGERS)('is nothing that the preprocessor acts on: %j', (trigger) => {
    const globals = new Map([['x', 'secret']]);
    for (const text of [trigger, ` ${trigger} `, trigger.repeat(3)]) {
      const line = Buffer.from(`<a b="${escapeText(text)}"/>\n`);
      expect(preprocessLikeFreeswitch(line, globals)).toEqual({ text: line, incidents: [] });
      expect(parseLikeFreeswitch(line).attributes.get('b')).toBe(text);
    }
  });

  it('has no line break, no quote and no bare ampersand', () => {
    fc.assert(
      fc.property(fc.oneof(xmlText, fc.string({ unit: 'binary', maxLength: 30 })), (text) => {
        expect(escapeText(text)).toMatch(/^(?:[^\u0000-\u001f<>"'&$#\ufffe\uffff]|&(?:amp|lt|gt|quot|apos|#\d+);)*$/);
      }),
    );
  });

  it.each(Array.from({ length: 32 }, (_, code) => code).filter((code) => ![9, 10, 13].includes(code)))(
    'has U+FFFD for control character %d, which XML cannot hold',
    (code) => {
      expect(roundTrip(`a${String.fromCharCode(code)}b`)).toBe('a\ufffdb');
    },
  );

  it.each(['\ud800', '\udc00', '\udc00\ud800', '\ufffe', '\uffff'])(
    'has U+FFFD for each of what is no character',
    (text) => {
      expect(roundTrip(`a${text}b`)).toBe(`a${'\ufffd'.repeat(text.length)}b`);
    },
  );

  it('keeps pairs of surrogates whole beside halves of them', () => {
    expect(roundTrip('\ud83d\ud83d\ude00\ude00')).toBe('\ufffd😀\ufffd');
  });

  it('is whatever string it is, something that every reader takes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 20 }),
        (text) => {
          const expected = text
            .toWellFormed()
            .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
          expect(roundTrip(text)).toBe(expected);
        },
      ),
    );
  });
});
