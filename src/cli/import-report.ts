import { describeFinding, type Finding, isProblem } from '../errors/finding.ts';
import type { LeftOut } from '../import/reading.ts';
import type { ImportPlan } from '../import/plan-import.ts';
import { shownChange } from '../inventory/shown-change.ts';
import { TABLE_NAMES } from '../inventory/table-rows.ts';
import { describeChange } from './describe-change.ts';
import { printable, tableText } from './table-text.ts';
import { coloured, type Terminal } from './terminal.ts';

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
  const changes = plan.planned.map(
    ({ change, from }) =>
      (): string =>
        `${describeChange(change, terminal)}  (${placeText(from)})`,
  );
  const problems = findings.filter(isProblem);
  const warnings = findings.length - problems.length;
  return [
    `read as ${programs.join(', ') || 'nothing'}:`,
    '',
    countTable(plan, terminal),
    ...section('what is added (+) and changed (~)', changes, limit),
    ...section(
      'left out',
      plan.leftOut.map((it) => () => leftOutText(it)),
      limit,
    ),
    ...section(
      'to be looked at',
      plan.remarks.map((it) => () => leftOutText(it)),
      limit,
    ),
    ...section(
      'problems of the inventory after it',
      problems.map((it) => () => describeFinding(it)),
      limit,
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

/** Lines are made only as far as they are shown. */
function section(title: string, lines: readonly (() => string)[], limit: number): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - limit;
  return [
    `${title} (${lines.length}):`,
    ...lines.slice(0, limit).map((line) => `  ${line()}`),
    ...(more > 0 ? [`  and ${more} more; --all prints them, --json has them`] : []),
    '',
  ];
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
  return [
    `${coloured(terminal, 'good', 'written')}: ${rows} rows in ${database}, version ${version} of its history (\`trunkhunt rollback ${version - 1}\` takes it back). Next:`,
    '',
    '  1. See what is doubtful:       trunkhunt check',
    '  2. See where a call would go:  trunkhunt explain NUMBER --context CONTEXT',
    '  3. Answer FreeSWITCH:          trunkhunt serve',
    '  4. Have FreeSWITCH ask:        trunkhunt xml-curl-conf > xml_curl.conf.xml',
    '     for its folder autoload_configs; docs/freeswitch.md says what else the switch needs',
    '',
  ].join('\n');
}
