import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

/** What became of the calls, and of each try. */
export function attemptsRow(): DashboardRow {
  return {
    title: 'Attempts',
    panels: [
      graph({
        title: 'Attempts by outcome',
        description: 'Legs that ended, by whom their end blames. The table outcome_blame decides that.',
        span: 8,
        unit: 'cps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (outcome) (rate(trunkhunt_gateway_attempts_total{${CHOSEN.gateway}}[$__rate_interval]))`,
            legend: '{{outcome}}',
          },
        ],
      }),
      graph({
        title: 'Attempts that blame the gateway',
        description: 'What a gateway is ejected for, when it is too much of its calls.',
        span: 8,
        unit: 'cps',
        min: 0,
        queries: [
          {
            expr: `sum by (gateway) (rate(trunkhunt_gateway_attempts_total{outcome="gateway", ${CHOSEN.gateway}}[$__rate_interval]))`,
            legend: '{{gateway}}',
          },
        ],
      }),
      graph({
        title: 'Decisions',
        description: 'Calls decided, by what came of it: planned is a plan, everything else reaches no gateway.',
        span: 8,
        unit: 'cps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (outcome) (rate(trunkhunt_decisions_total{${CHOSEN.group}}[$__rate_interval]))`,
            legend: '{{outcome}}',
          },
        ],
      }),
    ],
  };
}
