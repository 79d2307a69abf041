import type { DecisionReport } from '../live/find-decisions.ts';
import { printable } from './table-text.ts';

export const DECISION_HEADER = ['time', 'id', 'switch', 'caller', 'number', 'route', 'what came of it'];

type Attempt = DecisionReport['attempts'][number];

/** A decision as a row of a table with `DECISION_HEADER`. */
export function decisionRow(it: DecisionReport): readonly string[] {
  const { id, caller, number, route } = it;
  return [shortTime(it.at), id, it.switch, caller, number, route ?? '-', resultOf(it)];
}

/** A decision in full, with why nobody else was chosen, for people. */
export function describeDecision(it: DecisionReport): string {
  const lines = [
    `${it.number} in context '${it.context}'${it.switch === '' ? '' : ` on switch '${it.switch}'`}: ${verdictOf(it)}`,
    `decision ${it.id} of ${it.at}`,
    `caller   ${it.caller === '' ? '-' : it.caller}${it.source === '' ? '' : ` from ${it.source}`}`,
    ...(it.uuid === '' ? [] : [`leg      ${it.uuid}`]),
    ...Object.entries(it.headers).map(([name, value]) => `header   ${name}: ${value}`),
    ...(it.route === null ? [] : [`route    ${it.route} -> group ${it.group ?? '-'}`]),
    ...(it.numberAfterRoute === null ? [] : [`number   ${it.numberAfterRoute} after the route`]),
    ...triesOf(it),
    ...it.routesPassedOver.map(({ route, unmet }) => `not      route ${route}: its ${unmet} does not fit`),
    ...it.gatewaysPassedOver.map(({ gateway, reason }) => `not      gateway ${gateway}: ${reason}`),
    ...(it.gatewaysPassedOverMore === 0 ? [] : [`not      ${it.gatewaysPassedOverMore} gateways more`]),
    `from     version ${it.version} of the inventory, generation ${it.generation} of this server`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function shortTime(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** One cell: who was tried, and with what result. */
function resultOf(it: DecisionReport): string {
  if (it.outcome !== 'planned') return it.reason === null ? it.outcome : `${it.outcome}: ${it.reason}`;
  const tried = it.attempts.map((attempt) => `${attempt.gateway} ${attemptWords(attempt)}`);
  if (tried.length > 0) return tried.join(', ');
  const first = it.distributor === null ? [] : [`one of list ${it.distributor}`];
  return `planned: ${[...first, ...it.plan.map(({ gateway }) => gateway)].join(', ')}`;
}

function attemptWords({ outcome, sipStatus, cause, answeredSeconds }: Attempt): string {
  if (outcome === 'answered') return answeredSeconds === null ? 'answered' : `answered ${answeredSeconds.toFixed(0)} s`;
  if (outcome === 'not_called') return 'not called';
  return `${sipStatus ?? cause} (${outcome})`;
}

function verdictOf(it: DecisionReport): string {
  const why = it.reason === null ? '' : ` (${it.reason})`;
  const doubt = it.doubted ? '; health left no gateway and was doubted' : '';
  return `${it.outcome}${why}${doubt}`;
}

function triesOf(it: DecisionReport): readonly string[] {
  const attempts = new Map(it.attempts.map((attempt) => [attempt.attempt, attempt]));
  const chosen = attempts.get(1);
  const byList =
    it.distributor === null
      ? []
      : [`try 1    ${chosen?.gateway ?? 'whom mod_distributor names'}, from list ${it.distributor}${details(chosen)}`];
  const ours = it.plan.map(({ attempt, gateway, number }) => {
    const probe = gateway === it.probe ? ', on trial' : '';
    return `try ${attempt}    ${gateway}  ${number}${probe}${details(attempts.get(attempt))}`;
  });
  return [...byList, ...ours];
}

function details(attempt: Attempt | undefined): string {
  if (attempt === undefined) return '';
  const { outcome, cause, sipStatus, postDialDelayMs, answeredSeconds } = attempt;
  const words = [
    outcome === 'not_called' ? 'not called by the switch' : outcome,
    sipStatus === null ? '' : String(sipStatus),
    cause,
    postDialDelayMs === null ? '' : `post-dial delay ${postDialDelayMs} ms`,
    answeredSeconds === null ? '' : `${answeredSeconds} s`,
  ];
  return `: ${words.filter((word) => word !== '').join(', ')}`;
}
