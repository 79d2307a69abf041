import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { stat } from '../panel-kinds.ts';

const SPAN = 3;

/** One line of numbers: all green, and nothing below has to be read. */
export function healthRow(): DashboardRow {
  return {
    title: 'Is it healthy?',
    panels: [
      stat({
        title: 'Inventory',
        description: 'Whether the inventory as it is now is served. Refused: the last good one still is.',
        span: SPAN,
        expr: 'min(trunkhunt_inventory_last_reload_successful)',
        mappings: [
          {
            type: MappingType.ValueToText,
            options: {
              0: { text: 'refused', color: 'red', index: 0 },
              1: { text: 'served', color: 'green', index: 1 },
            },
          },
        ],
      }),
      stat({
        title: 'Switches away',
        description: 'Switches with an event socket in the inventory that are not listened to.',
        span: SPAN,
        expr: `sum(min by (switch) (trunkhunt_switch_connected{${CHOSEN.switch}} == bool 0))`,
        worries: [[1, 'red']],
      }),
      stat({
        title: 'Gateways down',
        description: 'By the pings and registrations of the switches; one that is down on two switches counts twice.',
        span: SPAN,
        expr: `sum(max by (switch, gateway) (trunkhunt_gateway_up{${CHOSEN.switch}, ${CHOSEN.gateway}} == bool 0))`,
        worries: [[1, 'red']],
      }),
      stat({
        title: 'Gateways ejected',
        description: 'Kept out, or on trial, because their calls failed; counted on each switch.',
        span: SPAN,
        expr: `sum(max by (switch, gateway) (trunkhunt_gateway_ejected{reason!="observed", ${CHOSEN.switch}, ${CHOSEN.gateway}}))`,
        worries: [[1, 'orange']],
      }),
      stat({
        title: 'Drift',
        description:
          'Gateways and lists of the switches that were not as SQL wants them after the last reconciliation.',
        span: SPAN,
        expr: `sum(max by (switch) (trunkhunt_switch_drift{${CHOSEN.switch}}))`,
        worries: [[1, 'orange']],
      }),
      stat({
        title: 'Calls up',
        description: 'Legs through the gateways that are up or on their way, over all switches.',
        span: SPAN,
        expr: `sum(max by (gateway) (trunkhunt_gateway_calls{${CHOSEN.gateway}}))`,
      }),
      stat({
        title: 'Answer ratio',
        description: 'Share of the legs that ended lately and had been answered.',
        span: SPAN,
        unit: 'percentunit',
        expr:
          `sum(rate(trunkhunt_gateway_attempts_total{outcome="answered", ${CHOSEN.gateway}}[$__rate_interval]))\n` +
          `  / sum(rate(trunkhunt_gateway_attempts_total{${CHOSEN.gateway}}[$__rate_interval]))`,
      }),
      stat({
        title: 'Calls refused',
        description: 'Calls a second that got 503: no gateway in the inventory, all down, or all full.',
        span: SPAN,
        unit: 'reqps',
        expr: `sum(rate(trunkhunt_decisions_total{outcome=~"no_gateway|all_down|all_full", ${CHOSEN.group}}[$__rate_interval]))`,
        worries: [[0.001, 'red']],
      }),
    ],
  };
}
