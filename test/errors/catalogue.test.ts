import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { CATALOGUE } from '../../src/errors/catalogue.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const entries = Object.entries(CATALOGUE).map(([code, [severity, meaning]]) => ({ code, severity, meaning }));

describe('the catalogue', () => {
  it.each(entries)('says of $code in one sentence what it means', ({ code, severity, meaning }) => {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
    expect(['problem', 'warning']).toContain(severity);
    expect(meaning).toMatch(/^[A-Z][^\n]{10,120}[^.\s]$/);
  });

  it('is mirrored in docs/errors.md, code by code with its severity, and nothing else is there', () => {
    const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect([...headings].sort()).toEqual(entries.map(({ code, severity }) => `\`${code}\` (${severity})`).sort());
  });

  it('is explained there: each heading has a text', () => {
    const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    const sections = text.split(/^### /m).slice(1);
    expect(sections.filter((section) => !/^[^\n]+\n\s*[A-Z`][^\n]{20,}/.test(section))).toEqual([]);
  });
});

describe('every code', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('catalogue.ts'))
    .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
    .join('\n');

  it.each(entries)('is reported somewhere: $code', ({ code }) => {
    expect(sources).toContain(`'${code}'`);
  });
});
