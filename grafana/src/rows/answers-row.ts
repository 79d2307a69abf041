import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph, heatmap } from '../panel-kinds.ts';

/** What callers meet: whether somebody answers, how long it takes to ring, how long they talk. */
export function answersRow(): DashboardRow {
  return {
    title: 'Answers, post-dial delay, call length',
    panels: [
      graph({
        title: 'Answer ratio',
        description:
          'Share of legs that were answered; what a hundred legs, or 15 minutes, have passed over counts half.',
        span: 12,
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          { expr: `max by (gateway) (trunkhunt_gateway_answer_ratio{${CHOSEN.gateway}})`, legend: '{{gateway}}' },
        ],
      }),
      graph({
        title: 'Post-dial delay, 95 of 100',
        description: '95 of 100 callers hear ringing within.',
        span: 12,
        unit: 's',
        min: 0,
        queries: [{ expr: quantile(0.95, 'post_dial_delay'), legend: '{{gateway}}' }],
      }),
      heatmap({
        title: 'Post-dial delay',
        description: 'From the beginning of a leg to the first sign of ringing: how many legs, by how long it took.',
        span: 12,
        expr: `sum by (le) (increase(trunkhunt_gateway_post_dial_delay_seconds_bucket{${CHOSEN.gateway}}[$__rate_interval]))`,
      }),
      graph({
        title: 'Call length',
        description: 'Of answered calls: half of them were shorter than the median, 95 of 100 than the other.',
        span: 12,
        unit: 's',
        min: 0,
        queries: [
          { expr: quantile(0.5, 'call'), legend: '{{gateway}} median' },
          { expr: quantile(0.95, 'call'), legend: '{{gateway}} 95 of 100', dashed: true },
        ],
      }),
    ],
  };
}

function quantile(share: number, of: 'post_dial_delay' | 'call'): string {
  const buckets = `trunkhunt_gateway_${of}_seconds_bucket{${CHOSEN.gateway}}[$__rate_interval]`;
  return `histogram_quantile(${share}, sum by (gateway, le) (rate(${buckets})))`;
}
