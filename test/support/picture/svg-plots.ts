import {
  axesFrame,
  type Box,
  COLORS,
  legendLine,
  niceMax,
  panelBox,
  PALETTE,
  rounded,
  rowsFrame,
  text,
} from './svg-frame.ts';

/** One line: values at moments, in seconds from the start of the run. */
export interface PlottedSeries {
  readonly name: string;
  readonly points: readonly (readonly [atSeconds: number, value: number])[];
  readonly color?: string;
  readonly isDashed?: boolean;
}

export interface PlotOptions {
  readonly seconds: number;
  readonly format: (value: number) => string;
  readonly max?: number;
  readonly min?: number;
}

export function linesPanel(box: Box, title: string, series: readonly PlottedSeries[], options: PlotOptions): string {
  const highest = Math.max(...series.flatMap(({ points }) => finite(points).map(([, value]) => value)));
  const { min = 0, max = niceMax(highest) } = options;
  const { svg, plot } = axesFrame(box, title, { ...options, min, max });
  const lines = coloured(series).map(({ points, color, isDashed }) => {
    const path = finite(points).map(([at, value]) => placed(plot, at / options.seconds, (value - min) / (max - min)));
    const dash = isDashed === true ? ' stroke-dasharray="6 4" stroke-opacity="0.8"' : '';
    return `<polyline fill="none" stroke="${color}" stroke-width="1.8"${dash} points="${path.join(' ')}"/>`;
  });
  return svg + lines.join('') + legend(box, coloured(series));
}

/** Areas on top of each other; all series have the same moments. */
export function stackedPanel(box: Box, title: string, series: readonly PlottedSeries[], options: PlotOptions): string {
  const moments = series[0]?.points.map(([at]) => at) ?? [];
  const valueOf = ({ points }: PlottedSeries, at: number): number => points.find(([moment]) => moment === at)?.[1] ?? 0;
  const sums = moments.map((at) => series.reduce((sum, it) => sum + valueOf(it, at), 0));
  const max = options.max ?? niceMax(Math.max(...sums));
  const { svg, plot } = axesFrame(box, title, { ...options, max });
  let below = moments.map(() => 0);
  const areas = coloured(series).map((it) => {
    const above = below.map((base, at) => base + valueOf(it, moments[at] ?? 0));
    const edge = (heights: readonly number[]): readonly string[] =>
      heights.map((height, at) => placed(plot, (moments[at] ?? 0) / options.seconds, height / max));
    const area = [...edge(above), ...[...edge(below)].reverse()].join(' ');
    below = above;
    return `<polygon fill="${it.color}" fill-opacity="0.75" points="${area}"/>`;
  });
  return svg + areas.join('') + legend(box, coloured(series));
}

/** How many values fell between one bound and the next; `series` are the buckets, each with what is at or below it. */
export function heatmapPanel(box: Box, title: string, series: readonly PlottedSeries[], options: PlotOptions): string {
  const buckets = [...series].sort((a, b) => bound(a) - bound(b));
  const counts = buckets.map(({ points }, at) =>
    points.map(([moment, value], point) => [moment, value - (buckets[at - 1]?.points[point]?.[1] ?? 0)] as const),
  );
  const isUsed = counts.map((row) => row.some(([, count]) => count > 0.01));
  const shown = buckets.slice(isUsed.indexOf(true), isUsed.lastIndexOf(true) + 1).reverse();
  const names = shown.map((it) => `≤ ${options.format(bound(it))}`);
  const { svg, plot } = rowsFrame(box, title, names, options.seconds, 70);
  const highest = Math.max(...counts.flat().map(([, count]) => count));
  const height = plot.height / shown.length;
  const cells = shown.flatMap((bucket, row) =>
    (counts[buckets.indexOf(bucket)] ?? []).map(([at, count], point, all) => {
      const width = (plot.width * (at - (all[point - 1]?.[0] ?? 0))) / options.seconds;
      const x = plot.x + (plot.width * at) / options.seconds - width;
      if (count < 0.01 || width <= 0) return '';
      return `<rect x="${rounded(x)}" y="${rounded(plot.y + row * height)}" width="${rounded(width)}" height="${rounded(height - 1)}" fill="${COLORS.orange}" fill-opacity="${rounded(0.1 + (0.9 * count) / highest)}"/>`;
    }),
  );
  return svg + cells.join('') + legend(box, [{ name: 'the darker, the more calls', color: COLORS.orange }]);
}

export interface State {
  readonly text: string;
  readonly color: string;
}

/** A band for each series, in the colour of the state that its value stands for. */
export function timelinePanel(
  box: Box,
  title: string,
  series: readonly PlottedSeries[],
  { seconds, states }: { readonly seconds: number; readonly states: Readonly<Record<number, State>> },
): string {
  const names = series.map(({ name }) => name);
  const { svg, plot } = rowsFrame(box, title, names, seconds, 120);
  const height = plot.height / series.length;
  const bands = series.flatMap(({ points }, row) =>
    runsOf(points, seconds).map(([from, to, value]) => {
      const x = plot.x + (plot.width * from) / seconds;
      const width = (plot.width * (to - from)) / seconds;
      return `<rect x="${rounded(x)}" y="${rounded(plot.y + row * height + 2)}" width="${rounded(width)}" height="${rounded(height - 4)}" fill="${states[value]?.color ?? COLORS.grey}" fill-opacity="0.85"/>`;
    }),
  );
  const seen = new Set(series.flatMap(({ points }) => points.map(([, value]) => value)));
  const entries = Object.entries(states).filter(([value]) => seen.has(Number(value)));
  return (
    svg +
    bands.join('') +
    legend(
      box,
      entries.map(([, state]) => ({ name: state.text, color: state.color })),
    )
  );
}

/** One number. */
export function statPanel(box: Box, title: string, { text: value, color }: State): string {
  const attributes = `text-anchor="middle" font-size="24" font-weight="600" style="fill:${color}"`;
  return panelBox(box, title) + text(box.x + box.width / 2, box.y + 58, value, attributes);
}

function legend(
  box: Box,
  series: readonly { readonly name: string; readonly color: string; readonly isDashed?: boolean }[],
): string {
  return legendLine(
    box,
    // Dashed lines have the colours of the others: the title says what they are.
    series.filter(({ isDashed }) => isDashed !== true).map(({ name, color }) => ({ text: name, color })),
  );
}

function coloured(series: readonly PlottedSeries[]): readonly (PlottedSeries & { readonly color: string })[] {
  return series.map((it, at) => ({ ...it, color: it.color ?? PALETTE[at % PALETTE.length] ?? COLORS.grey }));
}

function finite(points: PlottedSeries['points']): PlottedSeries['points'] {
  return points.filter(([, value]) => Number.isFinite(value));
}

function bound({ name }: PlottedSeries): number {
  return name === '+Inf' ? Number.POSITIVE_INFINITY : Number(name);
}

function placed({ x, y, width, height }: Box, share: number, level: number): string {
  return `${rounded(x + width * share)},${rounded(y + height * (1 - Math.min(1, Math.max(0, level))))}`;
}

/** Stretches of one value, each up to where the next begins. */
function runsOf(points: PlottedSeries['points'], seconds: number): readonly (readonly [number, number, number])[] {
  const starts = points.filter(([, value], at) => value !== points[at - 1]?.[1]);
  return starts.map(([from, value], at) => [from, starts[at + 1]?.[0] ?? seconds, value] as const);
}
