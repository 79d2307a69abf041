import type { RowChange } from '../inventory/diff-tables.ts';
import type { ReplayResult } from '../simulation/replay.ts';
import type { GroupReport, RunReport } from '../simulation/run-report.ts';
import { describeChange } from './describe-change.ts';
import { printable, tableText } from './table-text.ts';
import { tableWithText } from './table-with-text.ts';
import { coloured, type Terminal } from './terminal.ts';

export interface ShownReplay {
  readonly result: ReplayResult;
  readonly changes: readonly RowChange[];
  readonly notes: readonly string[];
  readonly isVerbose: boolean;
}

/** A replay for people: how many calls go elsewhere, the reasons, the shares, and the calls where they are asked for. */
export function replayText({ result, changes, notes, isVerbose }: ShownReplay, terminal: Terminal): string {
  const parts = [
    ...notes.map((note) => `note: ${printable(note)}\n`),
    ...verdictLines(result, terminal),
    ...(result.reasons.length === 0 ? [] : ['\n', tableText(REASON_HEADER, reasonRows(result), terminal.width)]),
    ...(isVerbose && result.listed.length > 0
      ? ['\n', `${tableWithText(CALL_HEADER, callRows(result), terminal.width).join('\n')}\n`]
      : []),
    ...(isVerbose && result.elsewhere > result.listed.length
      ? [`and ${result.elsewhere - result.listed.length} more\n`]
      : []),
    ...sharesText(result, terminal),
    ...(changes.length === 0
      ? []
      : ['\nin the inventory:\n', ...changes.map((it) => `${describeChange(it, terminal)}\n`)]),
  ];
  return parts.join('');
}

function sharesText(result: ReplayResult, terminal: Terminal): readonly string[] {
  const rows = shareRows(result);
  if (rows.length === 0) return [];
  return ['\nfirst choices\n', tableText(['group', 'gateway', ...columnsOf(result)], rows, terminal.width)];
}

function verdictLines(it: ReplayResult, terminal: Terminal): readonly string[] {
  const isProposed = it.compared === 'today with proposal';
  const where = isProposed ? "the proposal than with today's inventory" : "today's inventory than they went by the log";
  const elsewhere = `${it.elsewhere} of ${it.calls} calls go elsewhere with ${where}`;
  const refused = `${it.refused} of them would be refused, or find no route, and are not so before`;
  return [
    `${coloured(terminal, it.elsewhere === 0 ? 'good' : 'doubtful', elsewhere)}\n`,
    ...(it.refused === 0 ? [] : [`${coloured(terminal, 'bad', refused)}\n`]),
    ...(it.sinceTheLog === 0
      ? []
      : [`${it.sinceTheLog} go elsewhere with today's inventory already than by the log\n`]),
    ...(it.ofTheMoment === 0 ? [] : [`${it.ofTheMoment} were refused then for the health or limits of that moment\n`]),
  ];
}

const REASON_HEADER = ['calls', 'what', 'why', 'such as'];

function reasonRows({ reasons }: ReplayResult): readonly (readonly string[])[] {
  return reasons.map(({ calls, kind, why, example }) => [String(calls), kind, why, example]);
}

const CALL_HEADER = ['at', 'switch', 'context', 'call', 'what', 'why'];

function callRows({ listed }: ReplayResult): readonly (readonly string[])[] {
  return listed.map((it) => [it.at ?? '', it.switch, it.context, it.number, it.kind, it.why]);
}

function columnsOf({ then, shares }: ReplayResult): readonly string[] {
  const hasLog = Object.keys(then).length > 0;
  return [...(hasLog ? ['then'] : []), 'today', ...(shares.proposal === undefined ? [] : ['proposal'])];
}

/** Of each gateway the share of its group's first choices. */
function shareRows({ then, shares }: ReplayResult): readonly (readonly string[])[] {
  const runs = [shares.today, ...(shares.proposal === undefined ? [] : [shares.proposal])];
  const groups = [...new Set([...Object.keys(then), ...runs.flatMap((run) => run.groups.map(({ group }) => group))])];
  const hasLog = Object.keys(then).length > 0;
  return groups.sort().flatMap((group) => {
    const logged = then[group] ?? {};
    const sum = Object.values(logged).reduce((total, count) => total + count, 0);
    const reports = runs.map((run) => groupIn(run, group));
    const gateways = [
      ...new Set([
        ...reports.flatMap((it) => it?.gateways.map(({ gateway }) => gateway) ?? []),
        ...Object.keys(logged),
      ]),
    ];
    return gateways.map((gateway) => [
      group,
      gateway,
      ...(hasLog ? [sum === 0 ? '' : percent((logged[gateway] ?? 0) / sum)] : []),
      ...reports.map((report) => {
        const found = report?.gateways.find((it) => it.gateway === gateway);
        return found === undefined ? '' : percent(found.firstShare);
      }),
    ]);
  });
}

function groupIn({ groups }: RunReport, name: string): GroupReport | undefined {
  return groups.find(({ group }) => group === name);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
