import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-inventory.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
/** What is installed with the program, by its folder. */
const installed = Object.keys(packages).filter((folder) => folder !== '' && packages[folder]!.dev !== true);

const GOOD: readonly string[] = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'];

/** Whether an SPDX expression can be met by licences of the list: any of those of `OR`, all of those of `AND`. */
function isGood(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => GOOD.includes(licence)));
}

describe('the packages that run', () => {
  it('have a licence each that lets everybody use and pass them on', () => {
    const licences = installed.map((folder) => {
      const { license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { license?: string };
      return [folder, license ?? 'none'] as const;
    });
    expect(licences.length).toBeGreaterThan(50);
    expect(licences.filter(([, licence]) => !isGood(licence))).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR WTFPL)', true],
    ['(BSD-2-Clause OR MIT OR Apache-2.0)', true],
    ['GPL-3.0-only', false],
    ['MIT AND GPL-3.0-only', false],
    ['none', false],
  ])('%s is good enough: %s', (licence, expected) => {
    expect(isGood(licence)).toBe(expected);
  });

  it('are all in the bill of materials, which tells nothing of this machine and is the same each time', () => {
    const folder = temporaryFolder();
    const written = ['a.json', 'b.json'].map((name) => {
      execFileSync(process.execPath, [join(root, 'packaging', 'write-sbom.mjs'), join(folder, name)], {
        stdio: 'pipe',
      });
      return readFileSync(join(folder, name), 'utf8');
    });
    expect(written[1]).toBe(written[0]);
    const bom = JSON.parse(written[0]!) as {
      readonly bomFormat: string;
      readonly serialNumber: string;
      readonly metadata: { readonly component: { readonly name: string } };
      readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
    };
    expect([bom.bomFormat, bom.metadata.component.name]).toEqual(['CycloneDX', 'trunkhunt']);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const names = installed.map((path) => `${path.replace(/^.*node_modules\//, '')}@${packages[path]!.version}`);
    expect(bom.components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([...new Set(names)].sort());
    // No address but that of the format itself, and no path.
    expect(written[0]!.match(/https?:\/\/[^"/]+/g)).toEqual(['http://cyclonedx.org']);
    expect(written[0]).not.toContain(root.slice(0, -1));
    expect(written[0]).not.toMatch(/"\/|file:|node_modules/);
  });
});
