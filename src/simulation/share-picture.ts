import type { GroupReport, RunReport } from './run-report.ts';

/** One run with what it is called. */
export interface NamedRun {
  readonly name: string;
  readonly report: RunReport;
}

const WIDTH = 860;
const MARGIN = 24;
const NAME_WIDTH = 220;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 12;
const BAR_GAP = 3;
const ROW_GAP = 10;
const HEAD_HEIGHT = 62;
const GROUP_HEIGHT = 38;
const NAME_LENGTH = 30;

/** Colours that can be told apart on light and on dark. */
const COLOURS: readonly string[] = ['#3d7fd9', '#e0802d'];
const TARGET_COLOUR = '#d2414f';

const STYLE =
  '.page{fill:#f4f6f8}.text{fill:#1b1f24}.faint{fill:#66707a}.track{fill:#e3e7eb}' +
  '@media (prefers-color-scheme:dark){.page{fill:#14171a}.text{fill:#e6e9ec}.faint{fill:#98a2ac}.track{fill:#2b3138}}';

/** A chart of the first choices: for each group and gateway a bar for each run, with a mark at its target. */
export function sharePicture(runs: readonly NamedRun[]): string {
  const names = [...new Set(runs.flatMap(({ report }) => report.groups.map(({ group }) => group)))].sort();
  const parts: string[] = [];
  let y = HEAD_HEIGHT;
  for (const name of names) {
    const groups = runs.map(({ report }) => report.groups.find(({ group }) => group === name));
    const drawn = drawGroup(name, groups, y);
    parts.push(drawn.svg);
    y = drawn.endY;
  }
  const legend = runs.map(({ name, report }, at) => legendEntry(`${name}: ${report.calls} calls`, at)).join('');
  const mark = `<path d="M${WIDTH - 190} 40v12" stroke="${TARGET_COLOUR}" stroke-width="2"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + MARGIN}" font-family="system-ui, sans-serif" ` +
    `font-size="12" role="img" aria-label="First choices by gateway">\n<style>${STYLE}</style>\n` +
    `<rect class="page" width="${WIDTH}" height="${y + MARGIN}" rx="10"/>\n` +
    `${text(MARGIN, 28, 'First choices by gateway', 'text', 'font-weight="600" font-size="15"')}\n${legend}${mark}` +
    `${text(WIDTH - 182, 50, 'target', 'faint')}\n${parts.join('\n')}\n</svg>\n`
  );
}

function drawGroup(name: string, runs: readonly (GroupReport | undefined)[], fromY: number) {
  const gateways = [...new Set(runs.flatMap((run) => run?.gateways.map(({ gateway }) => gateway) ?? []))];
  const calls = runs.map((run) => run?.calls ?? 0).join(' / ');
  const parts = [text(MARGIN, fromY + 24, `${short(name)}, ${calls} calls`, 'text', 'font-weight="600"')];
  let y = fromY + GROUP_HEIGHT;
  for (const gateway of gateways) {
    const height = runs.length * (BAR_HEIGHT + BAR_GAP);
    parts.push(text(MARGIN + NAME_WIDTH - 10, y + height / 2 + 3, short(gateway), 'text', 'text-anchor="end"'));
    for (const [at, run] of runs.entries()) {
      const report = run?.gateways.find((it) => it.gateway === gateway);
      parts.push(drawBar(y + at * (BAR_HEIGHT + BAR_GAP), at, report?.firstShare ?? 0, report?.target ?? 0));
    }
    y += height + ROW_GAP;
  }
  return { svg: parts.join('\n'), endY: y };
}

function drawBar(y: number, at: number, share: number, target: number): string {
  const x = MARGIN + NAME_WIDTH;
  const width = WIDTH - x - VALUE_WIDTH - MARGIN;
  const bar = (className: string, length: number): string =>
    `<rect ${className} x="${x}" y="${y}" width="${rounded(length)}" height="${BAR_HEIGHT}"/>`;
  const mark = `<path d="M${rounded(x + width * target)} ${y - 1}v${BAR_HEIGHT + 2}" stroke="${TARGET_COLOUR}" stroke-width="2"/>`;
  const value = text(x + width + 8, y + BAR_HEIGHT - 2, `${rounded(share * 100)} %`, 'faint', 'font-size="11"');
  return bar('class="track"', width) + bar(`fill="${colourOf(at)}"`, width * share) + mark + value;
}

function legendEntry(label: string, at: number): string {
  const x = MARGIN + at * 260;
  return `<rect x="${x}" y="40" width="12" height="12" fill="${colourOf(at)}"/>${text(x + 18, 50, label, 'faint')}`;
}

function colourOf(at: number): string {
  return COLOURS[at % COLOURS.length] ?? '';
}

function text(x: number, y: number, content: string, className: string, attributes = ''): string {
  return `<text class="${className}" x="${rounded(x)}" y="${rounded(y)}" ${attributes}>${escaped(content)}</text>`;
}

function short(name: string): string {
  return name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH - 1)}\u2026`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** As XML has it; characters that no XML document may hold are left out. */
function escaped(content: string): string {
  return content
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
