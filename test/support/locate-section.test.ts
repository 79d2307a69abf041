import { describe, expect, it } from 'vitest';

import { isNotFound, locateSection } from './locate-section.ts';
import { parseLikeFreeswitch } from './parse-like-freeswitch.ts';

const parse = (document: string) => parseLikeFreeswitch(Buffer.from(document));

const root = parse(`<anything>
 <deep><section name="dialplan"><wrong/></section></deep>
 <section name="DialPlan"><first/></section>
 <section name="dialplan"><second/></section>
 <section name="configuration">
  <Configuration name="a.conf"/>
  <configuration name="b.conf"/>
  <configuration name="A.CONF"><right/></configuration>
  <configuration name="a.conf"><late/></configuration>
 </section>
</anything>`);

describe('locateSection (contract 2.1)', () => {
  it('takes the first section of that name directly below any root', () => {
    expect(locateSection(root, 'dialplan')?.children.map(({ name }) => name)).toEqual(['first']);
    expect(locateSection(root, 'directory')).toBeUndefined();
  });

  it('compares the value in any case, tag and key exactly', () => {
    const located = locateSection(root, 'configuration', 'configuration', 'name', 'a.conf');
    expect(located?.children.map(({ name }) => name)).toEqual(['right']);
    expect(locateSection(root, 'configuration', 'configuration', 'NAME', 'a.conf')).toBeUndefined();
    expect(locateSection(root, 'configuration', 'configuration', 'name', 'c.conf')).toBeUndefined();
  });

  it('takes the section when one of tag, key and value is missing', () => {
    expect(locateSection(root, 'configuration', 'configuration', 'name')?.name).toBe('section');
  });
});

describe('isNotFound (contract 2.1)', () => {
  it.each([
    ['<d><section name="result"><result status="not found"/></section></d>', true],
    ['<d><section name="Result"><result status="Not Found"/></section></d>', true],
    ['<d><section name="result"><result status="ok"/><result status="not found"/></section></d>', false],
    ['<d><section name="result"/></d>', false],
    ['<d><section name="dialplan"><result status="not found"/></section></d>', false],
  ])('%s: %s', (document, expected) => {
    expect(isNotFound(parse(document))).toBe(expected);
  });
});
