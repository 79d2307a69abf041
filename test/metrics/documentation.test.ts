import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';

it('docs/metrics.md lists exactly the metrics that the server has', async () => {
  const text = await new ServerMetrics('1', 'v1').text();
  const registered = [...text.matchAll(/^# TYPE (trunkhunt_\w+) /gm)].map(([, name]) => name);
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  // A table's row, or a heading, that begins with the name.
  const listed = [...page.matchAll(/^(?:\||#+) *`(trunkhunt_\w+)`/gm)].map(([, name]) => name);
  expect(registered.length).toBeGreaterThan(0);
  expect(listed.sort()).toEqual(registered.sort());
});

it('docs/metrics.md names the kind of each', async () => {
  const text = await new ServerMetrics('1', 'v1').text();
  const kinds = new Map([...text.matchAll(/^# TYPE (trunkhunt_\w+) (\w+)$/gm)].map(([, name, kind]) => [name, kind]));
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| *`(trunkhunt_\w+)` *\| *(\w+) *\| *(.*?) *\|/gm)];
  expect(rows).toHaveLength(kinds.size);
  for (const [, name, kind] of rows) expect([name, kind]).toEqual([name, kinds.get(name)]);
});
