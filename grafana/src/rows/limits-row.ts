import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

// Two servers see the same calls: the larger number is the truer one, and of headroom the smaller.
const CALLS = `max by (gateway) (trunkhunt_gateway_calls{${CHOSEN.gateway}})`;
const HEADROOM = `min by (gateway) (trunkhunt_gateway_headroom_calls{${CHOSEN.gateway}})`;

/** Who is close to `max_calls`, and who was turned away for it. */
export function limitsRow(): DashboardRow {
  return {
    title: 'Limits and headroom',
    panels: [
      graph({
        title: 'Calls by gateway',
        description: 'Legs that are up or on their way, over all switches.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: CALLS, legend: '{{gateway}}' }],
      }),
      graph({
        title: 'Headroom',
        description: 'Calls that a gateway can still take under its max_calls. Gateways without one are not shown.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: HEADROOM, legend: '{{gateway}}' }],
      }),
      graph({
        title: 'Use of max_calls',
        description: 'Calls as a share of max_calls. Slots that plans hold for a moment come on top.',
        span: 6,
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [{ expr: `${CALLS}\n  / (${CALLS} + ${HEADROOM})`, legend: '{{gateway}}' }],
      }),
      graph({
        title: 'Refused, all full',
        description: 'Calls a second that got 503 because all gateways that were left were at a limit.',
        span: 6,
        unit: 'cps',
        min: 0,
        queries: [
          {
            expr: `sum by (group) (rate(trunkhunt_decisions_total{outcome="all_full", ${CHOSEN.group}}[$__rate_interval]))`,
            legend: '{{group}}',
          },
        ],
      }),
    ],
  };
}
