import type { RowChange } from '../inventory/diff-tables.ts';
import type { DecisionDifferences } from '../simulation/decision-differences.ts';
import type { GatewayReport, GroupReport, RunReport } from '../simulation/run-report.ts';
import type { SimulationResult } from '../simulation/simulate.ts';
import { barChart, isUtf8 } from './bar-chart.ts';
import type { CommandContext } from './command-context.ts';
import { describeChange } from './describe-change.ts';
import { printable, tableText } from './table-text.ts';
import type { Terminal } from './terminal.ts';

export interface ShownSimulation {
  readonly result: SimulationResult;
  readonly changes: readonly RowChange[];
  readonly notes: readonly string[];
}

/** A simulation for people: its sums, a chart, a table by gateway, and what a proposal changes. */
export function simulationText(
  { result, changes, notes }: ShownSimulation,
  terminal: Terminal,
  environment: CommandContext['environment'],
): string {
  const runs = result.proposal === undefined ? [result.today] : [result.today, result.proposal];
  const names = ['today', 'proposal'].slice(0, runs.length);
  const parts = [
    ...notes.map((note) => `note: ${printable(note)}\n`),
    ...(notes.length > 0 ? ['\n'] : []),
    tableText(['', ...names], summaryRows(runs), terminal.width),
    ...(placesOf(runs).length === 0 ? [] : sharesText(runs, names, terminal, isUtf8(environment))),
    ...fullText(runs, names),
    ...healthText(runs, names),
    ...(result.differences === undefined ? [] : differencesText(result.differences, result.today.calls)),
    ...(changes.length === 0
      ? []
      : ['\nin the inventory:\n', ...changes.map((it) => `${describeChange(it, terminal)}\n`)]),
  ];
  return parts.join('');
}

function sharesText(
  runs: readonly RunReport[],
  names: readonly string[],
  terminal: Terminal,
  hasBlocks: boolean,
): readonly string[] {
  const table = tableText(gatewayHeader(names), gatewayRows(runs, names), terminal.width);
  return ['\n', chartText(runs, terminal, hasBlocks), '\n', table];
}

function summaryRows(runs: readonly RunReport[]): readonly (readonly string[])[] {
  const row = (name: string, of: (run: RunReport) => string): readonly string[] => [name, ...runs.map(of)];
  const reasons = [...new Set(runs.flatMap(({ refused }) => Object.keys(refused)))].sort();
  const causes = [
    ...new Set(runs.flatMap(({ groups }) => groups.flatMap(({ unserved }) => Object.keys(unserved)))),
  ].sort();
  return [
    row('calls', ({ calls }) => String(calls)),
    row('planned', ({ planned }) => String(planned)),
    row('answered', ({ served }) => String(served)),
    ...causes.map((cause) => row(`ended in ${cause}`, (run) => String(unservedBy(run, cause)))),
    ...reasons.map((reason) => row(`no plan, ${reason}`, ({ refused }) => String(refused[reason] ?? 0))),
    row('went beyond the first choice', ({ overflow }) => String(overflow)),
    row('tries per call', ({ attemptsPerCall }) => attemptsPerCall.toFixed(3)),
    row('largest deviation, in calls', ({ largestDeviation }) => largestDeviation.toFixed(2)),
  ];
}

function unservedBy({ groups }: RunReport, cause: string): number {
  return groups.reduce((sum, { unserved }) => sum + (unserved[cause] ?? 0), 0);
}

interface GatewayPlace {
  readonly group: string;
  readonly gateway: string;
  /** In each run; undefined = it is no member there, or the group got no call. */
  readonly reports: readonly (GatewayReport | undefined)[];
}

/** Every gateway of every group that got calls in any run. */
function placesOf(runs: readonly RunReport[]): readonly GatewayPlace[] {
  const groups = [...new Set(runs.flatMap((run) => run.groups.map(({ group }) => group)))].sort();
  return groups.flatMap((group) => {
    const reports = runs.map((run) => run.groups.find((it) => it.group === group));
    const gateways = [...new Set(reports.flatMap((it) => it?.gateways.map(({ gateway }) => gateway) ?? []))];
    return gateways.map((gateway) => ({ group, gateway, reports: reports.map((it) => reportIn(it, gateway)) }));
  });
}

function reportIn(group: GroupReport | undefined, gateway: string): GatewayReport | undefined {
  return group?.gateways.find((it) => it.gateway === gateway);
}

function chartText(runs: readonly RunReport[], terminal: Terminal, hasBlocks: boolean): string {
  const places = placesOf(runs);
  const groups = new Set(places.map(({ group }) => group));
  const rows = places.map(({ group, gateway, reports }) => ({
    name: groups.size === 1 ? gateway : `${group}/${gateway}`,
    bars: reports.map((it) => ({ value: it?.firstShare ?? 0, target: it?.target ?? 0 })),
  }));
  const second = runs.length === 1 ? '' : ', today above the proposal';
  return `first choices${second}; ${hasBlocks ? '│' : '|'} = target\n${barChart(rows, terminal, hasBlocks)}`;
}

function gatewayHeader(names: readonly string[]): readonly string[] {
  const of = names.length === 1 ? [] : ['of'];
  return ['group', 'gateway', ...of, 'target', 'first', 'share', 'off by', 'tried', 'answered'];
}

/** Of two inventories a line each, one below the other. */
function gatewayRows(runs: readonly RunReport[], names: readonly string[]): readonly (readonly string[])[] {
  return placesOf(runs).flatMap(({ group, gateway, reports }) =>
    reports.map((report, at) => [
      group,
      gateway,
      ...(runs.length === 1 ? [] : [names[at] ?? '']),
      ...(report === undefined ? [] : reportCells(report)),
    ]),
  );
}

function reportCells(it: GatewayReport): readonly string[] {
  return [
    percent(it.target),
    String(it.firstChoices),
    percent(it.firstShare),
    it.largestDeviation.toFixed(2),
    String(it.attempts),
    String(it.served),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function fullText(runs: readonly RunReport[], names: readonly string[]): readonly string[] {
  const words = (limit: string, count: number): string => `${count} calls found it at its ${limit}`;
  return countsText(
    'passed over',
    runs.map(({ full }) => full),
    names,
    words,
  );
}

function healthText(runs: readonly RunReport[], names: readonly string[]): readonly string[] {
  const words = (event: string, count: number): string => `${event} ${count}`;
  return countsText(
    'health',
    runs.map(({ health }) => health),
    names,
    words,
  );
}

/** A line for each gateway of which there is something to say. */
function countsText(
  title: string,
  counts: readonly RunReport['full'][],
  names: readonly string[],
  words: (what: string, count: number) => string,
): readonly string[] {
  const lines = counts.flatMap((byGateway, at) =>
    Object.entries(byGateway).map(([gateway, whats]) => {
      const said = Object.entries(whats).map(([what, count]) => words(what, count));
      return `${gateway}${counts.length === 1 ? '' : `, ${names[at] ?? ''}`}: ${said.join(', ')}\n`;
    }),
  );
  return lines.length === 0 ? [] : [`\n${title}:\n`, ...lines];
}

function differencesText(it: DecisionDifferences, calls: number): readonly string[] {
  const lines = [
    [it.route, 'another route'],
    [it.group, 'another group'],
    [it.plan, 'another set of gateways to try'],
    [it.firstChoice, 'another first choice, turns included'],
    [it.number, 'another number dialled'],
    ...Object.entries(it.outcome).map(([outcome, count]) => [count, outcome] as const),
  ] as const;
  const shown = lines.filter(([count]) => count > 0).map(([count, what]) => `  ${count}  ${what}\n`);
  return [`\n${it.any} of ${calls} calls are decided otherwise by the proposal\n`, ...shown];
}
