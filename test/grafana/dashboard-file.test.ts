import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { trunkhuntDashboard } from '../../grafana/src/trunkhunt-dashboard.ts';

const FILE = new URL('../../grafana/trunkhunt.json', import.meta.url).pathname;

/** Grafana's lines are so wide. */
const FULL_WIDTH = 24;

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const { panels } = trunkhuntDashboard() as { readonly panels: readonly Panel[] };
const rows = panels.filter(({ type }) => type === 'row');
const shown = panels.filter(({ type }) => type !== 'row');

describe('the dashboard', () => {
  // `npm run dashboards` runs this with --update, which writes the file.
  it('is in grafana/trunkhunt.json as its generator makes it', async () => {
    const options = { ...(await resolveConfig(FILE)), filepath: FILE };
    await expect(await format(JSON.stringify(trunkhuntDashboard()), options)).toMatchFileSnapshot(FILE);
  });

  it('goes from the question whether all is well down to the process', () => {
    expect(rows.map(({ title }) => title)).toEqual([
      'Is it healthy?',
      'Shares: served and configured',
      'Attempts',
      'Answers, post-dial delay, call length',
      'Gateway state on each switch',
      'Limits and headroom',
      'Look-ups',
      'Inventory',
      'Process',
    ]);
  });

  it('has no gaps, and no panel twice', () => {
    for (const y of new Set(shown.map(({ gridPos }) => gridPos.y))) {
      const line = shown.filter(({ gridPos }) => gridPos.y === y);
      const width = line.reduce((sum, { gridPos }) => sum + gridPos.w, 0);
      expect([y, width, new Set(line.map(({ gridPos }) => gridPos.h)).size]).toEqual([y, FULL_WIDTH, 1]);
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('says of each panel what it means', () => {
    for (const { title, description } of shown) expect(description, title).toMatch(/^[A-Z0-9].{20,}[.]$/s);
  });
});
