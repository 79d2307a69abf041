import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isProblem } from '../../src/errors/finding.ts';
import { OperatorError } from '../../src/errors/operator-error.ts';
import { readFreeswitch } from '../../src/import/read-freeswitch.ts';
import type { Reading } from '../../src/import/reading.ts';
import { compileReading } from '../support/apply-reading.ts';
import { readTree, said, wholeTree } from '../support/read-tree.ts';
import { temporaryTree } from '../support/temporary-tree.ts';

const SECRET = 'SECRET-ELSEWHERE';

/** A folder `conf` beside a file that an import must not show. */
function treeBesideSecret(vars: string): string {
  const folder = temporaryTree({
    ...Object.fromEntries(Object.entries(wholeTree({ vars })).map(([path, text]) => [`conf/${path}`, text])),
    'elsewhere/secret.xml': `<gateway name="${SECRET}"><param name="register" value="no"/></gateway>`,
    'conf-too/secret.xml': `<gateway name="${SECRET}"><param name="register" value="no"/></gateway>`,
  });
  symlinkSync('../elsewhere/secret.xml', join(folder, 'conf', 'link.xml'));
  symlinkSync('../elsewhere', join(folder, 'conf', 'linked'));
  symlinkSync('loop.xml', join(folder, 'conf', 'loop.xml'));
  symlinkSync('.', join(folder, 'conf', 'same'));
  return folder;
}

const include = (path: string): string => `<X-PRE-PROCESS cmd="include" data="${path}"/>`;

function messageOf(read: () => Reading): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}

describe("somebody else's configuration", () => {
  it('has nothing read through links in a folder without freeswitch.xml, or in the place of it', () => {
    const folder = temporaryTree({
      'conf/a.xml': '<gateway name="a"><param name="register" value="no"/></gateway>',
      'whole/vars.xml': '',
      'elsewhere/secret.xml': `<gateway name="${SECRET}"><param name="register" value="no"/></gateway>`,
      'elsewhere/dialplan/secret.xml': `<gateway name="${SECRET}"><param name="register" value="no"/></gateway>`,
    });
    symlinkSync('../elsewhere/secret.xml', join(folder, 'conf', 'link.xml'));
    symlinkSync('../elsewhere/dialplan', join(folder, 'conf', 'dialplan'));
    symlinkSync('../elsewhere/secret.xml', join(folder, 'whole', 'freeswitch.xml'));
    const reading = readFreeswitch([join(folder, 'conf')]);
    expect(reading.rows.map(({ row }) => row['name'])).toEqual(['a']);
    expect(reading.leftOut.map(({ what }) => what.replace(folder, ''))).toEqual([
      "file '/conf/link.xml'",
      "file '/conf/dialplan/secret.xml'",
    ]);
    expect(messageOf(() => readFreeswitch([join(folder, 'whole')]))).toMatch(/leads out of .* not read/);
    const allowed = readFreeswitch([join(folder, 'conf')], { alsoRead: [join(folder, 'elsewhere')] });
    expect(allowed.rows.map(({ row }) => row['name'])).toEqual(['a', SECRET]);
  });

  it.each([
    ['../elsewhere/secret.xml'],
    ['../elsewhere/*.xml'],
    ['../*/secret.xml'],
    ['../conf-too/secret.xml'],
    ['x/../../elsewhere/secret.xml'],
    ['link.xml'],
    ['linked/*.xml'],
    ['linked/secret.xml'],
    ['l*/s*.xml'],
    ['*/../../elsewhere/secret.xml'],
    ['/etc/passwd'],
    ['/etc/*'],
    ['/proc/self/environ'],
    ['/dev/zero'],
    ['loop.xml'],
    ['same/same/same/../../../../elsewhere/secret.xml'],
  ])('has nothing read through %s', (path) => {
    const folder = treeBesideSecret(include(path));
    const told = messageOf(() => readFreeswitch([`${folder}/conf`]));
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain('root:');
  });

  it('has read what it was allowed to', () => {
    const folder = treeBesideSecret(include('../elsewhere/*.xml'));
    const reading = readFreeswitch([`${folder}/conf`], { alsoRead: [`${folder}/elsewhere`] });
    expect(said(reading.leftOut)).toEqual([]);
  });

  it('has its refused includes named', () => {
    const folder = treeBesideSecret(include('link.xml'));
    const { leftOut } = readFreeswitch([`${folder}/conf`]);
    expect(said(leftOut)).toEqual([expect.stringMatching(/^include of '.*\/link\.xml': it lies outside/)]);
  });

  it('does not hang at what is no file', () => {
    const folder = temporaryTree(wholeTree({ vars: include('/dev/zero') }));
    const read = (): Reading => readFreeswitch([folder], { alsoRead: ['/dev'] });
    expect(messageOf(read)).toContain('it is neither a file nor a folder');
  });

  it('does not fall for folders within themselves', () => {
    const folder = treeBesideSecret(include('same/freeswitch.xml'));
    const told = messageOf(() => readFreeswitch([`${folder}/conf`]));
    expect(told).toMatch(/includes .*conf\/freeswitch\.xml, which includes .*same\/freeswitch\.xml/);
  });

  it('passes over a folder that is called like a file', () => {
    const folder = temporaryTree(wholeTree({ vars: include('*.xml.d') }));
    mkdirSync(join(folder, 'x.xml.d'));
    expect(said(readFreeswitch([folder]).remarks)).toContainEqual(expect.stringContaining('it is a folder'));
  });

  it('is refused in finite time, or taken, whatever its bytes', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        fc.constantFrom(
          ...[
            '<gateway name="g">',
            '</gateway>',
            '<param name="register" value="no"/>',
            '<context name="c">',
            '</context>',
          ],
          ...[
            '<extension name="e">',
            '</extension>',
            '<condition field="destination_number" expression="^((((a*)*)*)*)$">',
          ],
          ...[
            '</condition>',
            '<action application="bridge" data="sofia/gateway/g/$1"/>',
            '<!--#set "a=$${a}$${a}"-->',
            '\n',
          ],
          ...['<X-PRE-PROCESS cmd="include" data="*"/>', '<list name="l"><node name="g" weight="99999999999"/></list>'],
          ...['<lists>', '</lists>', '$${', '${', '<!--', '-->', '<![CDATA[', ']]>', '<!DOCTYPE x [', ']>'],
        ),
      ),
      { maxLength: 20 },
    );
    const folder = temporaryTree({});
    fc.assert(
      fc.property(pieces, (parts) => {
        writeFileSync(join(folder, 'x.xml'), Buffer.from(parts.join(''), 'latin1'));
        let reading: Reading;
        try {
          reading = readFreeswitch([join(folder, 'x.xml')]);
        } catch (error) {
          expect(error).toBeInstanceOf(OperatorError);
          return;
        }
        expect(compileReading(reading).findings.filter(isProblem)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('cannot make values grow without end', () => {
    const doubling = Array.from({ length: 64 }, () => '<X-PRE-PROCESS cmd="set" data="a=$${a}$${a}x"/>').join('\n');
    expect(messageOf(() => readTree({ vars: doubling }))).toContain('longer than a megabyte');
  });
});
