import { COLORS, svgPicture } from '../support/picture/svg-frame.ts';
import {
  heatmapPanel,
  linesPanel,
  type PlottedSeries,
  stackedPanel,
  type State,
  statPanel,
  timelinePanel,
} from '../support/picture/svg-plots.ts';
import { type Chosen, dashboardQueries, substituted } from '../support/prometheus/dashboard-queries.ts';
import type { PrometheusProcess } from '../support/prometheus/prometheus-process.ts';

export interface DrawnRun {
  readonly endSeconds: number;
  readonly seconds: number;
  readonly rateInterval: string;
}

const WIDTH = 1_180;
const GAP = 10;
const HALF = (WIDTH - 3 * GAP) / 2;
const STEP_SECONDS = 3;

/** The carriers of the run: all three get calls, the fourth is drained. */
const CARRIERS: Chosen = { group: 'carriers', gateway: 'carrier-[abc]' };

const OUTCOME_COLORS: Readonly<Record<string, string>> = {
  answered: COLORS.green,
  gateway: COLORS.red,
  destination: COLORS.yellow,
  caller: COLORS.blue,
  ourselves: COLORS.purple,
  unjudged: COLORS.grey,
};

/** As in the panel "State by switch". */
const STATES: Readonly<Record<number, State>> = {
  0: { text: 'down', color: COLORS.red },
  1: { text: 'up', color: COLORS.green },
  3: { text: 'ejected', color: COLORS.orange },
  5: { text: 'on trial', color: COLORS.yellow },
};

const percent = (value: number): string => `${Math.round(value * 100)} %`;
const plain = (value: number): string => String(Number(value.toPrecision(3)));
const time = (value: number): string => (value < 1 ? `${plain(value * 1000)} ms` : `${plain(value)} s`);
const rate = (value: number): string => `${plain(value)}/s`;

/** The numbers of the first row: how each is written, and when it is green. */
const STATS: Readonly<Record<string, (value: number) => State>> = {
  Inventory: (value) =>
    value === 1 ? { text: 'served', color: COLORS.green } : { text: 'refused', color: COLORS.red },
  'Answer ratio': (value) => ({ text: percent(value), color: COLORS.green }),
  'Calls up': (value) => ({ text: plain(value), color: COLORS.green }),
  'Calls refused': (value) => ({ text: rate(value), color: value > 0 ? COLORS.red : COLORS.green }),
  'Gateways ejected': (value) => ({ text: plain(value), color: value > 0 ? COLORS.orange : COLORS.green }),
  Drift: (value) => ({ text: plain(value), color: value > 0 ? COLORS.orange : COLORS.green }),
  'Switches away': (value) => ({ text: plain(value), color: value > 0 ? COLORS.red : COLORS.green }),
  'Gateways down': (value) => ({ text: plain(value), color: value > 0 ? COLORS.red : COLORS.green }),
};

/** The dashboard's main panels, from their own queries over the run. */
export async function drawDashboard(prometheus: PrometheusProcess, run: DrawnRun): Promise<string> {
  const { seconds } = run;
  const panel = (title: string, chosen: Chosen = {}): Promise<readonly PlottedSeries[]> =>
    seriesOf(prometheus, run, title, chosen);
  const box = (column: 0 | 1, y: number, height: number, width = HALF) => ({
    x: GAP + column * (HALF + GAP),
    y,
    width,
    height,
  });
  const first = dashboardQueries().filter(({ row }) => row === 'Is it healthy?');
  const tile = (WIDTH - GAP) / first.length - GAP;
  const tiles = await Promise.all(
    first.map(async ({ panel: title }, at) => {
      const [series] = await seriesOf(prometheus, run, title, {}, true);
      const state = STATS[title]?.(series?.points.at(-1)?.[1] ?? Number.NaN) ?? { text: '?', color: COLORS.grey };
      return statPanel({ x: GAP + at * (tile + GAP), y: GAP, width: tile, height: 76 }, title, state);
    }),
  );
  const named = (series: readonly PlottedSeries[], from: string, to = ''): readonly PlottedSeries[] =>
    series.map((it) => ({ ...it, name: it.name.replace(from, to) }));
  const shares = named(await panel('Share of first choices', CARRIERS), 'carriers ');
  const outcomes = (await panel('Attempts by outcome')).filter(({ points }) => points.some(([, value]) => value > 0));
  const parts = [
    ...tiles,
    linesPanel(box(0, 96, 260), 'Share of first choices: served and configured (dashed)', paired(shares), {
      seconds,
      format: percent,
      max: 1,
    }),
    linesPanel(box(1, 96, 260), 'Share error, in calls', named(await panel('Share error', CARRIERS), 'carriers '), {
      seconds,
      format: plain,
      min: -1,
      max: 1,
    }),
    stackedPanel(
      box(0, 366, 240),
      'Attempts by outcome',
      outcomes.map((it) => ({ ...it, color: OUTCOME_COLORS[it.name] ?? COLORS.grey })),
      { seconds, format: rate },
    ),
    linesPanel(box(1, 366, 240), 'Answer ratio', await panel('Answer ratio', CARRIERS), {
      seconds,
      format: percent,
      max: 1,
    }),
    timelinePanel(
      box(0, 616, 230, WIDTH - 2 * GAP),
      'Gateway state on each switch',
      await panel('State by switch', { switch: 'fs1' }),
      { seconds, states: STATES },
    ),
    heatmapPanel(box(0, 856, 250), 'Post-dial delay', await panel('Post-dial delay', CARRIERS), {
      seconds,
      format: time,
    }),
    linesPanel(box(1, 856, 250), 'Time to answer a look-up', await panel('Time to answer a call'), {
      seconds,
      format: time,
    }),
  ];
  return svgPicture(
    WIDTH,
    1_116,
    'The dashboard: shares served and configured, attempts, gateway states, post-dial delay, look-ups',
    parts,
  );
}

async function seriesOf(
  prometheus: PrometheusProcess,
  { endSeconds, seconds, rateInterval }: DrawnRun,
  title: string,
  chosen: Chosen,
  isStat = false,
): Promise<readonly PlottedSeries[]> {
  const startSeconds = endSeconds - seconds;
  const queries = dashboardQueries().filter(
    ({ panel, row }) => panel === title && isStat === (row === 'Is it healthy?'),
  );
  const found = await Promise.all(
    queries.map(async ({ expr, legend }) => {
      const series = await prometheus.queryRange(
        substituted(expr, rateInterval, chosen),
        startSeconds,
        endSeconds,
        STEP_SECONDS,
      );
      return series.map(({ metric, values = [] }) => ({
        name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
        points: values.map(([at, value]) => [at - startSeconds, Number(value)] as const),
      }));
    }),
  );
  return found.flat();
}

/** What was served and what was configured of one gateway have one colour; the name is told once. */
function paired(series: readonly PlottedSeries[]): readonly PlottedSeries[] {
  const colors = [COLORS.blue, COLORS.orange, COLORS.green];
  const gateways = [...new Set(series.map(({ name }) => name.split(' ')[0] ?? ''))].sort();
  return series.map((it) => {
    const color = colors[gateways.indexOf(it.name.split(' ')[0] ?? '')] ?? COLORS.grey;
    return { ...it, color, isDashed: it.name.endsWith(' configured'), name: it.name.replace(' served', '') };
  });
}
