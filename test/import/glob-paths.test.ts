import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { globPaths } from '../../src/import/glob-paths.ts';
import { temporaryTree } from '../support/temporary-tree.ts';

const everywhere = (): boolean => true;

describe('a pattern', () => {
  const files = {
    'b.xml': '',
    'a.xml': '',
    'B.xml': '',
    '.hidden.xml': '',
    'c.xml.noload': '',
    'd/e.xml': '',
    'd/f.xml': '',
  };

  it.each([
    ['*.xml', ['B.xml', 'a.xml', 'b.xml']],
    ['?.xml', ['B.xml', 'a.xml', 'b.xml']],
    ['[ab].xml', ['a.xml', 'b.xml']],
    ['[!b].xml', ['B.xml', 'a.xml']],
    ['[a-b].*', ['a.xml', 'b.xml']],
    ['.*.xml', ['.hidden.xml']],
    ['*/*.xml', ['d/e.xml', 'd/f.xml']],
    ['d/../a.xml', ['d/../a.xml']],
    ['a.xm', []],
    ['{a,b}.xml', []],
    ['a.xml/*', []],
    ['nowhere/*.xml', []],
  ])('%s finds %j, in the order of the bytes', (pattern, expected) => {
    const folder = temporaryTree(files);
    expect(globPaths(`${folder}/${pattern}`, everywhere)).toEqual(expected.map((name) => `${folder}/${name}`));
  });

  it('finds nothing in a folder that may not be listed', () => {
    const folder = temporaryTree(files);
    expect(globPaths(`${folder}/*/*.xml`, (listed) => !listed.endsWith('/d'))).toEqual([]);
  });

  it('passes over links that lead nowhere or in circles', () => {
    const folder = temporaryTree(files);
    symlinkSync('nowhere', join(folder, 'x.xml'));
    symlinkSync('y.xml', join(folder, 'y.xml'));
    expect(() => globPaths(`${folder}/[xy].xml`, everywhere)).not.toThrow(/undefined/);
  });

  it('matches as a regular expression of the same meaning does', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '-', '.', '\\'), { maxLength: 8 }).map((all) => all.join(''));
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '-', '.', '*', '?', '[ab]', '[!a]', '[a-b]'), { minLength: 1, maxLength: 8 })
      .map((all) => all.join(''));
    const folder = temporaryTree({});
    let made = 0;
    fc.assert(
      fc.property(text, pattern, (name, wanted) => {
        fc.pre(!/^\.|^$/.test(name) && !wanted.startsWith('.') && /[*?[]/.test(wanted));
        const tree = join(folder, String((made += 1)));
        mkdirSync(tree);
        writeFileSync(join(tree, name), '');
        const regex = wanted
          .replace(/[.-](?![^[]*\])/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')
          .replace(/\[!/g, '[^');
        const found = globPaths(`${tree}/${wanted}`, everywhere);
        expect(found.length === 1).toBe(new RegExp(`^${regex}$`).test(name));
      }),
      { numRuns: 200 },
    );
  });

  it('takes no time over many stars', () => {
    const folder = temporaryTree({ ['a'.repeat(200)]: '' });
    expect(globPaths(`${folder}/${'*a'.repeat(60)}b`, everywhere)).toEqual([]);
  });
});
