import type { DriftReport } from '../live/reconcile-plan.ts';
import type { SwitchReport } from '../live/switch-report.ts';

/** So many lines of drift are printed for one switch; `--json` has all. */
const LINES_LIMIT = 20;

/** A switch as a person wants to read it: what is wrong with it first. */
export function describeSwitch(report: SwitchReport): string {
  const { gateways, drift, draining, commands } = report;
  const [last] = commands;
  const shown = drift.slice(0, LINES_LIMIT);
  const lines = [
    `${report.switch} (${report.address}): ${connectionWords(report)}`,
    `  gateways  ${gateways.wanted} wanted, ${runningWords(gateways)}, ${drift.length} drifted`,
    `  calls     ${report.calls} through gateways, ${report.sessions} sessions in all`,
    ...shown.map((it) => `  drift     ${driftWords(it)}`),
    ...(drift.length > shown.length ? [`  drift     and ${drift.length - shown.length} more, see --json`] : []),
    ...(gateways.down.length === 0 ? [] : [`  down      ${gateways.down.join(', ')}`]),
    ...draining.map((gateway) => `  draining  ${gateway}: it goes when its calls are over`),
    ...(last === undefined ? [] : [`  last      ${last.command} (${last.secondsAgo} s ago): ${oneLine(last.reply)}`]),
    ...(report.version === '' ? [] : [`  version   ${report.version}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function connectionWords({ connected, synced, lastLoss }: SwitchReport): string {
  if (connected) return synced ? 'connected' : 'connected, being read';
  if (lastLoss === null) return 'not connected yet';
  return `not connected, ${lastLoss.reason} ${lastLoss.secondsAgo} s ago: ${lastLoss.message}`;
}

function runningWords({ running, up }: SwitchReport['gateways']): string {
  return running === null ? 'what runs is not known (all count as up)' : `${running} running, ${up} up`;
}

/** What is not as it is wanted, and when that is tried again. */
export function driftWords({ kind, name, reason, leftAlone }: DriftReport): string {
  return `${kind} ${name}: ${reason}${leftAlone === undefined ? '' : ` (${leftAlone})`}`;
}

/** A reply of several lines. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ');
}
