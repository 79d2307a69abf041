import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListenAddress } from '../../src/config/listen-address.ts';
import { ACCESS_ROLES } from '../../src/live/access-rule.ts';
import { parseAccessFile } from '../../src/live/parse-access-file.ts';

const LONG = 'long-enough-to-last';
const EVERYWHERE: ListenAddress = { host: '0.0.0.0', port: 8080 };
const parse = (text: string, listen?: ListenAddress) => parseAccessFile({ path: 'f', text, listen });
const whats = (text: string): readonly string[] => parse(text).problems.map(({ where, what }) => `${where} ${what}`);

describe('a file of access rules', () => {
  it('has one rule a line, comments, and blanks as one likes', () => {
    const text = `\uFEFF# who may\r
      switch\tfs:${LONG}#x   10.0.0.0/8 127.0.0.1 2001:db8::/32 # the switches\r

      metrics - 10.1.2.3
      operator  alice:a:${LONG}  any`;
    const { rules, problems, warnings } = parse(text);
    expect([problems, warnings]).toEqual([[], []]);
    expect(
      rules.map(({ roles, credentials, networks }) => [[...roles], credentials, networks?.map((it) => it.cidr)]),
    ).toEqual([
      [['switch'], { user: 'fs', password: `${LONG}#x` }, ['10.0.0.0/8', '127.0.0.1/32', '2001:db8::/32']],
      [['metrics'], undefined, ['10.1.2.3/32']],
      [['operator', 'read', 'metrics'], { user: 'alice', password: `a:${LONG}` }, undefined],
    ]);
  });

  it('tells all problems at once, each with its line', () => {
    const text = ['root fs:x any', 'switch fs', 'read - ', 'switch :x 10.0.0.1/8', 'metrics', 'read a: nonsense any'];
    expect(whats(text.join('\n'))).toEqual([
      'f:1 its first word is no role: there are switch, metrics, read, operator',
      'f:2 its second word is neither user:password nor -',
      'f:2 it names no network: write any, or addresses and networks such as 10.0.0.0/8',
      'f:3 it names no network: write any, or addresses and networks such as 10.0.0.0/8',
      'f:4 its second word is neither user:password nor -',
      'f:4 its word 3 is no address, no network (with no bit beyond its prefix) and not any',
      'f:5 it says for nobody',
      'f:5 it names no network: write any, or addresses and networks such as 10.0.0.0/8',
      'f:6 its second word is neither user:password nor -',
      'f:6 its word 3 is no address, no network (with no bit beyond its prefix) and not any',
    ]);
  });

  it.each(['', '\n', '# all of it\n'])('is one with a rule: %j', (text) => {
    expect(parse(text).problems.map(({ code }) => code)).toEqual(['access-file-empty']);
  });

  it('is written in UTF-8: another password would be kept than was meant', () => {
    const text = Buffer.from('switch fs:pässwörd-of-some-length any', 'latin1').toString('utf8');
    expect(whats(text)).toEqual(['f:1 it is not written in UTF-8']);
    expect(parse('switch fs:pässwörd-of-some-length any').problems).toEqual([]);
  });

  it('warns of passwords that can be guessed', () => {
    expect(parse(`switch fs:${'x'.repeat(15)} any\nread fs:${'x'.repeat(16)} any`).warnings).toMatchObject([
      { code: 'access-password-short', where: 'f:1' },
    ]);
  });

  it.each([
    ['switch - any', true],
    ['read - any', true],
    ['operator - 10.0.0.0/8 0.0.0.0/0', true],
    ['read - ::/0', true],
    ['read - 128.0.0.0/7', true],
    ['read - 2000::/3', true],
    ['metrics - any', false],
    ['switch - 10.0.0.0/8 fc00::/7', false],
    [`switch fs:${LONG} any`, false],
  ])('%s lets everybody in beyond loopback: %s', (text, isOpen) => {
    const codes = (listen?: ListenAddress) => parse(text, listen).problems.map(({ code, where }) => `${code} ${where}`);
    expect(codes(EVERYWHERE)).toEqual(isOpen ? ['listen-without-credentials f:1'] : []);
    expect(codes({ host: '127.0.0.1', port: 8080 })).toEqual([]);
    expect(codes(undefined)).toEqual([]);
  });

  it('never repeats what is written, whatever it is', () => {
    const word = fc.oneof(
      fc.constantFrom(...ACCESS_ROLES, '-', 'any', '10.0.0.0/8', '#'),
      fc.stringMatching(/^[!-~]{0,12}$/).map((it) => `canary${it}`),
      fc.stringMatching(/^[!-~]{0,12}$/).map((it) => `canary:${it}canary`),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const text = lines.join('\n');
        const { rules, problems, warnings } = parse(text, EVERYWHERE);
        expect(JSON.stringify([problems, warnings])).not.toContain('canary');
        expect(rules.length + problems.length).toBeGreaterThan(0);
        for (const { credentials, networks } of rules) {
          // What is let in is written there as it is.
          if (credentials !== undefined) expect(text).toContain(`${credentials.user}:${credentials.password}`);
          if (networks === undefined) expect(text).toContain('any');
          else expect(networks.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
