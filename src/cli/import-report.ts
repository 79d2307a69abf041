import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import type { LeftOut } from '../import/reading.ts';
import type { ImportPlan } from '../import/plan-import.ts';
import { shownChange } from '../inventory/shown-change.ts';
import { TABLE_NAMES } from '../inventory/table-rows.ts';
import { describeChange } from './describe-change.ts';
import { printable, tableText } from './table-text.ts';
import { coloured, type Terminal } from './terminal.ts';
import { wrapText } from './wrap-text.ts';

/** What an import did or would do. */
export interface ImportReport {
  readonly database: string;
  readonly programs: readonly string[];
  readonly plan: ImportPlan;
  /** Of the compiler, about the inventory as it would be or is. */
  readonly findings: readonly Finding[];
  /** Whether the database was made for it, or would be. */
  readonly isNew: boolean;
  /** The version of the history that it made; undefined where nothing was written. */
  readonly version: number | undefined;
}

/** So many lines of a list are enough to see what it is about. */
const SHOWN = 20;

/** So many files are named in what comes next. */
const MOST_FILES = 5;

/** The report as data, whole. */
export function importData({ database, programs, plan, findings, isNew, version }: ImportReport): unknown {
  return {
    database,
    isNew,
    applied: version !== undefined,
    version: version ?? null,
    programs,
    summary: countRows(plan),
    changes: plan.planned.map(({ change, from }) => ({ ...shownChange(change), from })),
    leftOut: plan.leftOut,
    remarks: plan.remarks,
    findings,
  };
}

/**
 * The report for people: a table of counts, then what is changed, left out and to be looked at.
 * @param showsAll whether long lists are printed whole
 */
export function describeImport(report: ImportReport, showsAll: boolean, terminal: Terminal): string {
  const { plan, findings, programs } = report;
  const limit = showsAll ? Infinity : SHOWN;
  const changes = plan.planned.map(({ change, from }) => ({
    kind: `${change.before === undefined ? '+' : '~'} ${change.table}`,
    text: () => `${describeChange(change, terminal)}  (${placeText(from)})`,
  }));
  const problems = findings.filter(isProblem);
  const section = (title: string, entries: readonly Entry[]): readonly string[] =>
    sectionText(title, entries, limit, terminal.width);
  const warnings = findings.length - problems.length;
  return [
    `read as ${programs.join(', ') || 'nothing'}:`,
    '',
    countTable(plan, terminal),
    ...section('what is added (+) and changed (~)', changes),
    ...section('left out', plan.leftOut.map(leftOutEntry)),
    ...section('to be looked at', plan.remarks.map(leftOutEntry)),
    ...section(
      'problems of the inventory after it',
      problems.map((it) => ({ kind: it.code, text: () => describeFinding(it) })),
    ),
    ...(warnings === 0 ? [] : [`${warnings} warnings of the inventory after it: see \`trunkhunt check\``, '']),
    '',
  ].join('\n');
}

function countTable(plan: ImportPlan, terminal: Terminal): string {
  const rows = countRows(plan).map(({ table, added, changed, unchanged }) => [
    table,
    String(added),
    String(changed),
    String(unchanged),
  ]);
  return tableText(['table', 'added', 'changed', 'as it is'], rows, terminal.width);
}

interface TableCount {
  readonly table: string;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

function countRows({ planned, unchanged }: ImportPlan): readonly TableCount[] {
  return TABLE_NAMES.flatMap((table) => {
    const mine = planned.filter(({ change }) => change.table === table);
    const added = mine.filter(({ change }) => change.before === undefined).length;
    const same = unchanged.get(table) ?? 0;
    return mine.length + same === 0 ? [] : [{ table, added, changed: mine.length - added, unchanged: same }];
  });
}

/** Something that a section lists. Its text is made only where it is shown. */
interface Entry {
  /** Entries of one kind say much the same. */
  readonly kind: string;
  readonly text: () => string;
}

function sectionText(title: string, entries: readonly Entry[], limit: number, width: number): readonly string[] {
  if (entries.length === 0) return [];
  const shown = someOfEach(entries, limit);
  const more = entries.length - shown.length;
  const lines = shown.flatMap(({ text }) => text().split('\n'));
  return [
    `${title} (${entries.length}):`,
    ...lines.map((line) => wrapText(`  ${line}`, width, 6)),
    ...(more > 0 ? [`  and ${more} more; --all prints them, --json has them`] : []),
    '',
  ];
}

/** As many as the limit, in their order, of every kind about as many: what is rare is what to know of. */
function someOfEach(entries: readonly Entry[], limit: number): readonly Entry[] {
  if (entries.length <= limit) return entries;
  const seen = new Map<string, number>();
  const turns = entries.map(({ kind }) => {
    const turn = seen.get(kind) ?? 0;
    seen.set(kind, turn + 1);
    return turn;
  });
  const order = turns.map((turn, at) => ({ turn, at })).sort((a, b) => a.turn - b.turn || a.at - b.at);
  const chosen = order.slice(0, limit).map(({ at }) => at);
  return chosen.sort((a, b) => a - b).flatMap((at) => entries[at] ?? []);
}

function leftOutEntry(it: LeftOut): Entry {
  return { kind: it.why, text: () => leftOutText(it) };
}

function leftOutText({ from, what, why }: LeftOut): string {
  return printable(`${placeText(from)}  ${what}: ${why}`);
}

function placeText({ file, line }: LeftOut['from']): string {
  return printable(`${file}:${line}`);
}

/** What comes next, and where the last word was on whether anything was written. */
export function nextSteps(report: ImportReport, terminal: Terminal): string {
  const { database, plan, isNew, version } = report;
  const rows = plan.planned.length;
  if (rows === 0) return `${database} is already as the files say; nothing was written\n`;
  if (version === undefined) {
    const makes = isNew ? `; ${database} would be made` : '';
    return `${coloured(terminal, 'quiet', 'nothing was written')}${makes}: give the command again with --apply to write it\n`;
  }
  const written = `${coloured(terminal, 'good', 'written')}: ${rows} rows in ${database}, version ${version} of its history (\`trunkhunt rollback ${version - 1}\` takes it back). Next:`;
  return [
    wrapText(written, terminal.width, 2),
    '',
    '  1. See what is doubtful:       trunkhunt check',
    '  2. See where a call would go:  trunkhunt explain NUMBER --context CONTEXT',
    '  3. Answer FreeSWITCH:          trunkhunt serve',
    '  4. Have FreeSWITCH ask:        trunkhunt xml-curl-conf > xml_curl.conf.xml',
    '     for its folder autoload_configs; docs/freeswitch.md says what else',
    '     the switch needs',
    ...localFilesStep(plan),
    '',
  ].join('\n');
}

/** Of one name the first gateway wins, which is that of the switch's own file (contract 5.4). */
function localFilesStep({ planned, remarks }: ImportPlan): readonly string[] {
  const served = new Set(planned.flatMap(({ change, from }) => (change.table === 'gateways' ? [placeText(from)] : [])));
  const local = remarks.filter(
    ({ from, what, why }) =>
      served.has(placeText(from)) && what.startsWith('gateway ') && why.startsWith('FreeSWITCH '),
  );
  const files = [...new Set(local.map(({ from }) => printable(from.file)))];
  if (files.length === 0) return [];
  const more = files.length - MOST_FILES;
  return [
    "  5. Take the gateways out of the switch's own files, which it reads first:",
    ...files.slice(0, MOST_FILES).map((file) => `       ${file}`),
    ...(more > 0 ? [`       and ${more} more files: see above`] : []),
    '     then: sofia profile PROFILE killgw GATEWAY, and last of all',
    '     sofia profile PROFILE rescan',
  ];
}
