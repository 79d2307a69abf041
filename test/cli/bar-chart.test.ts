import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { barChart, isUtf8 } from '../../src/cli/bar-chart.ts';

const terminal = (width: number, hasColour = false) => ({
  ...{ out: () => undefined, err: () => undefined, width, hasColour, showsProgress: false },
});

describe('a bar chart', () => {
  it('draws values and targets', () => {
    const rows = [
      {
        name: 'a',
        bars: [
          { value: 0.5, target: 0.75 },
          { value: 1, target: 0 },
        ],
      },
    ];
    expect(barChart(rows, terminal(33), false)).toBe(
      'a  ##########     |       50.0 %\n   ====================  100.0 %\n',
    );
    expect(barChart(rows, terminal(33), true)).toBe(
      'a  ██████████     │       50.0 %\n   ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  100.0 %\n',
    );
    expect(barChart([{ name: 'a', bars: [{ value: 0.0625, target: 0 }] }], terminal(21), true)).toContain('▋');
  });

  it('fits the width, whatever is drawn, and shows no control character', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const rows = fc.array(
      fc.record({
        name: fc.string({ unit: 'grapheme', maxLength: 40 }),
        bars: fc.array(fc.record({ value: share, target: share }), { maxLength: 2 }),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 50, max: 200 }), fc.boolean(), (drawn, width, hasBlocks) => {
        for (const line of barChart(drawn, terminal(width), hasBlocks).split('\n')) {
          expect(Array.from(line).length).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it('is 80 wide where nobody says, and coloured where it may be', () => {
    const rows = [{ name: 'a', bars: [{ value: 1, target: 1 }] }];
    const [line = ''] = barChart(rows, terminal(Infinity), true).split('\n');
    expect(Array.from(line).length).toBeLessThanOrEqual(80);
    expect(barChart(rows, terminal(80, true), true)).toContain('\u001b[32m');
  });
});

describe('the locale', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.utf8' }, true],
    [{ LANG: 'POSIX' }, false],
    [{}, false],
  ])('%o has UTF-8: %s', (environment, expected) => {
    expect(isUtf8(environment)).toBe(expected);
  });
});
