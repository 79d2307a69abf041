import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SaxesParser } from 'saxes';

import type { RunReport } from '../../src/simulation/run-report.ts';
import { sharePicture } from '../../src/simulation/share-picture.ts';

function reportOf(groups: Readonly<Record<string, readonly string[]>>): RunReport {
  return {
    ...{ calls: 10, planned: 10, served: 10, attempts: 10, attemptsPerCall: 1, overflow: 0, largestDeviation: 0.5 },
    ...{ refused: {}, full: {}, health: {} },
    groups: Object.entries(groups).map(([group, gateways]) => ({
      ...{ group, strategy: 'weighted', calls: 10, served: 10, attempts: 10, attemptsPerCall: 1, overflow: 0 },
      ...{ tierOverflow: 0, largestDeviation: 0.5, trials: 0, doubted: 0, unserved: {} },
      gateways: gateways.map((gateway) => ({
        ...{ gateway, tier: 1, weight: 1, target: 0.5, firstChoices: 5, firstShare: 0.5, largestDeviation: 0.5 },
        ...{ attempts: 5, served: 5, servedShare: 0.5 },
      })),
    })),
  };
}

/** Elements and texts of a document; throws where it is none. */
function parsed(xml: string): { readonly elements: readonly string[]; readonly texts: readonly string[] } {
  const elements: string[] = [];
  const texts: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => elements.push(name));
  parser.on('text', (text) => texts.push(text));
  parser.write(xml).close();
  return { elements, texts };
}

it('is XML whatever names there are, with a bar for each gateway and run', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, names, (groups, gateways) => {
      const report = reportOf(Object.fromEntries(groups.map((group) => [group, gateways])));
      const { elements } = parsed(
        sharePicture([
          { name: 'today', report },
          { name: '<&"', report },
        ]),
      );
      const bars = Object.keys(Object.fromEntries(groups.map((group) => [group, 0]))).length * gateways.length * 2;
      // A track and a bar for each, one page, and a colour for each run in the legend.
      expect(elements.filter((name) => name === 'rect')).toHaveLength(2 * bars + 3);
    }),
  );
});

it('names groups, gateways and shares, and shortens what is long', () => {
  const { texts } = parsed(sharePicture([{ name: 'today', report: reportOf({ '2gw': ['a<b', 'x'.repeat(99)] }) }]));
  expect(texts).toContain('2gw, 10 calls');
  expect(texts).toContain('a<b');
  expect(texts).toContain(`${'x'.repeat(29)}…`);
  expect(texts).toContain('50 %');
  expect(texts).toContain('today: 10 calls');
});
