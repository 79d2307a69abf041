import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

const MEMBER = `${CHOSEN.group}, ${CHOSEN.gateway}`;

/** What each gateway got of its group's first choices, held against what it was to get. */
export function sharesRow(): DashboardRow {
  return {
    title: 'Shares: served and configured',
    panels: [
      graph({
        title: 'Share of first choices',
        description:
          'Lines: what each gateway got. Dashed: what the weights say it is to get while all are up. They part where ' +
          'a gateway is out or full, and its calls go to the others.',
        span: 12,
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            // All members of the group make the whole, whichever are shown.
            expr:
              `sum by (group, gateway) (rate(trunkhunt_gateway_selected_total{attempt="1", ${MEMBER}}[$__rate_interval]))\n` +
              '  / on (group) group_left\n' +
              `sum by (group) (rate(trunkhunt_gateway_selected_total{attempt="1", ${CHOSEN.group}}[$__rate_interval]))`,
            legend: '{{group}} {{gateway}} served',
          },
          {
            expr: `max by (group, gateway) (trunkhunt_gateway_target_share{${MEMBER}})`,
            legend: '{{group}} {{gateway}} configured',
            dashed: true,
          },
        ],
      }),
      graph({
        title: 'Share error',
        description:
          'First choices that a gateway was due beyond those that it got, in calls. It stays between -1 and 1 whatever ' +
          'the weights.',
        span: 6,
        unit: 'none',
        queries: [
          {
            expr: `max by (group, gateway) (trunkhunt_share_error_calls{${MEMBER}})`,
            legend: '{{group}} {{gateway}}',
          },
        ],
      }),
      graph({
        title: 'Effective weight',
        description: 'Configured weight × health × slow start × headroom: what the next calls are shared by.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [
          {
            expr: `max by (group, gateway) (trunkhunt_gateway_effective_weight{${MEMBER}})`,
            legend: '{{group}} {{gateway}}',
          },
        ],
      }),
    ],
  };
}
