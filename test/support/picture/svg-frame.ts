/** Where something is drawn. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box with a title, and the part of it in which data is drawn. */
export interface Frame {
  readonly svg: string;
  readonly plot: Box;
}

export interface LegendEntry {
  readonly text: string;
  readonly color: string;
}

const MARGIN = { left: 56, right: 16, top: 38, bottom: 52 };

/** Colours that can be told apart on light and on dark. */
export const COLORS = {
  blue: '#3d7fd9',
  orange: '#e0802d',
  green: '#4f9e45',
  purple: '#9a5bc4',
  red: '#d2414f',
  yellow: '#d6ac1c',
  grey: '#8a929b',
} as const;

/** The colours of series that have none of their own, in order. */
export const PALETTE: readonly string[] = [COLORS.blue, COLORS.orange, COLORS.green, COLORS.purple, COLORS.red];

/** A whole picture, readable on a light and on a dark page. */
export function svgPicture(width: number, height: number, label: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escaped(label)}">
<style>
  .page{fill:#f4f6f8}.panel{fill:#fff;stroke:#d9dee3}.text{fill:#1b1f24}.faint{fill:#66707a}.grid{stroke:#e3e7eb}
  @media (prefers-color-scheme:dark){.page{fill:#14171a}.panel{fill:#1c2025;stroke:#31373e}.text{fill:#e6e9ec}.faint{fill:#98a2ac}.grid{stroke:#2b3138}}
</style>
<rect class="page" width="${width}" height="${height}" rx="10"/>
${parts.join('\n')}
</svg>
`;
}

/** The panel's box with its title. */
export function panelBox({ x, y, width, height }: Box, title: string): string {
  return (
    `<rect class="panel" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>` +
    text(x + 12, y + 22, title, 'font-weight="600"')
  );
}

/** A panel with axes: values up to `max` as `format` writes them, and minutes from the start of the run. */
export function axesFrame(
  box: Box,
  title: string,
  { max, format, seconds, min = 0 }: { max: number; format: (value: number) => string; seconds: number; min?: number },
): Frame {
  const plot = plotOf(box);
  const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = rounded(plot.y + plot.height * (1 - share));
    return gridLine(plot, y) + text(plot.x - 8, y + 4, format(min + share * (max - min)), 'text-anchor="end"', 'faint');
  });
  return { svg: panelBox(box, title) + rows.join('') + minuteMarks(plot, seconds), plot };
}

/** A panel of rows, each with its name at its left. */
export function rowsFrame(box: Box, title: string, names: readonly string[], seconds: number, left: number): Frame {
  const inner = plotOf(box);
  const plot = { ...inner, x: box.x + left, width: box.width - left - MARGIN.right };
  const height = plot.height / names.length;
  const labels = names.map((name, at) =>
    text(plot.x - 8, plot.y + (at + 0.5) * height + 4, name, 'text-anchor="end"', 'faint'),
  );
  return { svg: panelBox(box, title) + labels.join('') + minuteMarks(plot, seconds), plot };
}

/** One line of names with their colours, at the bottom of the panel. */
export function legendLine(box: Box, entries: readonly LegendEntry[]): string {
  let x = box.x + MARGIN.left;
  return entries
    .map(({ text: name, color }) => {
      const y = box.y + box.height - 14;
      const mark = `<path d="M${x} ${y - 4}h14" stroke="${color}" stroke-width="3"/>`;
      const label = text(x + 19, y, name, 'font-size="11"', 'faint');
      x += 34 + name.length * 6.1;
      return mark + label;
    })
    .join('');
}

export function text(x: number, y: number, content: string, attributes = '', kind = 'text'): string {
  return `<text class="${kind}" x="${rounded(x)}" y="${rounded(y)}" ${attributes}>${escaped(content)}</text>`;
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The next of 1, 2, 4, 8, 10 ... that is not below: a quarter of each is easily read. */
export function niceMax(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 8, 10].find((step) => step * power >= value) ?? 10);
}

function plotOf({ x, y, width, height }: Box): Box {
  return {
    x: x + MARGIN.left,
    y: y + MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
}

function gridLine({ x, width }: Box, y: number): string {
  return `<path class="grid" d="M${x} ${y}h${width}"/>`;
}

function minuteMarks(plot: Box, seconds: number): string {
  return Array.from({ length: Math.floor(seconds / 60) + 1 }, (_, minute) => {
    const x = plot.x + (plot.width * minute * 60) / seconds;
    // The last one would stick out.
    const anchor = x > plot.x + plot.width - 15 ? 'end' : 'middle';
    return text(x, plot.y + plot.height + 16, `${minute} min`, `text-anchor="${anchor}" font-size="11"`, 'faint');
  }).join('');
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
