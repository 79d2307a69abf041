import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

const REQUESTS = 'trunkhunt_xml_requests_total';

/** What the switches ask, and how fast they are answered: each millisecond of it is post-dial delay. */
export function lookupsRow(): DashboardRow {
  return {
    title: 'Look-ups',
    panels: [
      graph({
        title: 'Look-ups',
        description:
          'Requests of mod_xml_curl, by what was asked for and what came of it; without the first half of a Digest ' +
          'look-up, which has no password yet.',
        span: 12,
        unit: 'reqps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (section, result) (rate(${REQUESTS}{result!="challenged", ${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{section}} {{result}}',
          },
        ],
      }),
      graph({
        title: 'Time to answer a call',
        description: 'From the end of the request to the end of the answer, for look-ups of the dialplan.',
        span: 12,
        unit: 's',
        min: 0,
        queries: [0.5, 0.95, 0.99].map((share) => ({
          expr: `histogram_quantile(${share}, sum by (le) (rate(trunkhunt_xml_request_duration_seconds_bucket{section="dialplan"}[$__rate_interval])))`,
          legend: `${share * 100} of 100`,
        })),
      }),
      graph({
        title: 'Not found',
        description: 'Share of dialplan look-ups that no route led anywhere: FreeSWITCH goes on to its own files.',
        span: 8,
        unit: 'percentunit',
        min: 0,
        max: 1,
        queries: [
          {
            expr:
              `sum by (switch) (rate(${REQUESTS}{section="dialplan", result="not_found", ${CHOSEN.switch}}[$__rate_interval]))\n` +
              `  / sum by (switch) (rate(${REQUESTS}{section="dialplan", ${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{switch}}',
          },
        ],
      }),
      graph({
        title: 'Rejected numbers',
        description: 'Calls refused with 484, by what was wrong with the number.',
        span: 8,
        unit: 'cps',
        stacked: true,
        min: 0,
        queries: [
          {
            expr: 'sum by (reason) (rate(trunkhunt_rejected_numbers_total[$__rate_interval]))',
            legend: '{{reason}}',
          },
        ],
      }),
      graph({
        title: 'Calls and look-ups by switch',
        description:
          'Inbound calls by the events of the switch, dashed: look-ups of its dialplan. Calls without look-ups: the ' +
          'switch runs on its fallback.',
        span: 8,
        unit: 'cps',
        min: 0,
        queries: [
          {
            expr: `max by (switch) (rate(trunkhunt_switch_inbound_calls_total{${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{switch}} calls',
          },
          {
            expr: `sum by (switch) (rate(${REQUESTS}{section="dialplan", ${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{switch}} look-ups',
            dashed: true,
          },
        ],
      }),
    ],
  };
}
