import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { isProblem } from '../../src/errors/finding.ts';
import { readFreeswitch } from '../../src/import/read-freeswitch.ts';
import { compileReading } from '../support/apply-reading.ts';

const TREES = fileURLToPath(new URL('../fixtures/import/freeswitch/', import.meta.url));
const trees = readdirSync(TREES);

/** What export writes beside the routes and groups themselves. */
const OF_EXPORT = /^trunkhunt-local$|~\d+$|\(refused\)$/;

interface Named {
  readonly kind: string;
  readonly name: string;
}

/** Every gateway, list and extension that stands in a tree, as a plain search finds them. */
function everythingNamed(tree: string): readonly Named[] {
  const files = readdirSync(join(TREES, tree), { recursive: true, encoding: 'utf8' })
    .map((file) => join(TREES, tree, file))
    .filter((file) => statSync(file).isFile());
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/<(gateway|list|extension) name="([^"]*)"/g)].flatMap(
      ([, kind = '', name = '']) =>
        OF_EXPORT.test(name) ? [] : [{ kind, name: name.replace(/^trunkhunt /, '').replaceAll('&#35;', '#') }],
    ),
  );
}

const TABLES: Readonly<Record<string, string>> = { gateway: 'gateways', list: 'gateway_groups', extension: 'routes' };

describe.each(trees)('of the tree %s', (tree) => {
  const reading = readFreeswitch([join(TREES, tree)]);

  it('every gateway, list and extension is taken over, or left out with a reason', () => {
    const named = everythingNamed(tree);
    expect(named.length).toBeGreaterThan(3);
    const missing = named.filter(({ kind, name }) => {
      const isTaken = reading.rows.some(
        ({ table, row }) =>
          table === TABLES[kind] && (row['name'] === name || (row['name'] === null && /^#\d+$/.test(name))),
      );
      return !isTaken && !reading.leftOut.some(({ what, why }) => what.startsWith(`${kind} '${name}'`) && why !== '');
    });
    expect(missing).toEqual([]);
  });

  it('what is taken over is an inventory that is served', () => {
    expect(compileReading(reading).findings.filter(isProblem)).toEqual([]);
  });

  it('each row has its file and line', () => {
    for (const { from } of [...reading.rows, ...reading.leftOut, ...reading.remarks]) {
      if (from.file.endsWith('missing.xml')) continue;
      const lines = readFileSync(from.file, 'utf8').split('\n');
      expect(from.line).toBeGreaterThan(0);
      expect(from.line).toBeLessThanOrEqual(lines.length);
    }
  });
});
