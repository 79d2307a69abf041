import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { packageVersion } from '../../src/config/version.ts';

it('the version is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect(text).toContain(`"version": "${packageVersion()}"`);
});
